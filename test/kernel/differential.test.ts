import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { labReadiness, type KernelName } from '../lab/index.js';
import { decodeSlowly } from '../scan/slow-decoder.js';
import { foretell } from './differential/foretell.js';
import type { History } from './differential/attempt.js';
import { explain } from './differential/explain.js';
import {
  CONTIGUITY,
  FREED_BY_OWN_COMMIT,
  foretellEnd,
  identicalEntries,
  LOST_TAILS,
} from './differential/named-cases.js';
import { randomWorkload } from './differential/random-workload.js';
import { soakCommand, Totals } from './differential/report.js';
import { Bench, runDifferential } from './differential/runner.js';
import { calm, survivable } from './differential/survivable.js';
import { Random } from './fuzz/random.js';
import { produce } from './golden/produce.js';
import { recipes } from './golden/recipes.js';

/*
 * The same random workloads go to a real kernel's target and to the reference, and after each step both must have the same metadata byte for
 * byte, the same status line and the same answers; and at every twelfth step and while suspended the same data in the cache and on the origin.
 * Where timing decides, the kernel must have done what one of the reference's executions does.
 *
 * The same workloads in every run, so that what fails is the change; others with the variable, and for hours with `npm run soak`. To repeat one,
 * run the command that is printed with it.
 */
const SEED = Number(process.env['WCACHE_DIFFERENTIAL_SEED'] ?? 20_261_122);
const STEPS = 200;
const SCHEDULER = 'none';
const USER_MODE_WORKLOADS = 152;
/** Of each mode and kernel. An emulated processor takes some ten times as long. */
const EMULATED_WORKLOADS = 12;
/**
 * A write that leaves more than so many choices to chance is made smaller, so that the kernel's execution can be found. Disks of an emulated PC
 * end their requests in any order, and between any two pieces of a write. `npm run soak` takes the writes as they come.
 */
const USER_MODE_CHOICES = 6;
const EMULATED_CHOICES = 0;
const LIMIT_MS = 900_000;

beforeAll(async () => {
  process.stderr.write(`differential: WCACHE_DIFFERENTIAL_SEED=${String(SEED)}\n`);
  const readiness = await labReadiness(['uml-6.1', 'debian-6.1', 'debian-6.12']);
  if (!readiness.ready) throw new Error(readiness.reason);
});

interface Comparison {
  readonly kernel: KernelName;
  readonly modes: readonly ('p' | 's')[];
  readonly count: number;
  readonly mostChoices: number;
}

async function compare({ kernel, modes, count, mostChoices }: Comparison): Promise<void> {
  const machine = { kernel, scheduler: SCHEDULER } as const;
  const bench = new Bench(machine);
  const totals = new Totals();
  try {
    for (const mode of modes) {
      const run = { mode, seed: SEED, first: 0, count, steps: STEPS, mostChoices };
      await runDifferential(bench, run, (outcome, index) => {
        totals.add(outcome, soakCommand(machine, run, index));
      });
    }
  } finally {
    await bench.stop();
  }
  process.stderr.write(`differential, ${kernel}: ${totals.toString()}\n`);
  expect(totals.disagreements.join('\n\n')).toBe('');
  expect(totals.workloads).toBe(count * modes.length);
  // Workloads that end early in crashes would say little.
  expect(totals.steps).toBeGreaterThan(0.8 * STEPS * totals.workloads);
}

describe.concurrent('random workloads', () => {
  it(
    'do on user-mode Linux what they do on the reference',
    async () => {
      await compare({
        kernel: 'uml-6.1',
        modes: ['s'],
        count: USER_MODE_WORKLOADS,
        mostChoices: USER_MODE_CHOICES,
      });
    },
    LIMIT_MS,
  );

  it(
    'do on emulated PCs what they do on the reference',
    async () => {
      const emulated = {
        modes: ['s', 'p'],
        count: EMULATED_WORKLOADS,
        mostChoices: EMULATED_CHOICES,
      } as const;
      await compare({ kernel: 'debian-6.1', ...emulated });
      await compare({ kernel: 'debian-6.12', ...emulated });
    },
    LIMIT_MS,
  );
});

describe('known defects of the kernel', () => {
  it.each([
    {
      name: 'W3: writeback takes blocks for neighbours that are none',
      workload: CONTIGUITY,
      words: /BUG: failure at \S+__writecache_writeback_ssd/,
    },
    {
      name: 'W9: writeback goes on with an entry that its own commit has freed',
      workload: FREED_BY_OWN_COMMIT,
      words: /RIP: \S+:writecache_writeback\+[^]*Segfault/,
    },
  ])('$name, and the reference knows', async ({ workload, words }) => {
    const bench = new Bench({ kernel: 'uml-6.1', scheduler: SCHEDULER });
    try {
      const [outcome] = await bench.outcomes([foretellEnd(workload, bench.behaviour)]);
      expect(outcome?.crash).toMatch(words);
      expect(outcome?.steps).toBe(workload.steps.length - 1);
      expect(outcome?.verdict).toMatchObject({ agrees: true });
    } finally {
      await bench.stop();
    }
  });

  it.each([
    { kernel: 'debian-6.1', forgets: true },
    { kernel: 'debian-6.12', forgets: false },
  ] as const)(
    'W11: $kernel forgets the tail of a request in pmem mode: $forgets, and the reference knows',
    async ({ kernel, forgets }) => {
      const bench = new Bench({ kernel, scheduler: SCHEDULER });
      try {
        const foretold = LOST_TAILS.map((workload) => survivable(workload, bench.behaviour));
        const [read, write] = await bench.outcomes(foretold);
        expect(read?.verdict).toMatchObject({ agrees: true });
        expect(write?.verdict).toMatchObject({ agrees: true });
        const result = read?.seen.find((seen) => seen.result.startsWith('ok 110'))?.result;
        expect(result).toBe(forgets ? 'ok 110 1 1 113 z' : 'ok 110 1 1 113 1');
        expect(write?.seen.at(-1)?.result).toBe('ok');
        expect(write?.seen.at(-1)?.origin[14]).toBe(forgets ? '1' : '110');
      } finally {
        await bench.stop();
      }
    },
  );

  it('W4: a power cut leaves two identical entries, the first activation is in error, and the second is clean', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'differential-'));
    const recipe = recipes.find(({ name }) => name === 'identical');
    if (recipe === undefined) throw new Error('the recipe of identical entries is gone');
    const bench = new Bench({ kernel: 'uml-6.1', scheduler: SCHEDULER });
    try {
      const { image } = await produce(recipe, directory);
      expect(decodeSlowly(image, 0).identical).toBe(1);
      const workload = identicalEntries(Buffer.from(image), recipe.originBytes / recipe.blockSize);
      const [outcome] = await bench.outcomes([survivable(workload, bench.behaviour)]);
      expect(outcome?.verdict).toMatchObject({ agrees: true });
      const { observations } = foretell(workload, bench.behaviour);
      const errors = observations.map(({ status }) => status.split(' ')[0]);
      const [loads, failed] = [
        workload.steps.findLastIndex(({ verb }) => verb === 'resume'),
        errors.indexOf('1'),
      ];
      expect(failed).toBe(2);
      expect(errors[loads + 1]).toBe('0');
    } finally {
      await bench.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('the comparison', () => {
  const { behaviour } = new Bench({ kernel: 'debian-6.1', scheduler: SCHEDULER });
  const foretold = Array.from({ length: 16 }, (_, index) => {
    const mode = index % 2 === 0 ? 's' : 'p';
    return calm(randomWorkload({ mode, seed: SEED, index, steps: 60 }), behaviour, USER_MODE_CHOICES);
  });

  it('finds the execution that a kernel chose', () => {
    const random = new Random(SEED, 1);
    let chosen = 0;
    for (const { workload } of foretold) {
      const answers = Array.from({ length: 200 }, () => (random.oneIn(4) ? random.below(2) : 0));
      const execution = foretell(workload, behaviour, { answer: (place) => answers[place] ?? 0 });
      if (execution.end !== undefined) continue;
      const verdict = explain(workload, behaviour, { seen: execution.observations, died: false }, 2000);
      expect(verdict, workload.id).toMatchObject({ agrees: true });
      if (verdict.executions > 1) chosen += 1;
    }
    expect(chosen).toBeGreaterThan(0);
  });

  it('accepts nothing else', () => {
    for (const { workload, execution } of foretold) {
      const random = new Random(SEED, workload.steps.length);
      const at = 3 + random.below(execution.observations.length - 3);
      for (const wrong of wrongly(execution.observations, at, random)) {
        const verdict = explain(workload, behaviour, { seen: wrong, died: false }, 60);
        expect(verdict.agrees, `${workload.id}, step ${String(at - 1)}`).toBe(false);
      }
    }
  });
});

/** What a kernel would do that makes one mistake, which nobody sees again. */
function wrongly(seen: History, at: number, random: Random): History[] {
  const right = seen[at];
  if (right === undefined) throw new Error('no such step');
  const metadata = Buffer.from(right.metadata);
  const byte = random.below(metadata.length);
  metadata.writeUInt8(metadata.readUInt8(byte) ^ (1 << random.below(8)), byte);
  const fields = right.status.split(' ');
  const field = random.below(fields.length);
  fields[field] = String(Number(fields[field]) + 1);
  const mistakes = [{ metadata }, { status: fields.join(' ') }, { result: '5 or so' }];
  return mistakes.map((mistake) => seen.with(at, { ...right, ...mistake }));
}
