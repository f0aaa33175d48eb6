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

/** The options that a table names, under the kernel's names. Times are in milliseconds, watermarks in percent. */
export const optionsSchema = z.strictObject({
  start_sector: jsonInteger.optional(),
  high_watermark: z.int().optional(),
  low_watermark: z.int().optional(),
  writeback_jobs: z.int().optional(),
  autocommit_blocks: z.int().optional(),
  autocommit_time: z.int().optional(),
  max_age: z.int().optional(),
  cleaner: z.boolean().optional(),
  fua: z.boolean().optional(),
  metadata_only: z.boolean().optional(),
  pause_writeback: z.int().optional(),
});

/** What the parameters of a table say; devices as they stand there. */
export const tableFieldsSchema = z.strictObject({
  mode: z.enum(['p', 's']),
  origin: z.string(),
  cache: z.string(),
  block_size: z.int(),
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
 * `not-printed`, `recomputed`, `rounded` and `perhaps-a-message` are of options that an old target's table line does not
 * tell exactly. `message-not-shown`: a cleaner that a message started. `not-counted`: the counters of an old target.
 * `not-reliable`: counts of blocks of a cache in error. `under-counted`: hits in ssd mode. `unit-not-known`: whether an
 * old kernel counts blocks or requests.
 */
export const unknownSchema = z.strictObject({
  what: z.string(),
  why: z.enum([
    'not-printed',
    'recomputed',
    'rounded',
    'perhaps-a-message',
    'message-not-shown',
    'not-counted',
    'not-reliable',
    'under-counted',
    'unit-not-known',
  ]),
  message: z.string(),
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
