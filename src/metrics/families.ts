import type { ListDocument } from '../documents/list.js';
import type { MetricFamily } from '../documents/metrics.js';
import type { StatusDocument, StatusEntry } from '../documents/status.js';
import type { KnownRemoval } from '../procedure/removal/judge-removals.js';
import { CacheLabels, kernelNameOf } from './cache-labels.js';
import { FamilyList, type Labels } from './family-list.js';

/** What the device-mapper had to tell. */
export interface SeenCaches {
  readonly live: StatusDocument;
  readonly waiting: ListDocument;
  readonly removals: readonly KnownRemoval[];
  /** null where the target is not loaded. */
  readonly targetVersion: string | null;
}

/** One look at a machine. */
export interface MetricsLook {
  readonly wcacheVersion: string;
  readonly kernelRelease: string;
  readonly began: Date;
  readonly seconds: number;
  /** null where the look failed. */
  readonly seen: SeenCaches | null;
  /** Looks that failed, where somebody counts them. */
  readonly failures?: number;
}

const SECTOR_BYTES = 512n;
const SEVERITIES = ['error', 'warning', 'info'] as const;
const INTERRUPTED = 'cache-removal-interrupted';

/** What a look comes to, as metrics. */
export function metricFamilies(look: MetricsLook): MetricFamily[] {
  const { seen, began, seconds, failures } = look;
  const list = new FamilyList();
  list.add('wcache_up', {}, seen !== null);
  list.add('wcache_scrape_duration_seconds', {}, seconds);
  list.add('wcache_scrape_timestamp_seconds', {}, began.getTime() / 1000);
  if (failures !== undefined) list.add('wcache_scrape_failures_total', {}, failures);
  list.add('wcache_build_info', { version: look.wcacheVersion }, 1);
  if (seen !== null) addSeen(list, seen, look.kernelRelease);
  return list.families();
}

function addSeen(
  list: FamilyList,
  { live, waiting, removals, targetVersion }: SeenCaches,
  kernel: string,
): void {
  if (targetVersion !== null) list.add('wcache_target_info', { version: targetVersion, kernel }, 1);
  const labels = new CacheLabels([...live, ...waiting]);
  for (const cache of live) {
    const own = labels.of(cache);
    addState(list, own, cache);
    addBlocks(list, own, cache);
    addCounters(list, own, cache);
  }
  for (const cache of waiting) list.add('wcache_waiting', labels.of(cache), true);
  addRemovals(list, labels, live, removals);
}

function addState(list: FamilyList, own: Labels, cache: StatusEntry): void {
  list.add('wcache_cache_info', { ...own, ...infoLabels(cache) }, 1);
  list.add('wcache_error', own, cache.error);
  list.add('wcache_suspended', own, cache.suspended);
  list.add('wcache_inactive_table', own, cache.inactive_table);
  list.add('wcache_waiting', own, false);
  for (const severity of SEVERITIES) {
    const found = cache.advice.filter((finding) => finding.severity === severity);
    list.add('wcache_findings', { ...own, severity }, found.length);
  }
}

function infoLabels(cache: StatusEntry): Labels {
  const labels = {
    device: `dm-${String(cache.minor)}`,
    uuid: cache.uuid,
    mode: cache.mode,
    origin: cache.origin,
    origin_path: cache.origin_path,
    cache: cache.cache,
    cache_path: cache.cache_path,
    block_size: String(cache.block_size),
    managed_by: cache.managed_by,
    logical_volume: cache.logical_volume,
  };
  // To Prometheus a label without a value is no label.
  const present = Object.entries(labels).filter(
    (label): label is [string, string] => (label[1] ?? '') !== '',
  );
  return Object.fromEntries(present);
}

function addBlocks(list: FamilyList, own: Labels, cache: StatusEntry): void {
  list.add('wcache_mapping_size_bytes', own, BigInt(cache.length_sectors) * SECTOR_BYTES);
  list.add('wcache_block_size_bytes', own, cache.block_size);
  list.add('wcache_blocks', own, cache.total_blocks);
  if (!cache.error) {
    list.add('wcache_free_blocks', own, cache.free_blocks);
    list.add('wcache_dirty_blocks', own, cache.dirty_blocks);
    list.add('wcache_dirty_bytes', own, BigInt(cache.dirty_blocks) * BigInt(cache.block_size));
    list.add('wcache_writeback_blocks', own, cache.writeback_blocks);
  }
  const { watermarks, effective_options: effective } = cache;
  const cleaner = effective.cleaner === undefined ? false : effective.cleaner.value;
  if (cleaner !== null && watermarks.high_percent !== null) {
    list.add('wcache_high_watermark_blocks', own, watermarks.writeback_starts_at_dirty_blocks);
  }
  if (cleaner !== null && watermarks.low_percent !== null) {
    list.add('wcache_low_watermark_blocks', own, watermarks.writeback_stops_at_dirty_blocks);
  }
  if (cleaner !== null) list.add('wcache_cleaner', own, cleaner === true);
}

function addCounters(list: FamilyList, own: Labels, { counters }: StatusEntry): void {
  if (counters === null) return;
  list.add('wcache_reads_total', own, counters.reads);
  list.add('wcache_read_hits_total', own, counters.read_hits);
  list.add('wcache_writes_total', own, counters.writes);
  list.add('wcache_write_hits_total', { ...own, kind: 'uncommitted' }, counters.write_hits_uncommitted);
  list.add('wcache_write_hits_total', { ...own, kind: 'committed' }, counters.write_hits_committed);
  list.add('wcache_writes_around_total', own, counters.writes_around);
  list.add('wcache_writes_allocate_total', own, counters.writes_allocate);
  list.add('wcache_writes_blocked_on_freelist_total', own, counters.writes_blocked_on_freelist);
  list.add('wcache_flushes_total', own, counters.flushes);
  list.add('wcache_discards_total', own, counters.discards);
}

/** Of each live cache, and of mappings whose cache was off already when their removal was interrupted. */
function addRemovals(
  list: FamilyList,
  labels: CacheLabels,
  live: StatusDocument,
  removals: readonly KnownRemoval[],
): void {
  const interrupted = new Map<string, boolean>(live.map((cache) => [labels.name(cache), false]));
  for (const { mapping, uuid, finding } of removals) {
    const cache = live.find((each) => kernelNameOf(each) === mapping && each.uuid === uuid);
    const name = cache === undefined ? finding.subject : labels.name(cache);
    interrupted.set(name, (interrupted.get(name) ?? false) || finding.code === INTERRUPTED);
  }
  for (const [name, is] of interrupted) list.add('wcache_removal_interrupted', { name }, is);
}
