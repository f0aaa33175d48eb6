import { X86_MAX_BLOCK_SIZE, type SuperblockFault } from '../format/index.js';
import type { EntryExample } from './examples.js';
import type { EntrySummary, Inspection } from './inspect.js';

/** fatal: nothing can use the cache as it is; error: it needs a decision; warning: look; info: nothing to do. */
export type Severity = 'fatal' | 'error' | 'warning' | 'info';

/** Codes are stable and documented in wcache-check(8). */
export const PROBLEM_CODES = [
  'not-a-writecache',
  'torn-format',
  'magic-lost',
  'bad-version',
  'bad-block-size',
  'no-blocks',
  'size-overflow',
  'area-too-small',
  'misaligned-sector',
  'impossible-sector',
  'not-dax',
  'identical-entries',
  'table-refused',
  'superblock-elsewhere',
  'foreign-signature',
  'future-seq-count',
  'beyond-origin',
  'across-origin-end',
  'device-resized',
  'large-block-size',
  'uncommitted-entries',
  'stale-copies',
  'changed-while-read',
  'reserved-not-zero',
  'blank',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly count: number;
  /** What was found and what follows from it. */
  readonly message: string;
  /** What to do about it; null where there is nothing to do. */
  readonly advice: string | null;
  readonly examples: readonly EntryExample[];
}

/** False for a device that must not be used as it is. */
export function isOk(problems: readonly Problem[]): boolean {
  return !problems.some(({ severity }) => severity === 'fatal' || severity === 'error');
}

/** Every static check of kernel-target.md §5.8, worst first. Pure: all evidence is in the inspection. */
export function findProblems(inspection: Inspection): Problem[] {
  const problems = [...superblockProblems(inspection)];
  if (inspection.entries !== null) {
    problems.push(...entryProblems(inspection.entries, inspection.changedWhileRead));
  }
  return worstFirst(problems);
}

/** The same problems, fatal ones first. */
export function worstFirst(problems: readonly Problem[]): Problem[] {
  const rank: Record<Severity, number> = { fatal: 0, error: 1, warning: 2, info: 3 };
  return [...problems].sort((a, b) => rank[a.severity] - rank[b.severity]);
}

const FAULT_ADVICE: Record<SuperblockFault, string> = {
  'not-a-writecache':
    'Check the device name, and --start-sector if the table has start_sector: the kernel finds the superblock only there.',
  'torn-format':
    'Nothing was cached yet, so nothing is lost: run `wcache format`, or `wcache format --zero` and let the kernel do it.',
  'magic-lost':
    'Do not format it: its entries may still hold the only copy of data. Keep an image of it, and compare the first sector with a backup.',
  'bad-version': 'Do not format it before you know what wrote it: it may hold dirty blocks.',
  'bad-block-size': 'The superblock was overwritten. Restore it from a backup before anything else is tried.',
  'no-blocks': 'The superblock was overwritten. Restore it from a backup before anything else is tried.',
  'size-overflow': 'The superblock was overwritten. Restore it from a backup before anything else is tried.',
  'area-too-small':
    'If the device was shrunk or the image cut, give it back its old size; no block is lost by waiting.',
};

function* superblockProblems(inspection: Inspection): Generator<Problem> {
  const { superblock, state, fault, geometry, maxNBlocks } = inspection;
  if (fault !== null) {
    yield problem(fault, 'fatal', 1, sentence(inspection.reason), FAULT_ADVICE[fault]);
    return;
  }
  if (state === 'blank') {
    yield problem(
      'blank',
      'info',
      1,
      'Magic and version are zero: the kernel formats it when a table is loaded.',
      null,
    );
    return;
  }
  if (geometry !== null && maxNBlocks !== null && maxNBlocks !== geometry.nBlocks) {
    yield problem(
      'device-resized',
      'warning',
      1,
      `It has ${plural(Number(geometry.nBlocks), 'block', 'blocks')} where a format would make ${String(maxNBlocks)} now: the device was resized, or the superblock altered.`,
      'The kernel keeps using the recorded number. To use the whole device, flush and remove the cache, format it, and create it again.',
    );
  }
  if (superblock.block_size > X86_MAX_BLOCK_SIZE) {
    yield problem(
      'large-block-size',
      'warning',
      1,
      `Blocks of ${String(superblock.block_size)} bytes load only on a kernel whose memory pages are as large; x86 has 4096.`,
      'Flush and remove the cache on the machine that made it before you move it.',
    );
  }
  if (inspection.changedWhileRead) {
    yield problem(
      'changed-while-read',
      'info',
      1,
      'The cache is running and committed while it was read: the numbers mix two moments.',
      'Suspend it, or look at `dmsetup status`, for numbers of one moment.',
    );
  }
  if (superblock.pad !== 0 || superblock.reserved.some((byte) => byte !== 0)) {
    yield problem(
      'reserved-not-zero',
      'info',
      1,
      'Bytes of the superblock that the format leaves zero are not zero. The kernel ignores and keeps them.',
      null,
    );
  }
}

function* entryProblems(entries: EntrySummary, changedWhileRead: boolean): Generator<Problem> {
  const { copies, misaligned, impossible, future, beyondOrigin, acrossOriginEnd } = entries;
  if (misaligned.count > 0) {
    yield noted(
      'misaligned-sector',
      'fatal',
      misaligned,
      `${committedEntries(misaligned.count)} not at a multiple of the block size on the origin; no kernel writes that. Activated, they would be written to the wrong place.`,
      'Do not activate it. Compare the image with a backup of the metadata.',
    );
  }
  if (impossible.count > 0) {
    yield noted(
      'impossible-sector',
      'fatal',
      impossible,
      `${committedEntries(impossible.count)} beyond 2^63 bytes, where no device reaches.`,
      'Do not activate it. Compare the image with a backup of the metadata.',
    );
  }
  if (copies.identical > 0) {
    yield {
      ...problem(
        'identical-entries',
        'error',
        copies.identical,
        `${plural(copies.identical, 'entry has', 'entries have')} the same sector and the same seq_count as an earlier one (a power cut can leave that). The first activation keeps the later of the two, rewrites the metadata and comes up with the error flag set; the second is clean, and the evidence is gone.`,
        'Keep a copy of this metadata first if you want to study it; then activate, remove and activate once more.',
      ),
      examples: copies.identicalExamples,
    };
  }
  if (future.count > 0 && !changedWhileRead) {
    yield noted(
      'future-seq-count',
      'warning',
      future,
      `${plural(future.count, 'entry has', 'entries have')} a seq_count above the superblock's, which the order of writes rules out: a superblock from an older copy, or overwritten entries. The kernel drops them.`,
      'If the superblock was restored from a backup, restore one that belongs to these entries.',
    );
  }
  if (beyondOrigin.count > 0) {
    yield noted(
      'beyond-origin',
      'warning',
      beyondOrigin,
      `${committedEntries(beyondOrigin.count)} beyond the end of the origin: their blocks would be dropped without an error when they are written back.`,
      'Make sure that this is the origin which the cache belongs to, at its full size.',
    );
  }
  if (acrossOriginEnd.count > 0) {
    yield noted(
      'across-origin-end',
      'warning',
      acrossOriginEnd,
      `${committedEntries(acrossOriginEnd.count)} partly beyond the end of the origin: only the part before it would be written back.`,
      'Make sure that this is the origin which the cache belongs to, at its full size.',
    );
  }
  if (entries.uncommitted > 0) {
    yield {
      ...problem(
        'uncommitted-entries',
        'info',
        entries.uncommitted,
        `${plural(entries.uncommitted, 'entry was', 'entries were')} written after the last commit. On activation they are dropped, as the target promises only what was flushed.`,
        null,
      ),
      examples: entries.uncommittedExamples,
    };
  }
  if (copies.stale - copies.identical > 0) {
    yield {
      ...problem(
        'stale-copies',
        'info',
        copies.stale - copies.identical,
        `${plural(copies.stale - copies.identical, 'committed entry is an older copy of a block that has', 'committed entries are older copies of blocks that have')} a newer one. The kernel frees them.`,
        null,
      ),
      examples: copies.staleExamples,
    };
  }
}

/** What the table or the surroundings add to the problems of the metadata itself. */
export function contextProblem(
  code: 'table-refused' | 'not-dax' | 'foreign-signature' | 'superblock-elsewhere',
  severity: Severity,
  message: string,
  advice: string,
): Problem {
  return problem(code, severity, 1, message, advice);
}

function problem(
  code: ProblemCode,
  severity: Severity,
  count: number,
  message: string,
  advice: string | null,
): Problem {
  return { code, severity, count, message, advice, examples: [] };
}

function noted(
  code: ProblemCode,
  severity: Severity,
  { count, examples }: { count: number; examples: readonly EntryExample[] },
  message: string,
  advice: string,
): Problem {
  return { code, severity, count, message, advice, examples };
}

function committedEntries(count: number): string {
  return plural(count, 'committed entry is', 'committed entries are');
}

function plural(count: number, one: string, many: string): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
