import { nameAsTyped } from '../../procedure/name-as-typed.js';
import type { WatchedCache } from '../../watch/index.js';
import type { Hue } from './look.js';
import { isFull } from './levels.js';
import type { ScreenTask } from './types.js';

/** How a cache is doing, in one word that says it without colour, too. */
export interface Health {
  readonly word: string;
  readonly hue: Hue;
  /** The worst first. */
  readonly rank: number;
  /** Whether somebody has to do something about it. */
  readonly alarming: boolean;
}

export function healthOf(watched: WatchedCache, task: ScreenTask | undefined): Health {
  const { state, cache } = watched;
  if (state === 'error') return { word: 'ERROR', hue: 'bad', rank: 0, alarming: true };
  if (state === 'gone') return { word: 'gone', hue: 'notice', rank: 2, alarming: false };
  if (state === 'suspended') return { word: 'suspended', hue: 'notice', rank: 1, alarming: true };
  if (isFull(watched)) return { word: 'full', hue: 'notice', rank: 3, alarming: false };
  if (task?.state === 'running') {
    return { word: task.action === 'flush' ? 'flushing' : 'cleaning', hue: 'info', rank: 4, alarming: false };
  }
  if (cache.table.options.cleaner === true) return { word: 'cleaner', hue: 'info', rank: 5, alarming: false };
  return { word: 'active', hue: 'good', rank: 6, alarming: false };
}

/** What is wrong with a cache and what to do about it, in few words or in very few; null where nothing is wrong. */
export function alertText({ state, name, cache }: WatchedCache, isShort: boolean): string | null {
  const { lvm } = cache;
  const typed = nameAsTyped(cache);
  if (state === 'error') {
    const repair =
      lvm === null
        ? `wcache recover ${typed}`
        : `lvchange -an ${lvm.vg}/${lvm.lv} && lvchange -ay ${lvm.vg}/${lvm.lv}`;
    return isShort
      ? `${name} is in ERROR: mend the device, then: ${repair}`
      : `${name} is in ERROR, nothing is written back. Do not ${cache.device.suspended ? 'resume' : 'suspend and resume'} it. Mend the device, then: ${repair}`;
  }
  if (state === 'suspended') {
    const resume = lvm === null ? `wcache resume ${typed}` : `lvchange --refresh ${lvm.vg}/${lvm.lv}`;
    return isShort
      ? `${name} is suspended, its I/O waits: ${resume}`
      : `${name} is suspended, its I/O waits. If nothing is at work on it: ${resume}`;
  }
  return null;
}
