import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labReadiness, type KernelName } from '../lab/index.js';
import { buildParameters } from '../../src/table/index.js';
import { disagreement, type Answer } from './table-fuzz/compare.js';
import type { FuzzDevice } from './table-fuzz/devices.js';
import { drawCase, runTableFuzz, type TableCase, type TableFuzzReport } from './table-fuzz/runner.js';

/*
 * Random tables, good and bad, go to a real kernel and to `judgeTable`. They must agree: on whether the table is taken, and with which words
 * it is refused; and on how the kernel prints it, to the letter.
 *
 * Other cases in every run. To repeat one, or to run thousands:
 *
 *   WCACHE_FUZZ_SEED=123 WCACHE_FUZZ_CASES=5000 npx vitest run --project kernel test/kernel/table-fuzz.test.ts
 */
const SEED = Number(process.env['WCACHE_FUZZ_SEED'] ?? randomInt(2 ** 31));
const CASES = Number(process.env['WCACHE_FUZZ_CASES'] ?? 600);
const EMULATED_CASES = Math.ceil(CASES / 6);

interface Setting {
  readonly kernel: KernelName;
  readonly mode: 'p' | 's';
  readonly cases: number;
}

const SETTINGS: readonly Setting[] = [
  { kernel: 'uml-6.1', mode: 's', cases: CASES },
  { kernel: 'debian-6.1', mode: 'p', cases: EMULATED_CASES },
  { kernel: 'debian-6.12', mode: 'p', cases: EMULATED_CASES },
];
const LIMIT_MS = 120_000 + CASES * 200;

let directory: string;

beforeAll(async () => {
  process.stderr.write(`table fuzz: WCACHE_FUZZ_SEED=${String(SEED)} WCACHE_FUZZ_CASES=${String(CASES)}\n`);
  const readiness = await labReadiness(SETTINGS.map(({ kernel }) => kernel));
  if (!readiness.ready) throw new Error(readiness.reason);
  directory = await mkdtemp(join(tmpdir(), 'table-fuzz-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

function tally({ outcomes }: TableFuzzReport): string {
  const largestFirst = [...outcomes].sort(([, a], [, b]) => b - a);
  return largestFirst.map(([outcome, count]) => `${String(count)} ${outcome}`).join('; ');
}

describe.each(SETTINGS)('$kernel in mode $mode', ({ kernel, mode, cases }) => {
  it(
    `says what was foretold to ${String(cases)} tables of seed ${String(SEED)}`,
    async () => {
      const report = await runTableFuzz({ kernel, mode, seed: SEED, cases, directory });
      process.stderr.write(`${kernel}: ${tally(report)}\n`);
      expect(report.disagreements, `WCACHE_FUZZ_SEED=${String(SEED)}`).toEqual([]);
      // A fuzz that has become all refusals would say little about what is printed.
      expect(report.outcomes.get('accepted') ?? 0).toBeGreaterThan(cases / 20);
    },
    LIMIT_MS,
  );
});

describe('the comparison', () => {
  const devices = ['/dev/one', '/dev/two'].map((path, minor): FuzzDevice => ({
    ...{ path, node: path, numbers: `253:${String(minor)}`, dax: false },
    ...{ sizeBytes: 1024n * 1024n, logicalBlockSizeBytes: 512 },
  }));
  const words = { origins: ['/dev/one'], caches: ['/dev/two'], modes: ['s'] } as const;
  const cases = Array.from({ length: 300 }, (_, index) =>
    drawCase({ kernel: 'uml-6.1', mode: 's', seed: SEED }, { devices, words }, index),
  );

  /** A kernel that says just what we say. */
  function asForetold({ judgement: { kernel, table } }: TableCase): Answer {
    if (!kernel.accepts) return kernel;
    if (table === null) throw new Error('accepted without a table');
    return { accepts: true, printed: buildParameters({ ...table, origin: '253:0', cache: '253:1' }) };
  }

  it('finds nothing in what was foretold', () => {
    for (const each of cases) expect(disagreement(each, asForetold(each))).toBeUndefined();
  });

  it('finds another answer, other words and another line', () => {
    for (const each of cases) {
      const answer = asForetold(each);
      const others: Answer[] = answer.accepts
        ? [
            { accepts: false, reason: 'Invalid optional argument' },
            { accepts: true, printed: answer.printed.replace('253:1', '253:2') },
            { accepts: true, printed: `${answer.printed} cleaner` },
          ]
        : [
            { accepts: false, reason: 'Invalid' },
            { accepts: true, printed: 's 253:0 253:1 4096 0' },
          ];
      for (const other of others) expect(disagreement(each, other)).toBeDefined();
    }
  });
});
