import { Args, Flags } from '@oclif/core';
import type { TableOptions } from '../table/index.js';
import { UsageError } from '../errors.js';
import { millisecondsFlag, startSectorFlag } from './flags.js';

/** Under this name, as help shows an argument by it. */
export const assignmentsArgs = {
  'option=value': Args.string({
    description: 'An option and its value; as many as you like.',
    multiple: true,
  }),
};

const count = Flags.custom<number>({
  helpValue: 'N',
  parse: (text) => Promise.resolve(wholeNumber(text)),
});

/** A flag for each optional word of the target, under the kernel's name. What each does is in wcache-table(8). */
export const optionFlags = {
  'start-sector': startSectorFlag({ helpGroup: 'TABLE' }),
  'high-watermark': count({
    description: 'Percent in use at which writeback starts (50).',
    helpGroup: 'TABLE',
  }),
  'low-watermark': count({
    description: 'Percent in use at which writeback stops (45).',
    helpGroup: 'TABLE',
  }),
  'writeback-jobs': count({
    description: 'Most blocks under writeback; 0 for no limit.',
    helpGroup: 'TABLE',
  }),
  'autocommit-blocks': count({
    description: 'Commit after this many blocks (65536 in ssd mode, 64 in pmem mode).',
    helpGroup: 'TABLE',
  }),
  'autocommit-time': millisecondsFlag({ description: 'Commit after this long (1s).', helpGroup: 'TABLE' }),
  'max-age': millisecondsFlag({ description: 'Write back what is older than this.', helpGroup: 'TABLE' }),
  cleaner: Flags.boolean({
    description: 'Cache nothing new, and write everything back.',
    helpGroup: 'TABLE',
  }),
  fua: Flags.boolean({
    description: 'In pmem mode: write back with FUA (the default) or without.',
    allowNo: true,
    helpGroup: 'TABLE',
  }),
  'metadata-only': Flags.boolean({
    description: 'Cache only metadata of the file system.',
    helpGroup: 'TABLE',
  }),
  'pause-writeback': millisecondsFlag({
    description: 'In ssd mode: pause writeback this long after a write around the cache (3s).',
    helpGroup: 'TABLE',
  }),
};

/** The values of {@link optionFlags}, as oclif gives them. */
export interface OptionFlagValues {
  readonly 'start-sector'?: bigint | undefined;
  readonly 'high-watermark'?: number | undefined;
  readonly 'low-watermark'?: number | undefined;
  readonly 'writeback-jobs'?: number | undefined;
  readonly 'autocommit-blocks'?: number | undefined;
  readonly 'autocommit-time'?: number | undefined;
  readonly 'max-age'?: number | undefined;
  readonly cleaner?: boolean | undefined;
  readonly fua?: boolean | undefined;
  readonly 'metadata-only'?: boolean | undefined;
  readonly 'pause-writeback'?: number | undefined;
}

/** The options that were given, under the kernel's names. */
export function optionsOf(flags: OptionFlagValues): TableOptions {
  const given = {
    start_sector: flags['start-sector'],
    high_watermark: flags['high-watermark'],
    low_watermark: flags['low-watermark'],
    writeback_jobs: flags['writeback-jobs'],
    autocommit_blocks: flags['autocommit-blocks'],
    autocommit_time: flags['autocommit-time'],
    max_age: flags['max-age'],
    cleaner: flags.cleaner === true ? true : undefined,
    fua: flags.fua,
    metadata_only: flags['metadata-only'] === true ? true : undefined,
    pause_writeback: flags['pause-writeback'],
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function wholeNumber(text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) {
    throw new UsageError(`"${text}" is not a whole number.`, {
      code: 'bad-number',
      hint: 'Write digits only.',
    });
  }
  return value;
}
