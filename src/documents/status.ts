import { z } from 'zod';
import type { LiveCache } from '../dm/index.js';
import { CACHE_FINDING_CODES, judgeCacheHealth, thresholdsOfCache } from '../procedure/cache-health.js';
import { bySeverity } from '../procedure/finding.js';
import { REMOVAL_FINDING_CODES, removalsOf, type KnownRemoval } from '../procedure/removal/judge-removals.js';
import {
  COUNTER_NAMES,
  OPTION_NAMES,
  compareKernelVersions,
  effectiveOptions,
  formatTargetVersion,
  type KernelIdentity,
  type StatusCounters,
} from '../table/index.js';
import { findingSchema } from './finding.js';
import { integer, jsonInteger } from './json.js';
import { cacheFields, cacheShape, mappingFields, mappingShape } from './list.js';
import {
  optionsFields,
  optionsSchema,
  unknownInStatus,
  unknownInTable,
  unknownSchema,
  type CounterUnit,
} from './table-fields.js';

const effectiveSchema = z
  .strictObject({
    value: z
      .union([jsonInteger, z.boolean()])
      .nullable()
      .describe(
        "Null where the kernel's default depends on the machine, where it is none, and where it is not known.",
      ),
    source: z
      .enum(['table', 'default', 'unknown'])
      .describe(
        'table: the table names it. default: the kernel fills it in. unknown: the kernel does not tell.',
      ),
  })
  .describe('The value that holds, in the unit that `options` has it in, and where it comes from.');

/** Of the target's counters, under its names; which unit they have, `counter_unit` tells. */
export const countersSchema = z.strictObject({
  reads: jsonInteger.describe('What was read.'),
  read_hits: jsonInteger.describe('Of the reads, what the cache had.'),
  writes: jsonInteger.describe('What was written.'),
  write_hits_uncommitted: jsonInteger.describe('Of the writes, those over uncommitted blocks in the cache.'),
  write_hits_committed: jsonInteger.describe('Of the writes, those over committed blocks in the cache.'),
  writes_around: jsonInteger.describe('Of the writes, what went around the cache to the origin.'),
  writes_allocate: jsonInteger.describe('Of the writes, what took free blocks of the cache.'),
  writes_blocked_on_freelist: jsonInteger.describe(
    'How often a write waited for a free block, which one write can do more than once.',
  ),
  flushes: jsonInteger.describe('Requests to flush; a commit is none.'),
  discards: jsonInteger.describe('What was discarded.'),
});

export const statusEntrySchema = z.strictObject({
  ...mappingShape,
  suspended: z.boolean().describe('Whether I/O to the mapping stands still.'),
  inactive_table: z.boolean().describe('Whether another table waits for the next resume.'),
  logical_volume: z.string().nullable().describe("VG/LV, where the mapping is LVM's; else null."),
  ...cacheShape,
  options: optionsSchema,
  effective_options: z
    .strictObject(
      Object.fromEntries(OPTION_NAMES.map((name) => [name, effectiveSchema])) as Record<
        (typeof OPTION_NAMES)[number],
        typeof effectiveSchema
      >,
    )
    .partial()
    .describe(
      'What holds of every option that this target has in this mode, also where the table does not name it.',
    ),
  error: z
    .boolean()
    .describe(
      'Whether the target met an error: it writes nothing back any more, and its counts of blocks say nothing.',
    ),
  total_blocks: jsonInteger.describe('Blocks of the cache.'),
  free_blocks: jsonInteger.describe('Blocks that hold nothing.'),
  dirty_blocks: jsonInteger.describe('total_blocks - free_blocks: blocks that may be only in the cache.'),
  writeback_blocks: jsonInteger.describe('Blocks that are being written back.'),
  watermarks: z
    .strictObject({
      high_percent: z
        .int()
        .nullable()
        .describe('The high watermark in percent; null where the table line does not tell it.'),
      low_percent: z
        .int()
        .nullable()
        .describe('The low watermark in percent; null where the table line does not tell it.'),
      writeback_starts_at_dirty_blocks: jsonInteger.describe(
        'With so many dirty blocks the kernel begins to write back.',
      ),
      writeback_stops_at_dirty_blocks: jsonInteger.describe('With so many dirty blocks it stops.'),
    })
    .describe('Where writeback starts and stops.'),
  counters: countersSchema
    .nullable()
    .describe(
      'What happened since the table was loaded or the counters were reset, in `counter_unit`; null before target 1.6.0.',
    ),
  counter_unit: z
    .enum(['blocks', 'blocks-or-bios'])
    .nullable()
    .describe(
      'What the counters of reads, writes and discards count. blocks: blocks (since kernel 6.0). blocks-or-bios: one or the other, depending on the kernel. Null without counters.',
    ),
  target_version: z.string().describe('Of the kernel: MAJOR.MINOR.PATCH of its writecache target.'),
  unknown: z.array(unknownSchema).describe('What cannot be known of this cache, and why.'),
  advice: z
    .array(findingSchema([...CACHE_FINDING_CODES, ...REMOVAL_FINDING_CODES]))
    .describe('What was noticed, the worst first, with what to do.'),
});
export type StatusEntry = z.infer<typeof statusEntrySchema>;

/** `wcache status --json` (design.md §3). */
export const statusDocumentSchema = z
  .array(statusEntrySchema)
  .describe('The live writecaches that were asked for, or all of them, by name.');
export type StatusDocument = z.infer<typeof statusDocumentSchema>;

export function statusDocument(
  caches: readonly LiveCache[],
  kernel: KernelIdentity,
  removals: readonly KnownRemoval[] = [],
): StatusDocument {
  return caches.map((cache) => statusEntry(cache, kernel, removals));
}

function statusEntry(
  cache: LiveCache,
  kernel: KernelIdentity,
  removals: readonly KnownRemoval[],
): StatusEntry {
  const { device, lvm, status, table } = cache;
  const unit = status.counters === null ? null : counterUnit(kernel);
  return {
    ...mappingFields(cache),
    suspended: device.suspended,
    inactive_table: device.hasInactiveTable,
    logical_volume: lvm === null ? null : `${lvm.vg}/${lvm.lv}`,
    ...cacheFields(cache),
    options: optionsFields(table.options),
    effective_options: effectiveFields(cache),
    error: status.error,
    total_blocks: status.total_blocks,
    free_blocks: status.free_blocks,
    dirty_blocks: status.total_blocks - status.free_blocks,
    writeback_blocks: status.writeback_blocks,
    watermarks: watermarkFields(cache),
    counters: status.counters === null ? null : counterFields(status.counters),
    counter_unit: unit,
    target_version: formatTargetVersion(cache.targetVersion),
    unknown: [...unknownInTable(cache), ...unknownInStatus(cache, unit)],
    advice: bySeverity<StatusEntry['advice'][number]['code']>([
      ...removalsOf(removals, device),
      ...judgeCacheHealth(cache),
    ]),
  };
}

function effectiveFields(cache: LiveCache): StatusEntry['effective_options'] {
  const options = effectiveOptions(cache.table, cache.targetVersion);
  const fields: StatusEntry['effective_options'] = {};
  for (const name of OPTION_NAMES) {
    const option = options[name];
    if (option === undefined) continue;
    const { value, given } = option;
    fields[name] = isHidden(cache, name)
      ? { value: null, source: 'unknown' }
      : { value: typeof value === 'bigint' ? integer(value) : value, source: given ? 'table' : 'default' };
  }
  return fields;
}

function isHidden({ unknownOptions }: LiveCache, name: string): boolean {
  return unknownOptions.some(({ option, why }) => option === name && why === 'not-printed');
}

function watermarkFields(cache: LiveCache): StatusEntry['watermarks'] {
  const { high_watermark, low_watermark } = effectiveOptions(cache.table, cache.targetVersion);
  const { startsAtDirty, stopsAtDirty } = thresholdsOfCache(cache);
  return {
    high_percent: isHidden(cache, 'high_watermark') ? null : high_watermark.value,
    low_percent: isHidden(cache, 'low_watermark') ? null : low_watermark.value,
    writeback_starts_at_dirty_blocks: integer(startsAtDirty),
    writeback_stops_at_dirty_blocks: integer(stopsAtDirty),
  };
}

/** The counters with the names and the numbers that every document has for them. */
export function counterFields(counters: StatusCounters): z.infer<typeof countersSchema> {
  return Object.fromEntries(COUNTER_NAMES.map((name) => [name, integer(counters[name])])) as z.infer<
    typeof countersSchema
  >;
}

/** Mainline since 6.0 (b2676e1482af); some older stable releases have it too, and nobody checked which. */
function counterUnit({ version }: KernelIdentity): CounterUnit {
  return version !== null && compareKernelVersions(version, [6, 0, 0]) >= 0 ? 'blocks' : 'blocks-or-bios';
}
