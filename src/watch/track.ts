import type { LiveCache } from '../dm/index.js';
import { thresholdsOfCache } from '../procedure/cache-health.js';
import { eventsBetween, isFullAfter, type Condition } from './events.js';
import { History, type HistoryPoint } from './history.js';
import { elapsedBetween, fellBetween, type DiskSamples, type Elapsed, type Sample } from './interval.js';
import { NO_OUTLOOK, OutlookMeter } from './outlook.js';
import type { Outlook, WatchedCache, WatchEvent, WatchState } from './types.js';

/** When a look was taken. */
export interface Moment {
  readonly atMs: number;
  readonly time: Date;
  /** Nothing appears at the very first look: it was there before. */
  readonly isFirst: boolean;
}

/** One cache over all looks. */
export class Track {
  readonly history = new History();
  readonly #key: string;
  readonly #meter = new OutlookMeter();
  #cache: LiveCache;
  /** null where it is gone. */
  #condition: Condition | null = null;
  #sample: Sample | null = null;
  /** null before the first look. */
  #state: WatchState | null = null;
  #stateSinceMs = 0;
  #levels: {
    readonly table: unknown;
    readonly total: number;
    readonly starts: number;
    readonly stops: number;
  };

  constructor(key: string, cache: LiveCache) {
    this.#key = key;
    this.#cache = cache;
    this.#levels = { table: null, total: 0, starts: 0, stops: 0 };
  }

  get name(): string {
    return this.#cache.name;
  }

  /** Since when it is gone; null while it is not. */
  get goneSinceMs(): number | null {
    return this.#state === 'gone' ? this.#stateSinceMs : null;
  }

  /** It is there, and this is how it is doing. */
  seen(cache: LiveCache, disks: DiskSamples, moment: Moment): WatchedCache {
    const before = this.#condition;
    const sample: Sample = { atMs: moment.atMs, status: cache.status, disks };
    const isAnew = before !== null && isAnotherInstance(before.cache, cache);
    const elapsed = this.#sample === null ? null : elapsedBetween(this.#sample, sample, isAnew);
    const condition: Condition = {
      state: stateOf(cache),
      cache,
      isFull: isFullAfter(before?.isFull ?? false, cache),
    };
    const changes = {
      tableChanged: isAnew,
      countersBeganAnew: before !== null && fellBetween(before.cache.status, cache.status),
    };
    const events =
      before === null && moment.isFirst ? [] : eventsBetween(before, condition, changes, moment.time);
    this.#cache = cache;
    this.#condition = condition;
    this.#sample = sample;
    this.#enter(condition.state, moment.atMs);
    if (isAnew) this.#meter.restart();
    const outlook = this.#outlookOf(cache, moment.atMs);
    this.history.push(moment.atMs, pointOf(cache, elapsed));
    return this.#told(elapsed, outlook, events);
  }

  /** It is not there (any more). */
  missed({ atMs, time }: Moment): WatchedCache {
    const changes = { tableChanged: false, countersBeganAnew: false };
    const events = eventsBetween(this.#condition, null, changes, time);
    this.#condition = null;
    this.#sample = null;
    this.#enter('gone', atMs);
    this.#meter.restart();
    this.history.interrupt();
    return this.#told(null, NO_OUTLOOK, events);
  }

  #told(elapsed: Elapsed | null, outlook: Outlook, events: readonly WatchEvent[]): WatchedCache {
    return {
      key: this.#key,
      name: this.#cache.name,
      state: this.#state ?? 'gone',
      stateSinceMs: this.#stateSinceMs,
      cache: this.#cache,
      interval: elapsed?.interval ?? null,
      noRates: elapsed === null ? (this.#state === 'gone' ? 'gone' : 'first-look') : elapsed.noRates,
      outlook,
      history: this.history,
      events,
    };
  }

  #enter(state: WatchState, atMs: number): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#stateSinceMs = atMs;
  }

  /** A level that stands still by force, or means nothing, tells nothing. */
  #outlookOf(cache: LiveCache, atMs: number): Outlook {
    const { status, table } = cache;
    if (status.error || cache.device.suspended) {
      this.#meter.restart();
      return NO_OUTLOOK;
    }
    const total = status.total_blocks;
    if (this.#levels.table !== table || this.#levels.total !== total) {
      const { startsAtDirty, stopsAtDirty } = thresholdsOfCache(cache);
      this.#levels = { table, total, starts: Number(startsAtDirty), stops: Number(stopsAtDirty) };
    }
    const { starts, stops } = this.#levels;
    const dirty = total - status.free_blocks;
    return this.#meter.add({ atMs, dirty, total, startsAtDirty: starts, stopsAtDirty: stops });
  }
}

function stateOf({ status, device }: LiveCache): WatchState {
  if (status.error) return 'error';
  return device.suspended ? 'suspended' : 'active';
}

/** Another mapping of the same name, or another table: its target's instance has counted from zero. */
function isAnotherInstance(before: LiveCache, after: LiveCache): boolean {
  const [one, other] = [before.device, after.device];
  return (
    one.major !== other.major ||
    one.minor !== other.minor ||
    one.uuid !== other.uuid ||
    before.line.lengthSectors !== after.line.lengthSectors ||
    before.line.parameters !== after.line.parameters ||
    before.status.total_blocks !== after.status.total_blocks
  );
}

function pointOf({ status }: LiveCache, elapsed: Elapsed | null): HistoryPoint {
  const { error, total_blocks, free_blocks, writeback_blocks } = status;
  const interval = elapsed?.interval ?? null;
  const rates = interval?.rates ?? null;
  return {
    // In error the counts of blocks mean nothing.
    dirtyShare: error || total_blocks === 0 ? null : (total_blocks - free_blocks) / total_blocks,
    writebackBlocks: error ? null : writeback_blocks,
    reads: rates?.reads ?? null,
    writes: rates?.writes ?? null,
    writesAround: rates?.writes_around ?? null,
    freelistStalls: rates?.writes_blocked_on_freelist ?? null,
    readHitRatio: interval?.readHitRatio ?? null,
    writeHitRatio: interval?.writeHitRatio ?? null,
    mappedWriteLatencyMs: interval?.disks.mapped?.writeLatencyMs ?? null,
    originWriteLatencyMs: interval?.disks.origin?.writeLatencyMs ?? null,
    cacheWriteLatencyMs: interval?.disks.cache?.writeLatencyMs ?? null,
  };
}
