import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LevelHistory } from '../../src/simulate/level-history.js';

it('keeps mean and peak of any level in a bounded number of stretches', () => {
  const steps = fc.array(
    fc.record({
      level: fc.nat(1000),
      ms: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(100_000), fc.double({ min: 0, max: 9, noNaN: true })),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (told) => {
      const history = new LevelHistory(20);
      let nowMs = 0;
      let area = 0;
      for (const { level, ms } of told) {
        history.hold(level, nowMs + ms);
        nowMs += ms;
        area += level * ms;
      }
      const points = history.points();
      expect(points.length).toBeLessThanOrEqual(20);
      expect(points.length * history.stepMs).toBeGreaterThanOrEqual(nowMs);
      expect(Math.max(...points.map(({ max }) => max))).toBe(Math.max(...told.map(({ level }) => level)));
      expect(history.max).toBe(Math.max(...told.map(({ level }) => level)));
      const ofPoints = points.reduce(
        (sum, { atMs, mean }) => sum + mean * Math.max(0, Math.min(history.stepMs, nowMs - atMs)),
        0,
      );
      expect(ofPoints).toBeCloseTo(area, 2);
      if (nowMs > 0) expect(history.mean * nowMs).toBeCloseTo(area, 2);
    }),
  );
});

it('shows when the level was what', () => {
  const history = new LevelHistory(4);
  history.hold(0, 4);
  history.hold(8, 6);
  history.hold(2, 7);
  expect(history.stepMs).toBe(2);
  expect(history.points()).toEqual([
    { atMs: 0, mean: 0, max: 0 },
    { atMs: 2, mean: 0, max: 0 },
    { atMs: 4, mean: 8, max: 8 },
    { atMs: 6, mean: 2, max: 2 },
  ]);
});
