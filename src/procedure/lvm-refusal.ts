import type { LiveCache } from '../dm/index.js';
import type { LvmOwner } from '../device/lvm.js';
import { WrongDeviceError } from '../errors.js';

/** What a verb does to a cache, for which LVM has commands of its own. */
export type ChangeVerb =
  'flush' | 'clean' | 'message' | 'suspend' | 'resume' | 'set' | 'recover' | 'remove' | 'stats reset';

const INSTEAD: Record<ChangeVerb, (lv: string) => string> = {
  flush: (lv) =>
    `LVM has no command that only flushes; \`lvchange --cachesettings cleaner=1 ${lv}\` writes it back and keeps it empty, \`lvconvert --splitcache ${lv}\` writes it back and takes the cache off.`,
  clean: (lv) => `Use: lvchange --cachesettings cleaner=1 ${lv}`,
  message: (lv) => `Settings are changed with: lvchange --cachesettings 'KEY=VALUE' ${lv}`,
  suspend: (lv) => `LVM suspends it by itself where it must; to take it out of use: lvchange -an ${lv}`,
  resume: (lv) => `To bring it back: lvchange -an ${lv} && lvchange -ay ${lv}`,
  set: (lv) => `Use: lvchange --cachesettings 'KEY=VALUE' ${lv}`,
  recover: (lv) =>
    `Mend the device, then deactivate and activate it: lvchange -an ${lv} && lvchange -ay ${lv} (do not suspend and resume it).`,
  // Its poll asks how many blocks are left and never whether there was an error (peers.md §1.6.2).
  remove: (lv) =>
    `Use: lvconvert --splitcache ${lv}, after a look at lvs -o+writecache_error ${lv}: unless that is 0 it waits for ever, for it does not look there itself.`,
  'stats reset': (lv) => `LVM does not use the counters; they start anew when ${lv} is activated.`,
};

/** Throws {@link WrongDeviceError} `managed-by-lvm` for a cache of LVM's, with the command of LVM's that does it. */
export function requireNotLvm({ name, lvm }: Pick<LiveCache, 'name' | 'lvm'>, verb: ChangeVerb): void {
  if (lvm === null) return;
  throw new WrongDeviceError(
    `${name} is LVM's (${logicalVolume(lvm)}), and wcache changes only its own kind.`,
    {
      code: 'managed-by-lvm',
      hint: INSTEAD[verb](logicalVolume(lvm)),
    },
  );
}

function logicalVolume({ vg, lv }: LvmOwner): string {
  return `${vg}/${lv}`;
}
