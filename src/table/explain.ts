import { SECTOR_BYTES } from '../format/index.js';
import { formatCount, formatSize } from '../units.js';
import type { OptionName } from './table.js';

/** What a word of a table stands for. `extra` are words behind the counted ones, and whatever stands for nothing. */
export type WordRole = 'mode' | 'origin' | 'cache' | 'block_size' | 'count' | 'option' | 'value' | 'extra';

export interface ExplainedWord {
  readonly word: string;
  readonly role: WordRole;
  /** A fragment of a sentence, with units. */
  readonly meaning: string;
}

/** What each option decides. */
export const OPTION_MEANING: Readonly<Record<OptionName, string>> = {
  start_sector: 'where the superblock is on the cache device',
  high_watermark: 'when writeback starts',
  low_watermark: 'when writeback stops',
  writeback_jobs: 'how many blocks may be under writeback at a time',
  autocommit_blocks: 'how many uncommitted blocks make a commit due',
  autocommit_time: 'how long a commit may wait',
  max_age: 'how long a block may stay in the cache only',
  cleaner: 'write every block back, and cache no new ones',
  fua: 'how writeback makes the origin durable',
  metadata_only: 'cache only writes that the file system marks as metadata',
  pause_writeback: 'how long writeback gives way to writes that go to the origin directly',
};

/** What one value of an option means, with its unit: `write back when 50% of the blocks are in use`. */
export function valueMeaning(name: OptionName, value: bigint | number | boolean): string {
  if (typeof value === 'boolean') return flagMeaning(name, value);
  if (typeof value === 'number') return NUMBER_MEANING[name as NumberOption](value);
  const bytes = value * BigInt(SECTOR_BYTES);
  return `the superblock is at sector ${String(value)} (${formatSize(bytes)}) of the cache device`;
}

function flagMeaning(name: OptionName, value: boolean): string {
  if (name !== 'fua') return value ? OPTION_MEANING[name] : `not: ${OPTION_MEANING[name]}`;
  return value
    ? 'write back with FUA, so that each write to the origin is durable by itself'
    : 'write back without FUA, and flush the origin afterwards';
}

type NumberOption = Exclude<OptionName, 'start_sector' | 'cleaner' | 'fua' | 'metadata_only'>;

const NUMBER_MEANING: Readonly<Record<NumberOption, (value: number) => string>> = {
  high_watermark: (percent) => `write back when ${String(percent)}% of the blocks are in use`,
  low_watermark: (percent) => `stop writing back when ${String(percent)}% of the blocks are in use`,
  writeback_jobs: (most) =>
    most === 0
      ? 'no limit to the blocks under writeback at a time'
      : `at most ${blocks(most)} under writeback at a time`,
  autocommit_blocks: (most) =>
    most === 0 ? 'commit after every write' : `commit after ${blocks(most, 'uncommitted ')}`,
  autocommit_time: (ms) => `commit ${duration(ms)} after the first uncommitted write`,
  max_age: (ms) => `write back what is older than ${duration(ms)}`,
  pause_writeback: (ms) =>
    `write back only ${duration(ms)} after the last write that went to the origin directly`,
};

function blocks(count: number, kind = ''): string {
  return `${formatCount(count)} ${kind}${count === 1 ? 'block' : 'blocks'}`;
}

/** Milliseconds in the unit in which they are a whole number. */
function duration(ms: number): string {
  return ms > 0 && ms % 1000 === 0 ? `${formatCount(ms / 1000)} s` : `${formatCount(ms)} ms`;
}
