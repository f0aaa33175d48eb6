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

/** The value that holds, and where it comes from. Null where the kernel's default depends on the machine or is none. */
const effectiveSchema = z.strictObject({
  value: z.union([jsonInteger, z.boolean()]).nullable(),
  source: z.enum(['table', 'default', 'unknown']),
});

export const countersSchema = z.strictObject({
  reads: jsonInteger,
  read_hits: jsonInteger,
  writes: jsonInteger,
  write_hits_uncommitted: jsonInteger,
  write_hits_committed: jsonInteger,
  writes_around: jsonInteger,
  writes_allocate: jsonInteger,
  writes_blocked_on_freelist: jsonInteger,
  flushes: jsonInteger,
  discards: jsonInteger,
});

export const statusEntrySchema = z.strictObject({
  ...mappingShape,
  suspended: z.boolean(),
  /** Whether another table waits for the next resume. */
  inactive_table: z.boolean(),
  /** `vg/lv`, where it is LVM's. */
  logical_volume: z.string().nullable(),
  ...cacheShape,
  options: optionsSchema,
  effective_options: z.partialRecord(z.enum(OPTION_NAMES), effectiveSchema),
  error: z.boolean(),
  total_blocks: jsonInteger,
  free_blocks: jsonInteger,
  dirty_blocks: jsonInteger,
  writeback_blocks: jsonInteger,
  watermarks: z.strictObject({
    /** The percentages are null where the table line does not tell them. */
    high_percent: z.int().nullable(),
    low_percent: z.int().nullable(),
    writeback_starts_at_dirty_blocks: jsonInteger,
    writeback_stops_at_dirty_blocks: jsonInteger,
  }),
  counters: countersSchema.nullable(),
  /** What the counters of reads, writes and discards count: blocks since kernel 6.0. Null without counters. */
  counter_unit: z.enum(['blocks', 'blocks-or-bios']).nullable(),
  target_version: z.string(),
  unknown: z.array(unknownSchema),
  advice: z.array(findingSchema([...CACHE_FINDING_CODES, ...REMOVAL_FINDING_CODES])),
});
export type StatusEntry = z.infer<typeof statusEntrySchema>;

/** `wcache status --json` (design.md §3). */
export const statusDocumentSchema = z.array(statusEntrySchema);
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
