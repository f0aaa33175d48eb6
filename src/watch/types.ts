import type { LiveCache } from '../dm/index.js';
import type { KnownRemoval } from '../procedure/removal/index.js';
import type { COUNTER_NAMES, KernelIdentity, StatusCounters } from '../table/index.js';
import type { History } from './history.js';

export type CounterName = (typeof COUNTER_NAMES)[number];

/** `gone`: it was there, and is not any more; what is told of it is the last that was seen. */
export const WATCH_STATES = ['active', 'suspended', 'error', 'gone'] as const;
export type WatchState = (typeof WATCH_STATES)[number];

/** What a block device did between two looks, as the kernel counts it. */
export interface DiskInterval {
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  readonly readBytesPerSecond: number;
  readonly writtenBytesPerSecond: number;
  /** Mean time that a request took, queueing included; null where none ended. */
  readonly readLatencyMs: number | null;
  readonly writeLatencyMs: number | null;
  /** null also where the kernel does not count flushes (before 5.5), or not of this device. */
  readonly flushLatencyMs: number | null;
  /** Share of the time in which a request was under way, from 0 to 1. */
  readonly busyShare: number;
  /** Requests under way at the second look. */
  readonly inFlight: number;
}

/** The three devices of a cache; null where the kernel counts nothing of one, or not yet over an interval. */
export interface CacheDisks {
  readonly mapped: DiskInterval | null;
  readonly origin: DiskInterval | null;
  readonly cache: DiskInterval | null;
}

/** Why there are no rates of the target's own counters. */
export type NoRates = 'first-look' | 'counters-began-anew' | 'not-counted' | 'gone';

/** What happened between two looks. */
export interface CacheInterval {
  readonly elapsedMs: number;
  /** By how much each counter grew; null where that cannot be told. */
  readonly counters: StatusCounters | null;
  /** The same per second. */
  readonly rates: Readonly<Record<CounterName, number>> | null;
  /** Shares from 0 to 1; null where nothing was read or written, or nothing is counted. */
  readonly readHitRatio: number | null;
  readonly writeHitRatio: number | null;
  /** By how much the dirty blocks grew in a second; negative while they become fewer. */
  readonly dirtyBlocksPerSecond: number;
  readonly disks: CacheDisks;
}

/** Where the dirty level is going, if it goes on as it did over the last looks. All times null where it does not go there. */
export interface Outlook {
  /** Negative while the dirty blocks become fewer; null before it can be told. */
  readonly blocksPerSecond: number | null;
  /** Where writeback stops by itself, unless the cleaner or an age drives it. */
  readonly toLowWatermarkMs: number | null;
  readonly toCleanMs: number | null;
  readonly toHighWatermarkMs: number | null;
  readonly toFullMs: number | null;
}

export type WatchEventKind =
  | 'appeared'
  | 'vanished'
  | 'suspended'
  | 'resumed'
  | 'error'
  | 'error-cleared'
  | 'table-changed'
  | 'counters-began-anew'
  | 'full'
  | 'not-full';

/** Something that changed between two looks. */
export interface WatchEvent {
  readonly time: Date;
  /** The cache's name. */
  readonly name: string;
  readonly kind: WatchEventKind;
  readonly severity: 'error' | 'warning' | 'info';
  /** One sentence. */
  readonly message: string;
  /** What to do; null where there is nothing to do. */
  readonly advice: string | null;
}

/** One writecache as it is watched. */
export interface WatchedCache {
  /** Stays the same as long as it is the same mapping's same line. */
  readonly key: string;
  readonly name: string;
  readonly state: WatchState;
  /** Since when it has been seen in this state, on the clock of {@link WatchView.atMs}. */
  readonly stateSinceMs: number;
  /** As of this look; as it was last seen where it is gone. */
  readonly cache: LiveCache;
  /** null at the first look at it, and where it is gone. */
  readonly interval: CacheInterval | null;
  /** null where `interval.rates` is there. */
  readonly noRates: NoRates | null;
  readonly outlook: Outlook;
  readonly history: History;
  /** Of this look alone. */
  readonly events: readonly WatchEvent[];
}

/** All that one look showed. */
export interface WatchView {
  readonly time: Date;
  /** On a clock that never jumps. */
  readonly atMs: number;
  /** Since the look before; null at the first. */
  readonly elapsedMs: number | null;
  /** By name. */
  readonly caches: readonly WatchedCache[];
  /** Names of mappings whose only writecache waits in the inactive slot. */
  readonly waiting: readonly string[];
  /** The last ones of all looks, oldest first; at most {@link EVENTS_KEPT}. */
  readonly events: readonly WatchEvent[];
  readonly kernel: KernelIdentity;
  readonly removals: readonly KnownRemoval[];
}

export const EVENTS_KEPT = 50;
