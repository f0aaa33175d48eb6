import type { DiskStatistics } from '../device/index.js';
import type { DeviceMapper, LiveCache } from '../dm/index.js';
import type { KnownRemoval } from '../procedure/removal/index.js';
import type { KernelIdentity } from '../table/index.js';
import { CountedDisks } from './counted-disks.js';
import { keepEvents } from './events.js';
import type { DiskSamples } from './interval.js';
import { glanceAgain, survey, type Looked } from './looked.js';
import { Track, type Moment } from './track.js';
import type { WatchedCache, WatchEvent, WatchView } from './types.js';

/** What a watcher looks at. */
export interface WatchedMachine {
  readonly dm: DeviceMapper;
  readonly kernel: KernelIdentity;
  /** What the kernel counts of block devices, by number as `253:0`. */
  diskStatistics(): ReadonlyMap<string, DiskStatistics>;
  /** Whether the kernel is told to count a device at all; asked now and then. */
  isCounted(deviceNumber: string): boolean;
  removals(): readonly KnownRemoval[];
  /** Wall clock. */
  now(): Date;
  /** A clock that never jumps, in milliseconds. */
  monotonicMs(): number;
}

/** What does not show in a glance, such as another option in a table that was swapped at rest, is seen so late. */
export const SURVEY_EVERY_MS = 30_000;
/** So long a cache that is gone stays in the view, unless it was asked for by name. */
export const GONE_KEPT_MS = 300_000;
/** So many of them at most, the last ones. */
export const GONE_KEPT = 32;

/**
 * Looks at writecaches again and again: one `dmsetup status` for all of them at each look, and a few more questions where
 * something looks different, and now and then. One look at a time.
 */
export class Watcher {
  readonly #machine: WatchedMachine;
  /** The kernel's names of those to look at; null for all that there are. */
  readonly #names: ReadonlySet<string> | null;
  readonly #tracks = new Map<string, Track>();
  readonly #disks = new CountedDisks();
  #looked: Looked | null = null;
  #events: readonly WatchEvent[] = [];
  #lastMs: number | null = null;

  constructor(machine: WatchedMachine, names: readonly string[] | null) {
    this.#machine = machine;
    this.#names = names && new Set(names);
  }

  /**
   * Throws as the {@link DeviceMapper} does, and OperationError for lines that cannot be read. A failed look changes nothing:
   * the next one goes on from the last that worked.
   */
  async look(): Promise<WatchView> {
    try {
      const looked = await this.#look();
      const moment: Moment = {
        atMs: this.#machine.monotonicMs(),
        time: this.#machine.now(),
        isFirst: this.#looked === null,
      };
      const wanted = looked.caches.filter(({ device }) => this.#names?.has(device.name) ?? true);
      const disks = this.#machine.diskStatistics();
      const removals = this.#machine.removals();
      if (looked.surveyedMs !== this.#looked?.surveyedMs) this.#checkDisks(wanted);
      this.#looked = looked;
      const caches = this.#follow(wanted, disks, moment);
      const elapsedMs = this.#lastMs === null ? null : moment.atMs - this.#lastMs;
      this.#lastMs = moment.atMs;
      this.#events = keepEvents(
        this.#events,
        caches.flatMap(({ events }) => events),
      );
      const { kernel } = this.#machine;
      const { time, atMs } = moment;
      return {
        time,
        atMs,
        elapsedMs,
        caches,
        waiting: looked.waiting,
        events: this.#events,
        kernel,
        removals,
      };
    } catch (error) {
      for (const { history } of this.#tracks.values()) history.interrupt();
      throw error;
    }
  }

  async #look(): Promise<Looked> {
    const { dm } = this.#machine;
    const nowMs = this.#machine.monotonicMs();
    const before = this.#looked;
    const isDue = before === null || nowMs - before.surveyedMs >= SURVEY_EVERY_MS;
    return (isDue ? null : await glanceAgain(dm, before)) ?? survey(dm, nowMs);
  }

  #follow(
    wanted: readonly LiveCache[],
    disks: ReadonlyMap<string, DiskStatistics>,
    moment: Moment,
  ): WatchedCache[] {
    const found = new Map(wanted.map((cache) => [keyOf(cache), cache]));
    const told: WatchedCache[] = [];
    for (const [key, cache] of found) {
      const track = this.#tracks.get(key) ?? new Track(key, cache);
      this.#tracks.set(key, track);
      told.push(track.seen(cache, this.#samplesOf(cache, disks), moment));
    }
    const missed = [...this.#tracks].filter(([key]) => !found.has(key));
    for (const [, track] of missed) told.push(track.missed(moment));
    const forgotten = this.#forget(missed, moment.atMs);
    return told
      .filter(({ key }) => !forgotten.has(key))
      .sort((one, other) =>
        one.name === other.name ? bySector(one, other) : one.name < other.name ? -1 : 1,
      );
  }

  /** Drops those that have been gone for long, and the first of too many. */
  #forget(missed: readonly (readonly [string, Track])[], nowMs: number): Set<string> {
    const forgotten = new Set<string>();
    if (this.#names !== null) return forgotten;
    const latestFirst = missed
      .map(([key, { goneSinceMs }]) => ({ key, sinceMs: goneSinceMs ?? nowMs }))
      .sort((one, other) => other.sinceMs - one.sinceMs);
    latestFirst.forEach(({ key, sinceMs }, place) => {
      if (place < GONE_KEPT && nowMs - sinceMs < GONE_KEPT_MS) return;
      this.#tracks.delete(key);
      forgotten.add(key);
    });
    return forgotten;
  }

  #samplesOf(cache: LiveCache, disks: ReadonlyMap<string, DiskStatistics>): DiskSamples {
    const [mapped, origin, cacheDevice] = numbersOf(cache);
    return {
      mapped: this.#disks.pick(mapped, disks),
      origin: this.#disks.pick(origin, disks),
      cache: this.#disks.pick(cacheDevice, disks),
    };
  }

  #checkDisks(caches: readonly LiveCache[]): void {
    this.#disks.check(new Set(caches.flatMap(numbersOf)), (number) => this.#machine.isCounted(number));
  }
}

function keyOf({ device, line }: LiveCache): string {
  return `${device.name}@${String(line.startSector)}`;
}

/** Of the mapping, its origin and its cache device, as the kernel prints them. */
function numbersOf({ device, table }: LiveCache): [string, string, string] {
  return [`${String(device.major)}:${String(device.minor)}`, table.origin, table.cache];
}

function bySector(one: WatchedCache, other: WatchedCache): number {
  return one.cache.line.startSector < other.cache.line.startSector ? -1 : 1;
}
