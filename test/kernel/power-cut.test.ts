import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CURRENT, LINUX_6_1 } from '../../src/target/index.js';
import { runCuts } from './power-cut/cuts.js';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wcache-power-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** User-mode Linux is not built to survive memory errors. */
const USER_MODE = { ...LINUX_6_1, forgetsInError: false };

it('recovers in ssd mode as the kernel does, and has what was flushed', async () => {
  const cacheBytes = 4096 + 64 * 4096;
  const report = await runCuts({
    ...{
      kernel: 'uml-6.1',
      mode: 's',
      behaviour: USER_MODE,
      cuts: 8,
      mostCuts: 12,
      cacheBytes,
      seed: 1,
      directory,
    },
  });
  expect(report.faults).toEqual([]);
  // Otherwise nothing was at stake.
  expect(report.dropped).toBeGreaterThan(0);
  expect(report.durableInCache).toBeGreaterThan(0);
});

it('recovers in pmem mode as the kernel does, and has what was flushed', async () => {
  const cacheBytes = 2 * 1024 * 1024;
  const report = await runCuts({
    ...{
      kernel: 'debian-6.12',
      mode: 'p',
      behaviour: CURRENT,
      cuts: 2,
      mostCuts: 12,
      cacheBytes,
      seed: 2,
      directory,
    },
  });
  expect(report.faults).toEqual([]);
  expect(report.dropped).toBeGreaterThan(0);
  expect(report.durableInCache).toBeGreaterThan(0);
});
