import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { costOf, growthPerHour, percentOfCore, type Cost } from '../../bench/process-cost.js';

function cost(changes: Partial<Cost>): Cost {
  return { atMs: 0, ownMs: 0, childrenMs: 0, rssMiB: 0, ...changes };
}

describe('what a process costs', () => {
  it('is read of one that runs, and grows with what it does', () => {
    const before = costOf(process.pid);
    while (costOf(process.pid).ownMs === before.ownMs) JSON.stringify(Array(10_000).fill('work'));
    const after = costOf(process.pid);
    expect(after.ownMs).toBeGreaterThan(before.ownMs);
    expect(after.rssMiB).toBeGreaterThan(10);
    expect(() => costOf(2 ** 22 + 1)).toThrow();
  });

  it('counts what it started, also while that runs', async () => {
    const child = spawn('sh', ['-c', 'i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done; echo; read end']);
    const before = costOf(process.pid).childrenMs;
    await once(child.stdout, 'data');
    const running = costOf(process.pid).childrenMs;
    expect(running).toBeGreaterThan(before);
    child.stdin.end();
    await once(child, 'close');
    expect(costOf(process.pid).childrenMs).toBeGreaterThanOrEqual(running);
  });

  it('is a share of the time that went by', () => {
    const to = cost({ atMs: 10_000, ownMs: 250, childrenMs: 30 });
    expect(percentOfCore(cost({ ownMs: 50 }), to)).toEqual({ own: 2, children: 0.3 });
  });

  it('grows by the slope of all that was seen', () => {
    const minutes = Array.from({ length: 60 }, (_, minute) =>
      cost({ atMs: minute * 60_000, rssMiB: 100 + minute / 30 + (minute % 2 === 0 ? 3 : -3) }),
    );
    expect(growthPerHour(minutes)).toBeGreaterThan(1.5);
    expect(growthPerHour(minutes)).toBeLessThan(2.5);
    expect(growthPerHour([cost({ rssMiB: 5 })])).toBe(0);
  });
});
