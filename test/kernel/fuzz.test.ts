import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labReadiness, type KernelName } from '../lab/index.js';
import { disagreements, type Observation } from './fuzz/compare.js';
import { draw } from './fuzz/draw.js';
import type { Prediction } from './fuzz/predict.js';
import type { Answer } from './fuzz/script.js';
import { runFuzz, type FuzzReport } from './fuzz/runner.js';

/*
 * Random superblocks and entries, valid, torn and hostile, go to a real kernel and to `checkDevice`. They must agree: on whether the table is
 * refused, and with which words; else on the error flag, the blocks, the free ones, on what the kernel reports, and on every byte that is on
 * the device afterwards; and on all of it once more for a second activation.
 *
 * Other cases in every run. To repeat one, or to run thousands:
 *
 *   WCACHE_FUZZ_SEED=123 WCACHE_FUZZ_CASES=5000 npx vitest run --project kernel test/kernel/fuzz.test.ts
 */
const SEED = Number(process.env['WCACHE_FUZZ_SEED'] ?? randomInt(2 ** 31));
const CASES = Number(process.env['WCACHE_FUZZ_CASES'] ?? 400);
/** An emulated processor takes 0.2 s for one activation. */
const EMULATED_SHARE = 0.1;

interface Setting {
  readonly kernel: KernelName;
  readonly mode: 'p' | 's';
  readonly cases: number;
}

const SETTINGS: readonly Setting[] = [
  { kernel: 'uml-6.1', mode: 's', cases: CASES },
  { kernel: 'debian-6.1', mode: 'p', cases: Math.ceil(CASES * EMULATED_SHARE) },
  { kernel: 'debian-6.12', mode: 'p', cases: Math.ceil(CASES * EMULATED_SHARE) },
  { kernel: 'debian-6.12', mode: 's', cases: Math.ceil(CASES * EMULATED_SHARE) },
];
const LIMIT_MS = 120_000 + CASES * 500;

let directory: string;

beforeAll(async () => {
  process.stderr.write(`kernel fuzz: WCACHE_FUZZ_SEED=${String(SEED)} WCACHE_FUZZ_CASES=${String(CASES)}\n`);
  const readiness = await labReadiness(SETTINGS.map(({ kernel }) => kernel));
  if (!readiness.ready) throw new Error(readiness.reason);
  directory = await mkdtemp(join(tmpdir(), 'fuzz-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Crashes that we know are the kernel's affair, and told on standard error; others are ours to look into. */
function unknownCrashes({ crashes }: FuzzReport): string[] {
  for (const { index, known, console } of crashes) {
    process.stderr.write(
      `the kernel died of case ${String(index)} (${known ?? 'a new crash'}):\n${console.slice(-4000)}\n`,
    );
  }
  return crashes
    .filter(({ known }) => known === undefined)
    .map(({ index, console }) => `case ${String(index)}: ${console.slice(-1000)}`);
}

function tally({ outcomes }: FuzzReport): string {
  const largestFirst = [...outcomes].sort(([, a], [, b]) => b - a);
  return largestFirst.map(([outcome, count]) => `${String(count)} ${outcome}`).join('; ');
}

describe.each(SETTINGS)('$kernel in mode $mode', ({ kernel, mode, cases }) => {
  it(
    `agrees with the predictions in ${String(cases)} cases of seed ${String(SEED)}`,
    async () => {
      const report = await runFuzz({ kernel, mode, seed: SEED, cases, directory });
      const seed = `WCACHE_FUZZ_SEED=${String(SEED)}`;
      expect(unknownCrashes(report), seed).toEqual([]);
      expect(report.disagreements, seed).toEqual([]);
      process.stderr.write(`${kernel}: ${tally(report)}\n`);
      const judged = [...report.outcomes.values()].reduce((sum, count) => sum + count, 0);
      expect(judged + report.crashes.length).toBe(cases);
      // A fuzz that has become all refusals would say little about resume.
      expect(report.outcomes.get('activated, error 0') ?? 0, seed).toBeGreaterThan(cases / 10);
    },
    LIMIT_MS,
  );
});

describe('the comparison', () => {
  const drawn = Promise.all(Array.from({ length: 60 }, (_, index) => draw(SEED, index, 's')));

  it('finds nothing in what was foretold', async () => {
    for (const { prediction } of await drawn) {
      expect(disagreements(prediction, asForetold(prediction))).toEqual([]);
    }
  });

  it('finds one byte that is different', async () => {
    for (const [index, { prediction }] of (await drawn).entries()) {
      const { answer, bytes } = asForetold(prediction);
      const unset = prediction.outcome === 'activated' ? prediction.unset : undefined;
      const at = (index * 7919) % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at);
      const isUnset = unset !== undefined && at >= unset.from && at < unset.to;
      expect(disagreements(prediction, { answer, bytes })).toHaveLength(isUnset ? 0 : 1);
    }
  });

  it('finds another answer, and another line in the log', async () => {
    for (const { prediction } of await drawn) {
      const { answer, bytes } = asForetold(prediction);
      const others: Answer[] =
        answer.outcome === 'refused'
          ? [{ ...answer, words: 'Invalid' }]
          : [
              { outcome: 'refused', words: 'Invalid magic in the superblock' },
              { ...answer, error: 1 - answer.error },
              { ...answer, nBlocks: answer.nBlocks + 1n },
              { ...answer, freeBlocks: answer.freeBlocks - 1n },
              { ...answer, log: [...answer.log, 'device-mapper: writecache: unable to read metadata: -5'] },
            ];
      for (const other of others) {
        expect(disagreements(prediction, { answer: other, bytes })).toHaveLength(1);
      }
    }
  });
});

/** A kernel that does just what we say. */
function asForetold(prediction: Prediction): Observation {
  const bytes = Buffer.from(prediction.bytes);
  if (prediction.outcome === 'refused') return { answer: prediction, bytes };
  const { error, nBlocks, freeBlocks, identical } = prediction;
  const log = identical === undefined ? [] : [`device-mapper: writecache: ${identical}`];
  return { answer: { outcome: 'activated', error, nBlocks, freeBlocks, log }, bytes };
}

it('a kernel that dies costs its case and no other', async () => {
  const report = await runFuzz({ kernel: 'uml-6.1', mode: 's', seed: SEED, cases: 6, directory, panicAt: 3 });
  expect(report.crashes.map(({ index, known }) => [index, known])).toEqual([[3, undefined]]);
  expect(report.crashes[0]?.console).toMatch(/sysrq triggered crash/i);
  expect(report.disagreements).toEqual([]);
  expect([...report.outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(5);
});
