import { UsageError } from '../errors.js';
import { SECTOR_BYTES } from '../format/index.js';
import {
  NEWEST_TARGET_VERSION,
  TARGET_NAME,
  judgeTable,
  type ExplainedWord,
  type TableJudgement,
  type TableProblem,
  type TargetVersion,
} from '../table/index.js';
import { formatSize } from '../units.js';

/** For what is wrong with the three words before the parameters, and for what device-mapper itself checks. Stable. */
export const LINE_PROBLEM_CODES = ['zero-length', 'length-not-aligned', 'start-not-zero'] as const;

export interface LineProblem extends Omit<TableProblem, 'code'> {
  readonly code: TableProblem['code'] | (typeof LINE_PROBLEM_CODES)[number];
}

export interface LineWord extends Omit<ExplainedWord, 'role'> {
  readonly role: ExplainedWord['role'] | 'start' | 'length' | 'target';
}

/** The three words before the parameters. */
interface LineHead {
  readonly startSector: bigint;
  readonly lengthSectors: bigint;
  readonly words: readonly LineWord[];
}

/** A judged table line, or the parameters alone; then start and length are null. */
export interface LineJudgement {
  readonly line: string;
  readonly version: TargetVersion;
  readonly startSector: bigint | null;
  readonly lengthSectors: bigint | null;
  readonly kernel: { readonly accepts: boolean; readonly reason: string | null };
  /** Neither the kernel nor wcache refuses it. */
  readonly isValid: boolean;
  /** Their `wordIndex` counts in `words`. */
  readonly problems: readonly LineProblem[];
  readonly words: readonly LineWord[];
  /** How many words come before the parameters, with which messages begin to count: 3 or 0. */
  readonly headWords: number;
  readonly table: TableJudgement['table'];
}

/**
 * Judges what would be given to `dmsetup --table`: a whole line, or its parameters alone. Needs no devices and no kernel.
 *
 * @throws {@link UsageError} `not-a-table-line`, or `other-target` for a line of another target.
 */
export function judgeLine(text: string, version: TargetVersion = NEWEST_TARGET_VERSION): LineJudgement {
  const line = text.trim();
  const { head, parameters } = splitLine(line);
  const judgement = judgeTable(parameters, { version });
  const headWords = head?.words.length ?? 0;
  const zero = head === null ? [] : lengthProblems(head);
  const misfit = head === null ? [] : alignmentProblems(head, judgement);
  const own = judgement.problems.map(({ wordIndex, ...problem }) => ({
    ...problem,
    wordIndex: wordIndex === null ? null : wordIndex + headWords,
  }));
  const reason = zero[0]?.reason ?? reasonOfTarget(judgement) ?? misfit[0]?.reason ?? null;
  const gap = head === null ? [] : startProblems(head);
  const problems = [...zero.map(withoutReason), ...gap, ...own, ...misfit.map(withoutReason)];
  return {
    line,
    version,
    startSector: head?.startSector ?? null,
    lengthSectors: head?.lengthSectors ?? null,
    kernel: { accepts: reason === null, reason },
    isValid: problems.every(({ severity }) => severity !== 'error'),
    problems,
    words: [...(head?.words ?? []), ...judgement.words],
    headWords,
    table: reason === null ? judgement.table : null,
  };
}

function splitLine(line: string): { head: LineHead | null; parameters: string } {
  if (!/^\d/.test(line)) return { head: null, parameters: line };
  const match = /^(?<start>\d{1,20})\s+(?<length>\d{1,20})\s+(?<target>\S+)\s*(?<parameters>[^]*)$/.exec(
    line,
  );
  const { start = '', length = '', target = '', parameters = '' } = match?.groups ?? {};
  if (match === null || line.includes('\n')) {
    throw new UsageError(`${JSON.stringify(line)} is not a table line.`, {
      code: 'not-a-table-line',
      hint: 'Write START LENGTH writecache MODE ORIGIN CACHE BLOCK-SIZE COUNT [OPTION…], or only from MODE on.',
    });
  }
  if (target !== TARGET_NAME) {
    throw new UsageError(
      `The table line is one of the target ${JSON.stringify(target)}, not of writecache.`,
      {
        code: 'other-target',
        hint: 'The third word of the line must be writecache, in lower case.',
      },
    );
  }
  const [startSector, lengthSectors] = [BigInt(start), BigInt(length)];
  const bytes = formatSize(lengthSectors * BigInt(SECTOR_BYTES));
  const words: LineWord[] = [
    { word: start, role: 'start', meaning: `begins at sector ${String(startSector)} of the mapping` },
    { word: length, role: 'length', meaning: `is ${String(lengthSectors)} sectors (${bytes}) long` },
    { word: target, role: 'target', meaning: 'the target' },
  ];
  return { head: { startSector, lengthSectors, words }, parameters };
}

/** A problem for which device-mapper refuses the line, in its words. */
interface RefusedLine extends LineProblem {
  readonly reason: string;
}

function withoutReason({ reason: _, ...problem }: RefusedLine): LineProblem {
  return problem;
}

function lengthProblems({ lengthSectors }: LineHead): RefusedLine[] {
  if (lengthSectors !== 0n) return [];
  return [
    {
      code: 'zero-length',
      severity: 'error',
      message: 'The line is 0 sectors long.',
      hint: 'Write the size of the origin in sectors: blockdev --getsz ORIGIN',
      wordIndex: 1,
      stricter: false,
      reason: 'zero-length target',
    },
  ];
}

/** No error, for the line may be one of several. */
function startProblems({ startSector }: LineHead): LineProblem[] {
  if (startSector === 0n) return [];
  return [
    {
      code: 'start-not-zero',
      severity: 'warning',
      message: `The line begins at sector ${String(startSector)}: as the only line of a table, the kernel refuses it ("Gap in table").`,
      hint: 'A cache is the whole mapping as a rule: write 0.',
      wordIndex: 0,
      stricter: true,
    },
  ];
}

/** The target makes its block size the logical one of the mapping, and device-mapper holds the length against that. */
function alignmentProblems({ lengthSectors }: LineHead, { table }: TableJudgement): RefusedLine[] {
  if (table === null || lengthSectors === 0n) return [];
  const unit = BigInt(table.block_size / SECTOR_BYTES);
  if (lengthSectors % unit === 0n) return [];
  const rounded = lengthSectors - (lengthSectors % unit);
  return [
    {
      code: 'length-not-aligned',
      severity: 'error',
      message: `The line is not a whole number of blocks long: a block of ${String(table.block_size)} bytes is ${String(unit)} sectors.`,
      hint:
        rounded === 0n
          ? `Write a multiple of ${String(unit)}.`
          : `Write ${String(rounded)}; what the origin has behind that stays out of the mapping. Or use smaller blocks.`,
      wordIndex: 1,
      stricter: false,
      reason: `len=${String(lengthSectors)} not aligned to h/w logical block size ${String(table.block_size)}`,
    },
  ];
}

function reasonOfTarget({ kernel }: TableJudgement): string | undefined {
  return kernel.accepts ? undefined : kernel.reason;
}
