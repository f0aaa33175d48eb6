import { hasFault, lacksFixesOf2026, type Applies, type FaultyKernels } from './kernel-range.js';
import { compareKernelVersions, type KernelIdentity } from './kernel-release.js';
import type { TargetVersion } from './target-version.js';

/** Something that a kernel does to its operator's data or time (kernel-target.md §6). */
export interface Hazard {
  /** Stable. W1 to W8 are kernel-target.md's numbers, later ones were found here; H1 and on are from its history table. */
  readonly code: string;
  readonly applies: Applies;
  readonly modes: readonly ('p' | 's')[];
  /** A few words. */
  readonly title: string;
  /** One or two sentences. */
  readonly whatHappens: string;
  /** The commit, and on which kernels it was seen. */
  readonly evidence: string;
  readonly advice: string;
}

interface HazardRecord extends Omit<Hazard, 'applies'> {
  readonly applies: FaultyKernels | ((kernel: KernelIdentity, target: TargetVersion) => Applies);
}

const BOTH = ['p', 's'] as const;
/** Where kernel-target.md says that something was seen, and not on which of them. */
const LAB = 'Seen in the lab, whose kernels are 6.1.176, 6.1.192 and 6.12.117';
const LARGE_WRITES: FaultyKernels = { introduced: { target: '1.2.0' } };
const RELOAD: FaultyKernels = {
  mended: {
    target: '1.3.0',
    kernels: [
      [5, 6, 11],
      [5, 7, 0],
    ],
  },
  unsure: ['4.19', '5.4'],
};

/** The check whether the device has DAX at all got lost in 5.7.9; the fixes of 2026 brought it back. */
const LOST_DAX_CHECK: FaultyKernels = {
  introduced: {
    target: '1.1.1',
    kernels: [
      [5, 7, 9],
      [5, 8, 0],
    ],
  },
  unsure: ['5.4'],
};

const HAZARDS: readonly HazardRecord[] = [
  {
    code: 'W1-crash-without-dax',
    applies: (kernel, target) => {
      const lost = hasFault(LOST_DAX_CHECK, kernel, target);
      const lacks = lacksFixesOf2026(kernel);
      if (lost === 'no' || lacks === 'no') return 'no';
      return lost === 'yes' && lacks === 'yes' ? 'yes' : 'unknown';
    },
    modes: ['p'],
    title: 'mode p on a device without DAX crashes the kernel',
    whatHappens:
      'Loading a table with mode p and a cache device that cannot be mapped as memory is a null pointer dereference in the kernel. One mistyped letter is enough.',
    evidence: 'Seen on 6.1.192; a clean refusal ("Cache device is not a DAX device") on 6.12.117.',
    advice: 'Check that queue/dax of the device in /sys/block is 1 before any load.',
  },
  {
    code: 'W2-fua-not-durable',
    applies: lacksFixesOf2026,
    modes: ['s'],
    title: 'synchronous writes are not durable',
    whatHappens:
      'A write with FUA (O_DSYNC, many databases) is acknowledged before its metadata is committed, and is lost if power fails within autocommit_time.',
    evidence:
      'Seen on 6.1.192: ext4 with O_DIRECT|O_DSYNC, power cut, the write was gone; mended in 6.12.117.',
    advice:
      'Use a kernel with the fix. A small autocommit_blocks or autocommit_time makes the gap smaller and does not close it.',
  },
  {
    code: 'W3-bug-in-writeback',
    applies: LARGE_WRITES,
    modes: ['s'],
    title: 'writeback can run into a kernel BUG',
    whatHappens:
      'After a write of several blocks over blocks of which one is cached already, writeback can stop with a kernel BUG in __writecache_writeback_ssd; the device hangs from then on.',
    evidence:
      'Seen on 6.1.192 and 6.12.117; came with dcd195071f22 (5.6), and the newest kernel text still has it.',
    advice:
      'No kernel with a fix is known. After a crash the data is in the cache: check it before it is activated.',
  },
  {
    code: 'W9-freed-block-written-back',
    applies: LARGE_WRITES,
    modes: ['s'],
    title: 'writeback can crash the kernel on a block that it has freed',
    whatHappens:
      'When a write of several blocks runs over a block that is cached and not committed yet, and writeback gets to that block before the next commit, the kernel goes on with a block that is free by then, and crashes.',
    evidence:
      'Found by the reference target, and seen on 6.1.176 and 6.12.117; possible since dcd195071f22 (5.6).',
    advice:
      'No kernel with a fix is known. A high_watermark that is reached long after the next commit makes it unlikely.',
  },
  {
    code: 'W10-flush-forgets-overwrites',
    applies: {},
    modes: ['s'],
    title: 'a flush during writeback may not make overwritten blocks durable',
    whatHappens:
      'When a cached block is overwritten in place and all blocks of the cache are being written back, a flush is acknowledged without flushing the cache device. If that has a volatile cache of its own, a power cut can bring back what the block held before.',
    evidence: 'Found by the reference target, and seen on 6.1.176 and 6.12.117 in the log of dm-log-writes.',
    advice: 'Use a cache device with power-loss protection.',
  },
  {
    code: 'W11-tail-lost',
    // Which release it came with is not known.
    applies: (kernel) => {
      const lacks = lacksFixesOf2026(kernel);
      const isOfSeenSeries = kernel.version?.[0] === 6 && kernel.version[1] === 1;
      return lacks === 'yes' && !isOfSeenSeries ? 'unknown' : lacks;
    },
    modes: ['p'],
    title: 'the end of a large request can be lost',
    whatHappens:
      'A request of several blocks that begins in the cache and goes on to the origin is cut wrongly: with the cleaner or metadata_only the last blocks of a write are acknowledged and never written, and the last blocks of a read come back as whatever the memory held before.',
    evidence: 'Found by the reference target, and seen on 6.1.192; 6.12.117 has it mended.',
    advice:
      'Use a kernel with the fix. Until then do not let programs write while the cleaner is active, and do not use metadata_only.',
  },
  {
    code: 'W4-identical-entries',
    applies: LARGE_WRITES,
    modes: ['s'],
    title: 'a power cut can leave two identical entries',
    whatHappens:
      'The first activation after the power cut comes up with the error flag set and refuses writes, and rewrites the metadata; the second activation is clean, and nothing tells any more what happened.',
    evidence: `${LAB}; possible in ssd mode since dcd195071f22 (5.6).`,
    advice: 'Run "wcache check" before a cache is activated after a power cut.',
  },
  {
    code: 'W5-reload-loses-data',
    applies: RELOAD,
    modes: ['s'],
    title: 'reloading the table corrupts data',
    whatHappens:
      'The metadata is read when a table is loaded and not when it is resumed. What the old table wrote in between is forgotten.',
    evidence: '31b22120194b, in 5.7 and 5.6.11, and at unknown releases of older stable series.',
    advice: 'Never load a second table over a running cache: remove it and create it anew.',
  },
  {
    code: 'W5-flush-order',
    applies: {
      mended: {
        target: '1.2.0',
        kernels: [
          [5, 4, 19],
          [5, 6, 0],
        ],
      },
      unsure: ['4.19', '5.5'],
    },
    modes: ['s'],
    title: 'a commit can be on the disk before its data',
    whatHappens: 'After a power cut, blocks that were committed can hold wrong data.',
    evidence: 'aa9509209c5a, in 5.6 and 5.4.19, and at unknown releases of other stable series.',
    advice: 'Do not rely on such a kernel across a power cut.',
  },
  {
    code: 'W5-bypassed-writes-not-flushed',
    applies: {
      introduced: { target: '1.3.0' },
      mended: { target: '1.5.0', kernels: [[5, 14, 0]] },
      unsure: ['5.10'],
    },
    modes: ['s'],
    title: 'a flush does not reach the origin',
    whatHappens:
      'Writes that go to the origin directly, because the cache is full or the cleaner is active, are not flushed there when a flush is acknowledged.',
    evidence: 'Kernels 5.7 to 5.13 send a flush to the cache device only.',
    advice: 'Use a newer kernel, or an origin without a volatile write cache.',
  },
  {
    code: 'W6-resume-after-error',
    applies: ({ version, exact }) => {
      if (version === null || !exact) return 'unknown';
      const wasSeen =
        compareKernelVersions(version, [6, 1, 0]) >= 0 && compareKernelVersions(version, [6, 13, 0]) < 0;
      return wasSeen ? 'yes' : 'unknown';
    },
    modes: BOTH,
    title: 'a resume after an error hides what is in the cache',
    whatHappens:
      'When a cache whose error flag is set is suspended and resumed, all blocks count as free although the dirty ones were never written back, and reads return the old data of the origin.',
    evidence: `${LAB} (x86).`,
    advice:
      'Do not suspend and resume the instance in error. Mend the disk, then: wcache recover NAME (before 5.6.11: remove the mapping and create it anew with --attach).',
  },
  {
    code: 'W7-no-identity',
    applies: {},
    modes: BOTH,
    title: 'nothing ties a cache to its origin',
    whatHappens:
      'A cache that is attached to the wrong origin is accepted, and its blocks are written over what is there.',
    evidence: 'The superblock has no field for it, in any version.',
    advice: 'Compare the devices with your records before a cache is activated.',
  },
  {
    code: 'W7-blocks-beyond-origin-dropped',
    applies: {
      introduced: {
        kernels: [
          [5, 10, 20],
          [5, 12, 0],
        ],
      },
      unsure: ['4.19', '5.4', '5.11'],
    },
    modes: BOTH,
    title: 'blocks beyond the end of the origin vanish',
    whatHappens:
      'If the origin is smaller than it was, the blocks beyond its end count as written back and are gone, without an error.',
    evidence: `4134455f2aaf, in 5.12 and 5.10.20. ${LAB}.`,
    advice: 'Run "wcache check --origin" before a cache is activated whose origin was changed.',
  },
  {
    code: 'W8-cleaner-not-shown',
    applies: { introduced: { target: '1.4.0' } },
    modes: BOTH,
    title: 'an active cleaner is not shown',
    whatHappens:
      'A cleaner that was switched on by a message is in neither the table nor the status, and stays on until the table is replaced.',
    evidence: `${LAB}.`,
    advice: 'If a cache takes no new blocks, run "wcache set NAME cleaner=off".',
  },
  {
    code: 'W8-extra-words-ignored',
    applies: {},
    modes: BOTH,
    title: 'words behind the counted ones are ignored',
    whatHappens:
      'A table whose count of optional words is too small loads, and the options behind it have no effect.',
    evidence: `${LAB}.`,
    advice: 'Let wcache write the table, or judge yours with "wcache table --validate".',
  },
  {
    code: 'W8-block-size-above-page',
    applies: {},
    modes: BOTH,
    title: 'large blocks need large memory pages',
    whatHappens:
      'A cache whose blocks are larger than 4096 bytes cannot be activated on a machine with pages of 4096 bytes.',
    evidence: 'The constructor refuses block sizes above the page size.',
    advice: 'Use blocks of 4096 bytes or less.',
  },
  {
    code: 'H1-pmem-fua-ignored',
    applies: {
      mended: {
        target: '1.2.0',
        kernels: [
          [5, 4, 4],
          [5, 5, 0],
        ],
      },
      unsure: ['4.19'],
    },
    modes: ['p'],
    title: 'synchronous writes are not durable',
    whatHappens: 'A write with FUA is acknowledged before it is committed, and is lost if power fails.',
    evidence: 'c1005322ff02, in 5.5 and 5.4.4.',
    advice: 'Use a newer kernel.',
  },
  {
    code: 'H2-flush-error-lost',
    applies: lacksFixesOf2026,
    modes: BOTH,
    title: 'a failed flush is not reported',
    whatHappens: 'When flushing a disk fails, the write that asked for it can be acknowledged all the same.',
    evidence: 'From the changelog of 6.12.117 ("report I/O error if flush failed"); not in 6.1.192.',
    advice: 'Watch the kernel log for errors of the disks.',
  },
  {
    code: 'H3-start-sector-not-printed',
    applies: { introduced: { target: '1.1.0' }, mended: { target: '1.1.1', kernels: [[4, 19, 0]] } },
    modes: BOTH,
    title: 'the table hides where the superblock is',
    whatHappens:
      'The table line has no start_sector although one was given. Loading the printed line again looks for the superblock at sector 0.',
    evidence: '9ff07e7d634c, in 4.19 (target 1.1.1).',
    advice: 'Do not load what "dmsetup table" printed: keep the table that the cache was created with.',
  },
  {
    code: 'H4-inexact-table-line',
    applies: {
      mended: {
        target: '1.4.0',
        kernels: [
          [5, 10, 20],
          [5, 12, 0],
        ],
      },
      unsure: ['4.19', '5.4', '5.11'],
    },
    modes: BOTH,
    title: 'the table shows other numbers than were given',
    whatHappens:
      'Watermarks come back recomputed and times rounded, so a table that is loaded from the printed line is another one.',
    evidence: '054bee16163d, in 5.12 and 5.10.20; some older stable releases have it too.',
    advice: 'Do not load what "dmsetup table" printed: keep the table that the cache was created with.',
  },
  {
    code: 'H5-unlimited-writeback-jobs',
    applies: {
      mended: { kernels: [[6, 0, 0]] },
      unsure: ['4.19', '5.4', '5.10', '5.15', '5.18', '5.19'],
    },
    modes: BOTH,
    title: 'writeback can use up the memory',
    whatHappens:
      'Without writeback_jobs there is no limit to the blocks under writeback at a time, and a large cache can use up the memory of the machine.',
    evidence: '2ee73ef60db4, in 6.0.',
    advice: 'Give writeback_jobs.',
  },
  {
    code: 'H6-bitmap-read-past-end',
    applies: { mended: { target: '1.1.1', kernels: [[4, 19, 0]] }, unsure: ['4.18'] },
    modes: ['s'],
    title: 'a commit can crash the kernel',
    whatHappens: 'The bitmap of changed metadata is read past its end.',
    evidence: '1e1132ea21da, in 4.19.',
    advice: 'Use a newer kernel.',
  },
];

/** All codes of {@link hazardsOf}. */
export const HAZARD_CODES: readonly string[] = HAZARDS.map(({ code }) => code);

/**
 * What is known against a kernel, whether it applies or not; three-valued, for what nobody looked at is unknown
 * (kernel-target.md §6).
 */
export function hazardsOf(kernel: KernelIdentity, target: TargetVersion): Hazard[] {
  return HAZARDS.map(({ applies, ...rest }) => ({
    ...rest,
    applies: typeof applies === 'function' ? applies(kernel, target) : hasFault(applies, kernel, target),
  }));
}

/** Whether a second table may be loaded over a running ssd-mode cache: before 5.7 and 5.6.11 that corrupts data (W5). */
export function reloadIsSafe(kernel: KernelIdentity, target: TargetVersion): Applies {
  const hazard = hasFault(RELOAD, kernel, target);
  if (hazard === 'unknown') return 'unknown';
  return hazard === 'no' ? 'yes' : 'no';
}
