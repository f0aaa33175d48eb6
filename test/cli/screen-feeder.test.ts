import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScreenFeeder } from '../../src/cli/screen-feeder.js';
import type { DrainProgress } from '../../src/procedure/drain-meter.js';

const about = (name: string) => ({ key: `${name} 0`, name, action: 'flush' as const });
const progress = (dirtyBlocks: number): DrainProgress => ({
  ...{ dirtyBlocks, writebackBlocks: 0, totalBlocks: 100, startDirtyBlocks: 50, elapsedMs: 0 },
  ...{ blocksPerSecond: null, remainingMs: null, stalledMs: 0 },
});

describe('ScreenFeeder', () => {
  let nowMs = 0;
  let feeder: ScreenFeeder;
  let told = 0;

  beforeEach(() => {
    vi.useFakeTimers();
    nowMs = 1000;
    told = 0;
    feeder = new ScreenFeeder({ intervalMs: 1000, until: 'clean' }, () => nowMs);
    feeder.subscribe(() => {
      told += 1;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells of each feed, with the time', () => {
    expect(feeder.current).toMatchObject({ view: null, until: 'clean', nowMs: 1000 });
    nowMs = 2000;
    feeder.feed({ intervalMs: 500 });
    expect(feeder.current).toMatchObject({ intervalMs: 500, nowMs: 2000 });
    expect(told).toBe(1);
  });

  it('tells of progress with the next feed, or soon, but not each time', () => {
    const task = feeder.addTask(about('a'));
    expect(told).toBe(1);
    for (let left = 50; left > 0; left--) task.progressed(progress(left));
    expect(told).toBe(1);
    expect(feeder.current.tasks[0]?.progress?.dirtyBlocks).toBe(1);
    vi.advanceTimersByTime(500);
    expect(told).toBe(2);
    task.progressed(progress(0));
    feeder.feed({});
    vi.advanceTimersByTime(5000);
    expect(told).toBe(3);
  });

  it('keeps a refusal, and takes good news away after a while', () => {
    feeder.addTask(about('a')).ended('failed', 'No.', 'Try again.');
    feeder.addTask(about('b')).ended('done', 'Yes.', null, 30_000);
    const states = () => feeder.current.tasks.map(({ name, state }) => `${name} ${state}`);
    expect(states()).toEqual(['a failed', 'b done']);
    vi.advanceTimersByTime(30_000);
    expect(states()).toEqual(['a failed']);
  });

  it('has one task of a cache, the last, and does not keep results for ever', () => {
    const first = feeder.addTask(about('a'));
    first.ended('failed', 'No.', null);
    feeder.addTask(about('a'));
    first.progressed(progress(5));
    expect(feeder.current.tasks).toEqual([
      { ...about('a'), state: 'running', progress: null, message: null, hint: null },
    ]);
    for (let place = 0; place < 40; place++) {
      feeder.addTask(about(`wc${String(place)}`)).ended('failed', 'No.', null);
    }
    expect(feeder.current.tasks.length).toBeLessThan(10);
    expect(feeder.current.tasks.some(({ name, state }) => name === 'a' && state === 'running')).toBe(true);
  });

  it('tells nobody any more once it is closed', () => {
    const task = feeder.addTask(about('a'));
    task.progressed(progress(5));
    feeder.close();
    vi.advanceTimersByTime(5000);
    expect(told).toBe(1);
  });
});
