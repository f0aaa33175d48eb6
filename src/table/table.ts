import { OperationError } from '../errors.js';
import { parsePrinted } from './decimal.js';
import { escapeWord } from './words.js';

/** The name of the target in a table line. */
export const TARGET_NAME = 'writecache';

/** The optional arguments under the kernel's names; those that were not given are absent. */
export interface TableOptions {
  /** Where the superblock is on the cache device, in sectors of 512 bytes. */
  readonly start_sector?: bigint;
  /** Percent of the blocks in use at which writeback starts. */
  readonly high_watermark?: number;
  /** Percent of the blocks in use at which writeback stops. */
  readonly low_watermark?: number;
  /** Most blocks under writeback at a time; 0 for no limit. */
  readonly writeback_jobs?: number;
  /** Uncommitted blocks after which a commit is made. */
  readonly autocommit_blocks?: number;
  /** Milliseconds after which a commit is made. */
  readonly autocommit_time?: number;
  /** Milliseconds after which a block is written back, whatever the watermarks say. */
  readonly max_age?: number;
  readonly cleaner?: boolean;
  /** True for the word `fua`, false for `nofua`. */
  readonly fua?: boolean;
  readonly metadata_only?: boolean;
  /** Milliseconds for which writeback waits after a write that went to the origin directly. */
  readonly pause_writeback?: number;
}

export type OptionName = keyof TableOptions;

/** In the order in which the kernel prints them (kernel-target.md §2.5). */
export const OPTION_NAMES = [
  'start_sector',
  'high_watermark',
  'low_watermark',
  'writeback_jobs',
  'autocommit_blocks',
  'autocommit_time',
  'max_age',
  'cleaner',
  'fua',
  'metadata_only',
  'pause_writeback',
] as const satisfies readonly OptionName[];

/** What the parameters of a writecache target say. */
export interface WritecacheTable {
  /** `s`: the cache is an ordinary block device (ssd mode). `p`: it is persistent memory (pmem mode). */
  readonly mode: 'p' | 's';
  /** A path, or `MAJOR:MINOR`. */
  readonly origin: string;
  /** A path, or `MAJOR:MINOR`. */
  readonly cache: string;
  /** Bytes. */
  readonly block_size: number;
  readonly options: TableOptions;
}

/**
 * The parameters of a table line: what the kernel would print for the same table (kernel-target.md §2.5). `cleaner` and
 * `metadata_only` are words without an opposite: where they are false, nothing is written.
 *
 * Throws UsageError `unwritable-word` for a device path that no table can hold.
 */
export function buildParameters(table: WritecacheTable): string {
  const options = OPTION_NAMES.flatMap((name) => optionWords(name, table.options[name]));
  const devices = [table.origin, table.cache].map(escapeWord);
  return [table.mode, ...devices, table.block_size, options.length, ...options].join(' ');
}

function optionWords(name: OptionName, value: TableOptions[OptionName]): string[] {
  if (value === undefined) return [];
  if (name === 'fua') return [value === true ? 'fua' : 'nofua'];
  if (typeof value === 'boolean') return value ? [name] : [];
  return [name, String(value)];
}

/** One line of a device-mapper table, of any target. */
export interface TargetLine {
  readonly startSector: bigint;
  readonly lengthSectors: bigint;
  readonly target: string;
  /** Everything behind the target's name; empty for targets that take nothing. */
  readonly parameters: string;
}

const TARGET_LINE = /^(?<start>\d+) (?<length>\d+) (?<target>[^\s]{1,15})(?: (?<parameters>[^\n]*))?$/;

/**
 * Reads a line such as `0 524288 writecache s 254:0 254:16 4096 0`, as `dmsetup table` prints it and `dmsetup create`
 * takes it: single spaces, plain decimal numbers, no device name before it.
 *
 * Throws OperationError `bad-table-line`.
 */
export function parseTargetLine(text: string): TargetLine {
  const { start = '', length = '', target = '', parameters = '' } = TARGET_LINE.exec(text)?.groups ?? {};
  const startSector = parsePrinted(start, 64);
  const lengthSectors = parsePrinted(length, 64);
  if (startSector === undefined || lengthSectors === undefined || lengthSectors === 0n) {
    throw badTableLine(
      text,
      'it does not begin with a start sector, a length and the name of a target, one space between them',
    );
  }
  return { startSector, lengthSectors, target, parameters };
}

/** The line as {@link parseTargetLine} reads it. */
export function formatTargetLine({ startSector, lengthSectors, target, parameters }: TargetLine): string {
  const line = `${String(startSector)} ${String(lengthSectors)} ${target}`;
  return parameters === '' ? line : `${line} ${parameters}`;
}

/** The error for a line that no kernel prints. `why` completes "because ...". */
export function badTableLine(line: string, why: string): OperationError {
  return new OperationError(`The table line ${JSON.stringify(line)} cannot be read: ${why}.`, {
    code: 'bad-table-line',
    hint: 'Compare it with what "dmsetup table" prints. If the kernel did print it, this is a version that wcache does not know: please report the line.',
  });
}
