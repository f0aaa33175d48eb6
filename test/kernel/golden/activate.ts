import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boot, output } from '../../lab/index.js';
import type { Guest, KernelName } from '../../lab/index.js';
import { decodeSlowly } from '../../scan/slow-decoder.js';
import type { KernelVerdict } from './manifest.js';

/** The kernel takes only whole ones as persistent memory. */
const PMEM_UNIT = 2 * 1024 * 1024;

/** An image to activate, with the table that the recipe or the manifest has for it. */
export interface Candidate {
  readonly name: string;
  readonly image: Uint8Array;
  readonly mode: 'p' | 's';
  readonly startSector: number;
  readonly originBytes: number;
  readonly table: string;
}

/**
 * Boots a kernel afresh and gives it one table after the other. In ssd mode each cache is a loop device on a file in the guest's memory, so that one
 * boot does for all; in pmem mode each is a device of its own.
 */
export async function activateAll(
  kernel: KernelName,
  candidates: readonly Candidate[],
  directory: string,
): Promise<Map<string, KernelVerdict>> {
  const share = join(directory, `activate-${kernel}`);
  await mkdir(share, { recursive: true });
  const pmem: string[] = [];
  for (const { name, image, mode } of candidates) {
    await writeFile(join(share, name), image);
    if (mode === 's') continue;
    if (image.length % PMEM_UNIT !== 0) throw new Error(`${name} is no whole persistent memory`);
    const path = join(share, `${name}-pmem`);
    await copyFile(join(share, name), path);
    pmem.push(path);
  }
  const guest = await boot({ kernel, pmem: pmem.map((path) => ({ path })), shareDirectory: share });
  try {
    await output(guest, 'modprobe -a dm-writecache loop');
    const verdicts = new Map<string, KernelVerdict>();
    for (const candidate of candidates) {
      const place = pmem.indexOf(join(share, `${candidate.name}-pmem`));
      const { verdict } = await activate(guest, kernel, candidate, share, guest.pmem[place]);
      verdicts.set(candidate.name, verdict);
    }
    return verdicts;
  } finally {
    await guest.powerCut();
  }
}

export interface Activated {
  readonly verdict: KernelVerdict;
  /** The medium after resume; undefined where the load was refused. */
  readonly after: Uint8Array | undefined;
}

/**
 * Activates one image, looks at the status line and at the medium, and takes it down again. `share` is the guest's shared directory and holds the
 * image under its name; in pmem mode it is on the named device, too.
 */
export async function activate(
  guest: Guest,
  kernel: KernelName,
  candidate: Candidate,
  share: string,
  pmem?: string,
): Promise<Activated> {
  const { name, image, startSector, table } = candidate;
  await Promise.all(['status', 'refusal', 'after'].map((file) => rm(join(share, file), { force: true })));
  // A loop device writes through its file, so the file is the medium.
  const medium = pmem ?? '/tmp/cache';
  const script = `
    dmesg -C
    truncate -s ${String(candidate.originBytes)} /tmp/origin
    ORIGIN=$(losetup -f --show /tmp/origin)
    ${pmem === undefined ? `cp ${name} /tmp/cache; CACHE=$(losetup -f --show /tmp/cache)` : `CACHE=${pmem}`}
    if dmsetup create wc --table "${table}" 2>refusal; then
      dmsetup status wc >status
      cp ${medium} after
      dmsetup remove wc
    fi
    losetup -d $ORIGIN ${pmem === undefined ? '$CACHE' : ''}
    dmesg`;
  const dmesg = await output(guest, script, { cwd: share });
  const log = [...dmesg.matchAll(/device-mapper: (.*writecache: .*)$/gm)].map(([, line = '']) =>
    line.replace(/^table: \d+:\d+: /, ''),
  );
  const common = { kernel, mode: candidate.mode, kernel_log: log };
  const status = await readFile(join(share, 'status'), 'utf8').catch(() => undefined);
  if (status === undefined) {
    const refusal = await readFile(join(share, 'refusal'), 'utf8');
    const verdict = {
      ...common,
      outcome: 'refused' as const,
      kernel_message: /^writecache: (.*) \(-E\w+\)$/.exec(log[0] ?? '')?.[1] ?? '',
      errno_message: / failed: (.*)/.exec(refusal)?.[1] ?? '',
    };
    return { verdict, after: undefined };
  }
  const [error = '', nBlocks = '', free = ''] = status.trim().split(' ').slice(3);
  const after = new Uint8Array(await readFile(join(share, 'after')));
  const found = decodeSlowly(after, startSector);
  const verdict = {
    ...common,
    outcome:
      decodeSlowly(image, startSector).state === 'blank' ? ('formatted' as const) : ('activated' as const),
    error: Number(error),
    n_blocks: Number(nBlocks),
    free_blocks: Number(free),
    after: {
      seq_count: String(found.seq_count),
      free: found.free,
      committed: found.committed,
      uncommitted: found.uncommitted,
    },
  };
  return { verdict, after };
}
