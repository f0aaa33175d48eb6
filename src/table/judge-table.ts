import { MAX_BLOCK_SIZE, X86_MAX_BLOCK_SIZE, isBlockSize } from '../format/index.js';
import type { ExplainedWord } from './explain.js';
import { optionalWordsLimit, usesLowWatermark } from './features.js';
import { judgeCache, type CacheFacts } from './judge-cache.js';
import { judgeOptions, judgeSpelling, type JudgedOptions } from './judge-options.js';
import { judgeOptionValues } from './judge-values.js';
import { readKernelNumber } from './kernel-number.js';
import { Ledger, nameWord } from './ledger.js';
import type { TableProblem } from './problem-codes.js';
import type { WritecacheTable } from './table.js';
import { NEWEST_TARGET_VERSION, formatTargetVersion, type TargetVersion } from './target-version.js';
import { isSameWord, splitWords } from './words.js';

/** What is known of the machine and the devices. What is absent is not checked. */
export interface TableContext extends CacheFacts {
  /** The newest unless told. */
  readonly version?: TargetVersion;
  readonly pageSizeBytes?: number;
  /** Whether the kernel was built with persistent memory and DAX, which mode p needs. */
  readonly pmemSupported?: boolean;
  readonly originFound?: boolean;
  readonly cacheFound?: boolean;
  /** The larger one of origin's and cache's. */
  readonly logicalBlockSizeBytes?: number;
  /** The cache's alone. */
  readonly cacheLogicalBlockSizeBytes?: number;
}

/** What the constructor does with a table, as far as the context lets it be told. */
export type KernelAnswer =
  | {
      readonly accepts: true;
      /** Whether it formats the cache; null where the context does not tell. */
      readonly formats: boolean | null;
    }
  | {
      readonly accepts: false;
      /** The kernel's words, as it logs them after `device-mapper: table: 253:0: writecache: `. */
      readonly reason: string;
    };

export interface TableJudgement {
  readonly kernel: KernelAnswer;
  /** In the order of the kernel's checks. Not empty if the kernel refuses. */
  readonly problems: readonly TableProblem[];
  /** The table as the kernel reads it: not null exactly if it accepts. Not to be used where a problem is an error. */
  readonly table: WritecacheTable | null;
  /** One for each word. */
  readonly words: readonly ExplainedWord[];
}

const BAD_ARGUMENTS = 'Bad arguments';
const BAD_COUNT = 'Invalid number of feature args';
const COUNT_AT = 4;
const NEEDED =
  'A table needs a mode, an origin, a cache device, a block size and the count of optional words.';

/**
 * Foretells what the kernel's constructor says to these argument words (the parameters of a table line), in the order of
 * its checks (kernel-target.md §2.1 to §2.4), and finds what it takes but should not.
 *
 * Not foretold is what device-mapper itself checks afterwards: whether the length fits the origin and the block size.
 * Never throws.
 */
export function judgeTable(parameters: string, context: TableContext = {}): TableJudgement {
  const ledger = new Ledger(splitWords(parameters));
  const version = context.version ?? NEWEST_TARGET_VERSION;
  const mode = judgeMode(ledger, context);
  judgeDevices(ledger, context);
  const blockSize = judgeBlockSize(ledger, context);
  const counted = judgeCount(ledger, version);
  const from = COUNT_AT + 1;
  const { cacheSizeBytes } = context;
  const judged = judgeOptions(ledger, { from, to: from + counted, mode, version, cacheSizeBytes });
  judgeWatermarks(ledger, judged, version);
  judgeExtraWords(ledger, from + counted);

  const [, origin = '', cache = ''] = ledger.words;
  const isWhole = ledger.reason === undefined && mode !== null && blockSize !== null;
  const table: WritecacheTable | null = isWhole
    ? { mode, origin, cache, block_size: blockSize, options: judged.options }
    : null;
  judgeOptionValues(ledger, judged, version, {
    blockSize,
    ...(mode === 's' && { logicalBlockSizeBytes: context.cacheLogicalBlockSizeBytes }),
  });
  const formats = table === null ? null : judgeCache(ledger, table, context);
  const { reason, problems, explained: words } = ledger;
  return reason === undefined
    ? { kernel: { accepts: true, formats }, problems, table, words }
    : { kernel: { accepts: false, reason }, problems, table: null, words };
}

function judgeMode(ledger: Ledger, { pmemSupported }: TableContext): 'p' | 's' | null {
  const [word] = ledger.words;
  if (word === undefined) {
    refuseMissing(ledger, 0, 'the mode', BAD_ARGUMENTS);
    return null;
  }
  if (isSameWord(word, 's')) {
    ledger.explain(0, 'mode', 'ssd mode: the cache is an ordinary block device');
    return 's';
  }
  if (!isSameWord(word, 'p')) {
    ledger.explain(0, 'mode', 'not a mode');
    ledger.refuse('bad-mode', BAD_ARGUMENTS, {
      at: 0,
      message: `${nameWord(ledger, 0)} is not a mode.`,
      hint: 'Write s (the cache is an ordinary block device) or p (persistent memory).',
    });
    return null;
  }
  ledger.explain(0, 'mode', 'pmem mode: the cache is persistent memory (DAX)');
  if (pmemSupported === false) {
    ledger.refuse('pmem-not-supported', 'Persistent memory or DAX not supported on this system', {
      at: 0,
      message: `${nameWord(ledger, 0)} asks for persistent memory, and this kernel was built without it.`,
      hint: 'Write s.',
    });
  }
  return 'p';
}

const DEVICES = [
  { at: 1, role: 'origin', meaning: 'the origin, the slow device that is cached' },
  { at: 2, role: 'cache', meaning: 'the cache device' },
] as const;

function judgeDevices(ledger: Ledger, { originFound, cacheFound }: TableContext): void {
  const found = { origin: originFound, cache: cacheFound };
  for (const { at, role, meaning } of DEVICES) {
    const word = ledger.words[at];
    if (word === undefined) {
      refuseMissing(ledger, at, role === 'cache' ? 'the cache device' : 'the origin', BAD_ARGUMENTS);
      return;
    }
    ledger.explain(at, role, meaning);
    if (found[role] === false) {
      const reason = `${role === 'origin' ? 'Origin' : 'Cache'} data device lookup failed`;
      ledger.refuse(`${role}-not-found`, reason, {
        at,
        message: `${nameWord(ledger, at)} is not a block device.`,
        hint: 'Write the path of a block device, or its numbers.',
      });
    }
    judgeDeviceWord(ledger, at, word);
  }
  if (ledger.words[1] === ledger.words[2]) {
    ledger.refuseStrictly('same-device', {
      at: 2,
      message: `${nameWord(ledger, 2)} is the origin and the cache at the same time.`,
      hint: 'The cache would overwrite what it caches: they must be two devices.',
    });
  }
}

/** The kernel reads a device's numbers like any other number, and wraps them. */
function judgeDeviceWord(ledger: Ledger, at: number, word: string): void {
  const numbers = word.split(':').map((part) => readKernelNumber(part, 'u32'));
  const [major, minor] = numbers;
  if (numbers.length === 2 && major != null && minor != null) {
    const range = 'the numbers of a device, such as 253:0';
    judgeSpelling(ledger, at, major, range);
    judgeSpelling(ledger, at, minor, range);
  } else if (!word.startsWith('/')) {
    ledger.warn('device-without-path', {
      at,
      message: `${nameWord(ledger, at)} is neither a path from the root nor the numbers of a device.`,
      hint: 'Which device that is depends on the kernel and the directory: write its whole path.',
    });
  }
}

function judgeBlockSize(ledger: Ledger, context: TableContext): number | null {
  const at = 3;
  const word = ledger.words[at];
  if (word === undefined) {
    refuseMissing(ledger, at, 'the block size', BAD_ARGUMENTS);
    return null;
  }
  const most = Math.min(context.pageSizeBytes ?? MAX_BLOCK_SIZE, MAX_BLOCK_SIZE);
  const number = readKernelNumber(word, 'u32');
  const blockSize = Number(number?.value ?? 0n);
  if (number === null || !isBlockSize(blockSize) || blockSize > most) {
    ledger.explain(at, 'block_size', 'not a block size');
    ledger.refuse('bad-block-size', 'Invalid block size', {
      at,
      message: `${nameWord(ledger, at)} is not a block size: it must be a power of two from 512 to ${String(most)}${context.pageSizeBytes === undefined ? '' : ', the page size'}.`,
      hint: 'Most caches use 4096.',
    });
    return null;
  }
  ledger.explain(at, 'block_size', `cache blocks of ${String(blockSize)} bytes`);
  if (blockSize < (context.logicalBlockSizeBytes ?? 0)) {
    ledger.refuse('block-size-below-logical-block', 'Block size is smaller than device logical block size', {
      at,
      message: `${nameWord(ledger, at)} is a smaller block size than the devices can write: their logical blocks have ${String(context.logicalBlockSizeBytes)} bytes.`,
      hint: `Write ${String(context.logicalBlockSizeBytes)} or more.`,
    });
  }
  judgeSpelling(ledger, at, number, `a power of two from 512 to ${String(most)}`);
  if (blockSize > X86_MAX_BLOCK_SIZE) {
    ledger.warn('large-block-size', {
      at,
      message: `${nameWord(ledger, at)} is a block size that only machines with as large memory pages take.`,
      hint: 'With 4096 or less the cache can be activated on every machine.',
    });
  }
  return blockSize;
}

/** How many words are optional ones: as counted, or where the kernel refuses the count, all that are left. */
function judgeCount(ledger: Ledger, version: TargetVersion): number {
  const at = COUNT_AT;
  const word = ledger.words[at];
  const left = Math.max(0, ledger.words.length - at - 1);
  if (word === undefined) {
    refuseMissing(ledger, at, 'the count of optional words', BAD_COUNT);
    return left;
  }
  const limit = optionalWordsLimit(version);
  const number = readKernelNumber(word, 'u32');
  if (number === null || number.value > limit.most || number.value > left) {
    ledger.explain(at, 'count', 'not a count of the words behind it');
    refuseCount(ledger, at, { left, most: limit.most, isNumber: number !== null, version });
    return left;
  }
  const count = Number(number.value);
  ledger.explain(at, 'count', countMeaning(count));
  judgeSpelling(ledger, at, number, `a number from 0 to ${String(limit.most)}`);
  if (count > limit.always) {
    ledger.warn('too-many-words-for-some', {
      at,
      message: `${nameWord(ledger, at)} is more optional words than kernels before 5.9.14 take, which have target version ${formatTargetVersion(version)} too: ${String(limit.always)}.`,
      hint: 'Leave out what is the default anyway.',
    });
  }
  return count;
}

function refuseCount(
  ledger: Ledger,
  at: number,
  found: { left: number; most: number; isNumber: boolean; version: TargetVersion },
): void {
  const { left, most, isNumber, version } = found;
  const allowed = isNumber
    ? `target version ${formatTargetVersion(version)} takes at most ${String(most)}, and ${String(left)} ${left === 1 ? 'word follows' : 'words follow'}`
    : 'it must be a plain number';
  ledger.refuse('bad-count', BAD_COUNT, {
    at,
    message: `${nameWord(ledger, at)} is not a possible count of optional words: ${allowed}.`,
    hint: 'Count every word behind it: an option with a value is two.',
  });
}

function countMeaning(count: number): string {
  if (count === 0) return 'no optional words follow';
  return count === 1 ? '1 optional word follows' : `${String(count)} optional words follow`;
}

/** Compared with the defaults filled in; the kernel calls it high even where only low was given. */
function judgeWatermarks(ledger: Ledger, { options, places }: JudgedOptions, version: TargetVersion): void {
  const { high_watermark: high = 50, low_watermark: low = 45 } = options;
  // After a refused option, a default would stand in for what was meant.
  if (high >= low || !usesLowWatermark(version) || ledger.reason !== undefined) return;
  const highAt = places.get('high_watermark');
  const lowAt = places.get('low_watermark');
  const byDefault = highAt === undefined || lowAt === undefined ? ', one of them by default' : '';
  ledger.refuse('watermarks-crossed', 'High watermark must be greater than or equal to low watermark', {
    at: Math.max(highAt ?? 0, lowAt ?? 0),
    message: `high_watermark is ${String(high)} and low_watermark is ${String(low)}${byDefault}: writeback would stop before it starts.`,
    hint: 'Give both; the defaults are 50 and 45.',
  });
}

function judgeExtraWords(ledger: Ledger, at: number): void {
  if (at >= ledger.words.length || ledger.words.length <= COUNT_AT) return;
  ledger.refuseStrictly('extra-words', {
    at,
    message: `${nameWord(ledger, at)} and what follows it are behind the counted words: the kernel would ignore them without a word.`,
    hint: 'Count every word: an option with a value is two.',
  });
}

/** For the first word that is not there; the others are missing too, and that says nothing new. */
function refuseMissing(ledger: Ledger, at: number, what: string, reason: string): void {
  if (ledger.words.length !== at) return;
  ledger.refuse('missing-word', reason, {
    message: `The table ends where ${what} should be.`,
    hint: NEEDED,
  });
}
