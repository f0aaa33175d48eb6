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
  const zero = head === null ? null : zeroLength(head);
  const misfit = head === null ? null : misalignment(head, judgement);
  const own = judgement.problems.map(({ wordIndex, ...problem }) => ({
    ...problem,
    wordIndex: wordIndex === null ? null : wordIndex + headWords,
  }));
  const reason = zero?.reason ?? reasonOfTarget(judgement) ?? misfit?.reason ?? null;
  const gap = head === null ? [] : startProblems(head);
  const problems = [...problemOf(zero), ...gap, ...own, ...problemOf(misfit)];
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

/** A problem for which device-mapper itself refuses the line, and its words. */
interface CoreRefusal {
  readonly problem: LineProblem;
  readonly reason: string;
}

function problemOf(refusal: CoreRefusal | null): LineProblem[] {
  return refusal === null ? [] : [refusal.problem];
}

function zeroLength({ lengthSectors }: LineHead): CoreRefusal | null {
  if (lengthSectors !== 0n) return null;
  return {
    reason: 'zero-length target',
    problem: {
      code: 'zero-length',
      severity: 'error',
      message: 'The line is 0 sectors long.',
      hint: 'Write the size of the origin in sectors: blockdev --getsz ORIGIN',
      wordIndex: 1,
      stricter: false,
    },
  };
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
function misalignment({ lengthSectors }: LineHead, { table }: TableJudgement): CoreRefusal | null {
  if (table === null || lengthSectors === 0n) return null;
  const unit = BigInt(table.block_size / SECTOR_BYTES);
  const rest = lengthSectors % unit;
  if (rest === 0n) return null;
  const fitting = lengthSectors - rest;
  return {
    reason: `len=${String(lengthSectors)} not aligned to h/w logical block size ${String(table.block_size)}`,
    problem: {
      code: 'length-not-aligned',
      severity: 'error',
      message: `The line is not a whole number of blocks long: a block of ${String(table.block_size)} bytes is ${String(unit)} sectors.`,
      hint:
        fitting === 0n
          ? `Write a multiple of ${String(unit)}.`
          : `Write ${String(fitting)}; what the origin has behind that stays out of the mapping. Or use smaller blocks.`,
      wordIndex: 1,
      stricter: false,
    },
  };
}

function reasonOfTarget({ kernel }: TableJudgement): string | undefined {
  return kernel.accepts ? undefined : kernel.reason;
}
