import { describe, expect, it } from 'vitest';
import { eventsBetween, isFullAfter, keepEvents, type Condition } from '../../src/watch/events.js';
import { EVENTS_KEPT, type WatchEvent } from '../../src/watch/index.js';
import { liveCache, LVM_UUID, type CacheSketch } from '../procedure/live-caches.js';

const TIME = new Date('2026-01-05T12:00:00Z');
const NO_CHANGES = { tableChanged: false, countersBeganAnew: false };
const IN_ERROR = '1 8160 7750 0 100 40 500 10 20 30 440 0 7 1';
const FULL = '0 8160 0 0 100 40 500 10 20 30 440 0 7 1';

function condition(sketch: CacheSketch = {}, wasFull = false): Condition {
  const cache = liveCache(sketch);
  const { error } = cache.status;
  const state = error ? 'error' : cache.device.suspended ? 'suspended' : 'active';
  return { state, cache, isFull: isFullAfter(wasFull, cache) };
}

function events(
  before: Condition | null,
  after: Condition | null,
  changes: Partial<typeof NO_CHANGES> = {},
): WatchEvent[] {
  return eventsBetween(before, after, { ...NO_CHANGES, ...changes }, TIME);
}

function kinds(...given: Parameters<typeof events>): string[] {
  return events(...given).map(({ kind }) => kind);
}

describe('an event', () => {
  it('is there only when something changed', () => {
    const suspended = condition({ suspended: true, status: FULL });
    expect(events(condition(), condition())).toEqual([]);
    expect(events(suspended, suspended)).toEqual([]);
    expect(events(null, null)).toEqual([]);
  });

  it('tells who comes and who goes', () => {
    expect(kinds(null, condition())).toEqual(['appeared']);
    expect(kinds(condition({ suspended: true }), null)).toEqual(['vanished']);
    expect(kinds(null, condition({ status: FULL, suspended: true }))).toEqual([
      'appeared',
      'suspended',
      'full',
    ]);
    expect(events(null, condition({ name: 'a\\x20b' }))[0]).toEqual({
      time: TIME,
      name: 'a b',
      kind: 'appeared',
      severity: 'info',
      message: 'It is there now.',
      advice: null,
    });
  });

  it('tells an error, with what to do and what not', () => {
    const [event] = events(condition(), condition({ status: IN_ERROR }));
    expect(event).toMatchObject({ kind: 'error', severity: 'error' });
    expect(event?.advice).toContain('Do not suspend and resume it');
    expect(event?.advice).toContain('wcache recover wc');
    expect(kinds(condition({ status: IN_ERROR }), condition())).toEqual(['error-cleared']);
  });

  it('tells a suspend and a resume, with the advice of who owns it', () => {
    const [event] = events(condition(), condition({ suspended: true }));
    expect(event).toMatchObject({ kind: 'suspended', severity: 'warning' });
    expect(event?.advice).toContain('wcache resume wc');
    const [ofLvm] = events(
      condition({ name: 'vg-lv', uuid: LVM_UUID }),
      condition({ name: 'vg-lv', uuid: LVM_UUID, suspended: true }),
    );
    expect(ofLvm?.advice).toContain('lvchange');
    expect(kinds(condition({ suspended: true }), condition())).toEqual(['resumed']);
  });

  it('does not advise to resume what is in error', () => {
    const [event] = events(condition({ status: IN_ERROR }), condition({ status: IN_ERROR, suspended: true }));
    expect(event?.kind).toBe('suspended');
    expect(event?.advice).toContain('Do not resume it');
    expect(event?.advice).not.toContain('wcache resume');
  });

  it('tells a swapped table once, and counters that began anew without one', () => {
    const both = { tableChanged: true, countersBeganAnew: true };
    expect(kinds(condition(), condition(), both)).toEqual(['table-changed']);
    expect(kinds(condition(), condition(), { countersBeganAnew: true })).toEqual(['counters-began-anew']);
  });

  it('tells when it is full, and when there is some room again', () => {
    const full = condition({ status: FULL });
    const almost = condition({ status: '0 8160 300 0', version: '1.5.0' }, true);
    const free = condition({ status: '0 8160 500 0', version: '1.5.0' }, true);
    expect(events(condition(), full)[0]).toMatchObject({ kind: 'full', severity: 'warning' });
    expect(events(condition(), full)[0]?.advice).toContain('wcache set wc');
    expect(kinds(full, almost)).toEqual([]);
    expect(kinds(almost, free)).toEqual(['not-full']);
    expect(kinds(condition(), condition({ status: '0 8160 300 0', version: '1.5.0' }))).toEqual([]);
    expect(kinds(full, condition({ status: IN_ERROR }, true))).toEqual(['error']);
  });
});

it('keeps the last events', () => {
  const many = Array.from({ length: 30 }, () => events(null, condition())).flat();
  const [newest] = events(null, condition({ name: 'newest' }));
  if (newest === undefined) throw new Error('there is an event');
  const kept = keepEvents(keepEvents(many, many), [newest]);
  expect(kept).toHaveLength(EVENTS_KEPT);
  expect(kept.at(-1)).toBe(newest);
  expect(keepEvents(kept, [])).toBe(kept);
});
