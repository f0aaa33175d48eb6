import type { LiveCache } from '../dm/index.js';
import { judgeCacheHealth, type CacheFindingCode } from '../procedure/cache-health.js';
import { EVENTS_KEPT, type WatchEvent, type WatchEventKind, type WatchState } from './types.js';

/** What a look showed of a cache, as far as it may make an event; null where it is not there. */
export interface Condition {
  readonly state: WatchState;
  readonly cache: LiveCache;
  /** See {@link isFullAfter}. */
  readonly isFull: boolean;
}

/** What changed that two conditions do not show by themselves. */
export interface Changes {
  readonly tableChanged: boolean;
  readonly countersBeganAnew: boolean;
}

const SEVERITIES: Readonly<Record<WatchEventKind, WatchEvent['severity']>> = {
  appeared: 'info',
  vanished: 'warning',
  suspended: 'warning',
  resumed: 'info',
  error: 'error',
  'error-cleared': 'info',
  'table-changed': 'info',
  'counters-began-anew': 'info',
  full: 'warning',
  'not-full': 'info',
};

const MESSAGES: Readonly<Record<WatchEventKind, string>> = {
  appeared: 'It is there now.',
  vanished: 'It is gone: the mapping was removed, or has another table now.',
  suspended: 'It was suspended: whoever reads or writes it waits until it is resumed.',
  resumed: 'It was resumed.',
  error: 'It went into error: writes fail, and nothing is written back any more.',
  'error-cleared': 'It is not in error any more: it has got a fresh instance.',
  'table-changed': 'It has another table, or is another mapping of that name; its counters began anew.',
  'counters-began-anew': 'Its counters began anew, by a clear_stats or a fresh instance.',
  full: 'It is full: new blocks are written at the speed of the origin.',
  'not-full': 'It is not full any more.',
};

/** Of what is found about a cache that is so, the advice is the event's too. */
const FINDINGS: Partial<Record<WatchEventKind, CacheFindingCode>> = {
  suspended: 'cache-suspended',
  error: 'cache-error',
  full: 'cache-full',
};

/** A cache that is full is so until this share of it is free: else it would come and go at every look. */
const FREE_AGAIN_SHARE = 0.05;

/** Whether a cache counts as full, after it did or did not before. */
export function isFullAfter(wasFull: boolean, { status }: LiveCache): boolean {
  const { error, total_blocks, free_blocks } = status;
  if (error || total_blocks === 0) return false;
  return free_blocks === 0 || (wasFull && free_blocks < total_blocks * FREE_AGAIN_SHARE);
}

/** What happened to a cache between two looks; null for one that was not there. */
export function eventsBetween(
  before: Condition | null,
  after: Condition | null,
  changes: Changes,
  time: Date,
): WatchEvent[] {
  return kindsBetween(before, after, changes).map((kind) => {
    const cache = (after ?? before)?.cache;
    return {
      ...{ time, kind, name: cache?.name ?? '', severity: SEVERITIES[kind], message: MESSAGES[kind] },
      advice: cache === undefined ? null : adviceFor(kind, cache),
    };
  });
}

function kindsBetween(before: Condition | null, after: Condition | null, changes: Changes): WatchEventKind[] {
  if (after === null) return before === null ? [] : ['vanished'];
  if (before === null) return ['appeared', ...troubles(after)];
  const kinds: WatchEventKind[] = [];
  if (changes.tableChanged) kinds.push('table-changed');
  else if (changes.countersBeganAnew) kinds.push('counters-began-anew');
  const wasInError = before.cache.status.error;
  const isInError = after.cache.status.error;
  if (isInError && !wasInError) kinds.push('error');
  if (!isInError && wasInError) kinds.push('error-cleared');
  const wasSuspended = before.cache.device.suspended;
  const isSuspended = after.cache.device.suspended;
  if (isSuspended && !wasSuspended) kinds.push('suspended');
  if (!isSuspended && wasSuspended) kinds.push('resumed');
  if (after.isFull && !before.isFull) kinds.push('full');
  if (!after.isFull && before.isFull && !isInError) kinds.push('not-full');
  return kinds;
}

/** One that appears may be in trouble already. */
function troubles({ cache, isFull }: Condition): WatchEventKind[] {
  return [
    ...(cache.status.error ? (['error'] as const) : []),
    ...(cache.device.suspended ? (['suspended'] as const) : []),
    ...(isFull ? (['full'] as const) : []),
  ];
}

function adviceFor(kind: WatchEventKind, cache: LiveCache): string | null {
  const code = FINDINGS[kind];
  if (code === undefined) return null;
  const found = judgeCacheHealth(cache);
  // Suspended in error is one finding, whose advice is against a resume.
  const isSaid =
    found.find((finding) => finding.code === code) ?? found.find((each) => each.code === 'cache-error');
  return isSaid?.advice ?? null;
}

/** The last events of all looks. */
export function keepEvents(kept: readonly WatchEvent[], more: readonly WatchEvent[]): readonly WatchEvent[] {
  return more.length === 0 ? kept : [...kept, ...more].slice(-EVENTS_KEPT);
}
