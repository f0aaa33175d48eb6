/**
 * `npm run soak`: random workloads on a real kernel and on the reference, for as long as one likes (CONTRIBUTING.md).
 *
 *     npm run soak -- [--minutes 10] [--seed N] [--kernel uml-6.1] [--mode s] [--scheduler none]
 *                     [--choices N]           writes that leave more than so many choices to chance are made smaller
 *     npm run soak -- --seed N --first I --count 1 …      one workload again
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { labReadiness, type KernelName } from '../../lab/index.js';
import { soakCommand, Totals } from './report.js';
import { Bench, runDifferential, type DifferentialRun } from './runner.js';

const KERNELS: readonly KernelName[] = ['uml-6.1', 'debian-6.1', 'debian-6.12'];
const MODES = ['s', 'p'] as const;
const SCHEDULERS = ['none', 'mq-deadline'] as const;
/** Between two looks at the clock. */
const PORTION = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    kernel: { type: 'string', default: 'uml-6.1' },
    mode: { type: 'string', default: 's' },
    scheduler: { type: 'string', default: 'none' },
    steps: { type: 'string', default: '200' },
    choices: { type: 'string', default: '1000' },
    first: { type: 'string', default: '0' },
    count: { type: 'string' },
  },
});
const machine = {
  kernel: oneOf(KERNELS, values.kernel),
  scheduler: oneOf(SCHEDULERS, values.scheduler),
};
const base = {
  mode: oneOf(MODES, values.mode),
  seed: Number(values.seed),
  steps: Number(values.steps),
  mostChoices: Number(values.choices),
};
const first = Number(values.first);
const end = values.count === undefined ? Infinity : first + Number(values.count);
const endsAtMs = Date.now() + Number(values.minutes) * 60_000;

const readiness = await labReadiness([machine.kernel]);
if (!readiness.ready) throw new Error(readiness.reason);
process.stdout.write(`soak: ${machine.kernel}, mode ${base.mode}, --seed ${String(base.seed)}\n`);
const totals = new Totals();
const bench = new Bench(machine);
try {
  for (let next = first; next < end && Date.now() < endsAtMs; next += PORTION) {
    await soakPortion({ ...base, first: next, count: Math.min(PORTION, end - next) });
  }
} finally {
  await bench.stop();
}
process.stdout.write(`${totals.toString()}\n`);
process.exitCode = totals.disagreements.length === 0 ? 0 : 1;

async function soakPortion(run: DifferentialRun): Promise<void> {
  const known = totals.disagreements.length;
  await runDifferential(bench, run, (outcome, index) => {
    totals.add(outcome, soakCommand(machine, run, index));
  });
  for (const text of totals.disagreements.slice(known)) process.stdout.write(`${text}\n\n`);
  process.stdout.write(`${totals.toString()}\n`);
}

function oneOf<T extends string>(choices: readonly T[], value: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Error(`${value} is not one of ${choices.join(', ')}`);
  return found;
}
