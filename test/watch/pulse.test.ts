import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pulse } from '../../src/watch/pulse.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A pulse whose looks take as long as told, and when they began. */
function pulse(intervalMs: number, takesMs: (look: number) => number = () => 0) {
  const startMs = performance.now();
  const looks: number[] = [];
  let atOnce = 0;
  const beat = new Pulse(async () => {
    atOnce += 1;
    expect(atOnce).toBe(1);
    looks.push(performance.now() - startMs);
    const milliseconds = takesMs(looks.length);
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    atOnce -= 1;
  }, intervalMs);
  return { beat, looks, ran: beat.run() };
}

it('looks at once, and then on a fixed schedule', async () => {
  const { beat, looks, ran } = pulse(1000, () => 300);
  await vi.advanceTimersByTimeAsync(3500);
  beat.stop();
  await ran;
  expect(looks).toEqual([0, 1000, 2000, 3000]);
});

it('leaves out beats that a slow look has missed, and keeps to the schedule', async () => {
  const { beat, looks, ran } = pulse(1000, (look) => (look === 2 ? 2500 : 10));
  await vi.advanceTimersByTimeAsync(6500);
  beat.stop();
  await ran;
  expect(looks).toEqual([0, 1000, 4000, 5000, 6000]);
});

it('looks now when asked, and counts from then', async () => {
  const { beat, looks, ran } = pulse(1000);
  await vi.advanceTimersByTimeAsync(1400);
  beat.lookNow();
  await vi.advanceTimersByTimeAsync(1500);
  beat.stop();
  await ran;
  expect(looks).toEqual([0, 1000, 1400, 2400]);
});

it('looks once more when it is asked during a look', async () => {
  const { beat, looks, ran } = pulse(1000, (look) => (look === 1 ? 200 : 0));
  await vi.advanceTimersByTimeAsync(100);
  beat.lookNow();
  beat.lookNow();
  await vi.advanceTimersByTimeAsync(500);
  beat.stop();
  await ran;
  expect(looks).toEqual([0, 200]);
});

it('takes another interval from the last beat on', async () => {
  const { beat, looks, ran } = pulse(1000);
  await vi.advanceTimersByTimeAsync(1500);
  beat.intervalMs = 2000;
  await vi.advanceTimersByTimeAsync(3000);
  beat.intervalMs = 200;
  expect(beat.intervalMs).toBe(200);
  await vi.advanceTimersByTimeAsync(300);
  beat.stop();
  await ran;
  expect(looks).toEqual([0, 1000, 3000, 4500, 4600, 4800]);
});

it('waits for a day if it has to', async () => {
  const day = 86_400_000;
  const { beat, looks, ran } = pulse(30 * day);
  await vi.advanceTimersByTimeAsync(29 * day);
  expect(looks).toEqual([0]);
  await vi.advanceTimersByTimeAsync(2 * day);
  beat.stop();
  await ran;
  expect(looks).toEqual([0, 30 * day]);
});

it('ends after the look that is under way', async () => {
  const { beat, looks, ran } = pulse(1000, () => 500);
  await vi.advanceTimersByTimeAsync(100);
  beat.stop();
  beat.lookNow();
  await vi.advanceTimersByTimeAsync(400);
  await ran;
  expect(looks).toEqual([0]);
  expect(vi.getTimerCount()).toBe(0);
});

it('does not look when it was stopped before', async () => {
  const looks = vi.fn(() => Promise.resolve());
  const beat = new Pulse(looks, 1000);
  beat.stop();
  await beat.run();
  expect(looks).not.toHaveBeenCalled();
});

it('ends with what a look throws', async () => {
  const beat = new Pulse(() => Promise.reject(new Error('no')), 1000);
  await expect(beat.run()).rejects.toThrow('no');
  expect(vi.getTimerCount()).toBe(0);
});
