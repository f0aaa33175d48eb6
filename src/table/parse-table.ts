import { isBlockSize } from '../format/index.js';
import { parsePrinted } from './decimal.js';
import { hasOption, printsCleanerMessage, printsExactTable, printsStartSector } from './features.js';
import { OPTION_RULES, largestValue } from './option-rules.js';
import {
  OPTION_NAMES,
  badTableLine,
  buildParameters,
  type OptionName,
  type TableOptions,
  type WritecacheTable,
} from './table.js';
import { isAtLeast, type TargetVersion } from './target-version.js';

/**
 * Why a printed value is not the one that was given: `not-printed`, it may have been given and is not shown;
 * `recomputed` from the block counts, a few percent off in small caches; `rounded` to the kernel's clock ticks;
 * `perhaps-a-message`, it may come from a message and not from the table.
 */
export type UnknownReason = 'not-printed' | 'recomputed' | 'rounded' | 'perhaps-a-message';

export interface UnknownOption {
  readonly option: OptionName;
  readonly why: UnknownReason;
}

export interface PrintedTable {
  readonly table: WritecacheTable;
  /** What the line cannot tell for certain. Empty since target 1.4.0. */
  readonly unknown: readonly UnknownOption[];
}

const DEVICE = /^\d{1,4}:\d{1,7}$/;

/**
 * Reads the parameters that the kernel prints for a running table (`dmsetup table`), of any target version with its
 * quirks (kernel-target.md §2.5). A line taken from a version before 1.4.0 is not fit to be loaded again as it is: see
 * `unknown`.
 *
 * Strict: options that are new to this version, out of order or beyond their range, another spelling of a number or a
 * wrong count are errors. Throws OperationError `bad-table-line`, which shows the line.
 */
export function parsePrintedTable(parameters: string, version: TargetVersion): PrintedTable {
  const words = parameters.split(' ');
  const [mode = '', origin = '', cache = '', blockSize = '', count = '', ...rest] = words;
  if (mode !== 'p' && mode !== 's') {
    throw badTableLine(parameters, `it begins with "${mode}" and not with p or s`);
  }
  for (const device of [origin, cache]) {
    if (!DEVICE.test(device)) {
      throw badTableLine(
        parameters,
        `"${device}" stands where the numbers of a device do, such as 253:0, belong`,
      );
    }
  }
  const block_size = Number(parsePrinted(blockSize, 32) ?? 0n);
  if (!isBlockSize(block_size)) throw badTableLine(parameters, `"${blockSize}" is not a block size`);

  const reader = new OptionReader(parameters, rest, mode, version);
  const table: WritecacheTable = { mode, origin, cache, block_size, options: reader.read() };
  requireCount(parameters, table, count, version);
  return { table, unknown: unknownOptions(table.options, version) };
}

/** Takes the words of the options one by one, in the only order in which they are printed. */
class OptionReader {
  readonly #line: string;
  readonly #words: string[];
  readonly #mode: 'p' | 's';
  readonly #version: TargetVersion;

  constructor(line: string, words: readonly string[], mode: 'p' | 's', version: TargetVersion) {
    this.#line = line;
    this.#words = [...words];
    this.#mode = mode;
    this.#version = version;
  }

  read(): TableOptions {
    const found = OPTION_NAMES.flatMap((name) => {
      const value = this.#isPossible(name) ? this.#take(name) : undefined;
      return value === undefined ? [] : [[name, value] as const];
    });
    const [left] = this.#words;
    if (left !== undefined) throw badTableLine(this.#line, `"${left}" is not what can stand there`);
    return Object.fromEntries(found);
  }

  #isPossible(name: OptionName): boolean {
    const { onlyMode } = OPTION_RULES[name];
    return hasOption(this.#version, name) && (onlyMode ?? this.#mode) === this.#mode;
  }

  /** The option's value if it comes next. */
  #take(name: OptionName): bigint | number | boolean | undefined {
    const [next, value = ''] = this.#words;
    if (name === 'fua' && next === 'nofua') {
      this.#words.shift();
      return false;
    }
    if (next !== name) return undefined;
    const rule = OPTION_RULES[name];
    this.#words.splice(0, rule.number === undefined ? 1 : 2);
    return rule.number === undefined ? true : this.#number(name, value);
  }

  #number(name: OptionName, word: string): bigint | number {
    const rule = OPTION_RULES[name];
    const value = parsePrinted(word, rule.number === 'u64' ? 64 : 32);
    // The newest kernels take a max_age of up to 21 days; older ones refuse it, but none of them prints it.
    const isTooLarge = name !== 'max_age' && (value ?? 0n) > largestValue(rule);
    if (value === undefined || isTooLarge) {
      throw badTableLine(this.#line, `"${word}" is not a value of ${name}`);
    }
    return rule.number === 'u64' ? value : Number(value);
  }
}

/** Before kernel 5.9.14, max_age and its value were printed and not counted. Target 1.3.0 is on both sides of it. */
function requireCount(line: string, table: WritecacheTable, count: string, version: TargetVersion): void {
  const right = Number(buildParameters(table).split(' ')[4]);
  const allowed = [right];
  const mayMiscount = isAtLeast(version, '1.3.0') && !printsExactTable(version);
  if (mayMiscount && table.options.max_age !== undefined) allowed.push(right - 2);
  if (!allowed.map(String).includes(count)) {
    throw badTableLine(line, `its count of optional words is "${count}" and not ${allowed.join(' or ')}`);
  }
}

function unknownOptions(options: TableOptions, version: TargetVersion): UnknownOption[] {
  if (printsExactTable(version)) return [];
  const unknown: UnknownOption[] = [];
  if (hasOption(version, 'start_sector') && !printsStartSector(version)) {
    unknown.push({ option: 'start_sector', why: 'not-printed' });
  }
  for (const option of ['high_watermark', 'low_watermark'] as const) {
    if (options[option] !== undefined) unknown.push({ option, why: 'recomputed' });
    // With the cleaner at work the thresholds are gone, and nothing is left to compute them from.
    else if (options.cleaner === true) unknown.push({ option, why: 'not-printed' });
  }
  for (const option of ['autocommit_time', 'max_age'] as const) {
    if (options[option] !== undefined) unknown.push({ option, why: 'rounded' });
  }
  if (printsCleanerMessage(version) && options.cleaner === true) {
    unknown.push({ option: 'cleaner', why: 'perhaps-a-message' });
  }
  return unknown;
}
