import { z } from 'zod';
import type { LiveCache } from '../dm/index.js';
import {
  formatTargetVersion,
  hasCounters,
  printsCleanerMessage,
  printsExactTable,
  type TableOptions,
  type UnknownReason,
  type WritecacheTable,
} from '../table/index.js';
import { integer, jsonInteger } from './json.js';

/** The options that a table names, under the kernel's names. */
export const optionsSchema = z
  .strictObject({
    start_sector: jsonInteger.describe(
      'Where the superblock lies on the cache device, in sectors of 512 bytes.',
    ),
    high_watermark: z.int().describe('Percent of the blocks: writeback starts when so many are dirty.'),
    low_watermark: z.int().describe('Percent of the blocks: writeback stops when so many are dirty.'),
    writeback_jobs: z.int().describe('How many blocks may be under writeback at a time; 0 is no limit.'),
    autocommit_blocks: z
      .int()
      .describe('After how many uncommitted blocks a commit comes; 0: after every write.'),
    autocommit_time: z
      .int()
      .describe('How long after the first uncommitted write a commit comes, in milliseconds.'),
    max_age: z.int().describe('How old a dirty block may become before it is written back, in milliseconds.'),
    cleaner: z.boolean().describe('Whether everything is written back and nothing new is cached.'),
    fua: z.boolean().describe('Whether blocks are written back with FUA; in pmem mode only.'),
    metadata_only: z
      .boolean()
      .describe('Whether only writes that the file system marks as metadata are cached.'),
    pause_writeback: z
      .int()
      .describe(
        'How long after the last write that went to the origin directly nothing is written back, in milliseconds; in ssd mode only.',
      ),
  })
  .partial()
  .describe(
    "The options that the table names, under the kernel's names; one that it does not name is left out.",
  );

/** What the parameters of a table say; devices as they stand there. */
export const tableFieldsSchema = z.strictObject({
  mode: z
    .enum(['p', 's'])
    .describe('p: pmem mode, on persistent memory. s: ssd mode, on an ordinary block device.'),
  origin: z.string().describe('The origin as the table has it: a path, or MAJOR:MINOR.'),
  cache: z.string().describe('The cache device as the table has it: a path, or MAJOR:MINOR.'),
  block_size: z.int().describe('Bytes.'),
  options: optionsSchema,
});

export function optionsFields({ start_sector, ...rest }: TableOptions): z.infer<typeof optionsSchema> {
  return { ...(start_sector === undefined ? {} : { start_sector: integer(start_sector) }), ...rest };
}

export function tableFields(table: WritecacheTable): z.infer<typeof tableFieldsSchema> {
  const { mode, origin, cache, block_size, options } = table;
  return { mode, origin, cache, block_size, options: optionsFields(options) };
}

/**
 * What cannot be known, and why: of options that an old target's table line does not tell exactly, of a cleaner that a
 * message started, of counters and counts of blocks.
 */
export const unknownSchema = z.strictObject({
  what: z.string().describe('The option or field that is not known, or not exactly.'),
  why: z
    .enum([
      'not-printed',
      'recomputed',
      'rounded',
      'perhaps-a-message',
      'message-not-shown',
      'not-counted',
      'not-reliable',
      'under-counted',
      'unit-not-known',
    ])
    .describe(
      "not-printed, recomputed, rounded: an old target's table line does not tell it, or not exactly. " +
        'perhaps-a-message: from the table or from a message. message-not-shown: a message may have switched it on. ' +
        'not-counted: an old target counts nothing. not-reliable: counts of blocks in error. ' +
        'under-counted: hits in ssd mode. unit-not-known: an old kernel counts blocks or requests.',
    ),
  message: z.string().describe('The same in words.'),
});
export type UnknownDocument = z.infer<typeof unknownSchema>;

/** What nobody can learn from a live table line. */
export function unknownInTable({ table, targetVersion, unknownOptions }: LiveCache): UnknownDocument[] {
  const version = formatTargetVersion(targetVersion);
  const found: UnknownDocument[] = unknownOptions.map(({ option, why }) => ({
    what: option,
    why,
    message: `${option}: ${WHY[why](version)}.`,
  }));
  if (printsExactTable(targetVersion) && !printsCleanerMessage(targetVersion) && !table.options.cleaner) {
    found.push({
      what: 'cleaner',
      why: 'message-not-shown',
      message:
        'cleaner: if a message switched it on, neither table nor status shows it (since target 1.4.0).',
    });
  }
  return found;
}

/** What nobody can learn from a status line (kernel-target.md §3). */
export function unknownInStatus(
  { status, table, targetVersion }: LiveCache,
  unit: CounterUnit | null,
): UnknownDocument[] {
  const found: UnknownDocument[] = [];
  if (status.error) {
    found.push({
      what: 'dirty_blocks',
      why: 'not-reliable',
      message:
        'dirty: in error the counts of blocks mean nothing; blocks can count as free that are only in the cache.',
    });
  }
  if (!hasCounters(targetVersion)) {
    found.push({
      what: 'counters',
      why: 'not-counted',
      message: `counters: target ${formatTargetVersion(targetVersion)} counts no reads and writes; that came with 1.6.0.`,
    });
  }
  if (unit !== null && table.mode === 's') {
    found.push({
      what: 'hits',
      why: 'under-counted',
      message:
        'hits: in ssd mode a request for several blocks that are in the cache counts as one hit, so the rates of hits can be too low.',
    });
  }
  if (unit === 'blocks-or-bios') {
    found.push({
      what: 'counters',
      why: 'unit-not-known',
      message:
        'counters: kernels before 6.0 count requests where later ones count blocks, and some of them have the change, too.',
    });
  }
  return found;
}

/** What the counters of reads, writes and discards count. */
export type CounterUnit = 'blocks' | 'blocks-or-bios';

const WHY: Readonly<Record<UnknownReason, (version: string) => string>> = {
  'not-printed': (version) => `target ${version} does not print it, whether it was given or not`,
  recomputed: (version) =>
    `target ${version} computes it back from block counts, which is inexact in small caches`,
  rounded: (version) => `target ${version} rounds it to the clock ticks of the kernel`,
  'perhaps-a-message': () => 'it comes from the table or from a message',
};
