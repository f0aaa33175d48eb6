import { CURRENT, LINUX_6_1, type Behaviour } from '../../../src/target/index.js';
import { GuestError, type KernelName } from '../../lab/index.js';
import { lastAnswers, observationOf, type Answer } from './driver.js';
import type { History } from './attempt.js';
import { explain, type Verdict } from './explain.js';
import { Machine, type MachineOptions } from './machine.js';
import { randomWorkload } from './random-workload.js';
import { calm, type Foretold } from './survivable.js';
import type { Workload } from './workload.js';

/** Random workloads. */
export interface DifferentialRun {
  readonly mode: 'p' | 's';
  readonly seed: number;
  /** The numbers of the workloads. */
  readonly first: number;
  readonly count: number;
  /** How many steps each of them has, about. */
  readonly steps: number;
  /** See {@link calm}. */
  readonly mostChoices: number;
}

/** What a workload came to on a kernel. */
export interface Outcome {
  readonly workload: Workload;
  readonly steps: number;
  /** What was seen before the first step and after each. */
  readonly seen: History;
  readonly verdict: Verdict;
  /** How the guest died of it. */
  readonly crash?: string;
}

const BATCH = 10;
/** So many executions of the reference are looked at for one that is the kernel's. */
const SEARCH_LIMIT = 3000;
const BATCHES_PER_GUEST = 20;

/** What the reference is told to be like for a kernel of the lab. */
const BEHAVIOURS: Readonly<Record<KernelName, Behaviour>> = {
  // User-mode Linux is not built to survive memory errors.
  'uml-6.1': { ...LINUX_6_1, forgetsInError: false },
  'debian-6.1': LINUX_6_1,
  'debian-6.12': CURRENT,
};

/**
 * Runs random workloads on a kernel and compares what it does with the reference; `tell` gets each outcome and
 * the workload's number.
 */
export async function runDifferential(
  bench: Bench,
  run: DifferentialRun,
  tell: (outcome: Outcome, index: number) => void,
): Promise<void> {
  for (let done = 0; done < run.count; done += BATCH) {
    const batch: Foretold[] = [];
    for (let each = done; each < Math.min(done + BATCH, run.count); each += 1) {
      const workload = randomWorkload({ ...run, index: run.first + each });
      batch.push(calm(workload, bench.behaviour, run.mostChoices));
    }
    const outcomes = await bench.outcomes(batch);
    for (const [place, outcome] of outcomes.entries()) tell(outcome, run.first + done + place);
  }
}

/** What a guest did with workloads: all of them, or up to the one that it died of. */
interface Answered {
  readonly answers: readonly (readonly Answer[])[];
  readonly crash: string | undefined;
}

/** A guest, and the next one when it dies. */
export class Bench {
  readonly #options: MachineOptions;
  #machine: Machine | undefined;
  #batches = 0;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  get behaviour(): Behaviour {
    return BEHAVIOURS[this.#options.kernel];
  }

  /** Runs workloads of one mode one after the other, and judges them. */
  async outcomes(batch: readonly Foretold[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    while (outcomes.length < batch.length) {
      const left = batch.slice(outcomes.length);
      const { answers, crash } = await this.#answers(left);
      for (const [place, its] of answers.entries()) {
        const foretold = left[place];
        const isFatal = crash !== undefined && place === answers.length - 1;
        if (foretold !== undefined) outcomes.push(this.#judge(foretold, its, isFatal ? crash : undefined));
      }
    }
    return outcomes;
  }

  async stop(): Promise<void> {
    await this.#machine?.stop();
    this.#machine = undefined;
  }

  async #answers(batch: readonly Foretold[]): Promise<Answered> {
    this.#batches += 1;
    // A guest's console is kept, and grows.
    if (this.#batches % BATCHES_PER_GUEST === 0) await this.stop();
    this.#machine ??= await Machine.start(this.#options);
    try {
      return { answers: await this.#machine.run(batch), crash: undefined };
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      const answers = [...lastAnswers(error.console).values()];
      await this.stop();
      if (answers.length === 0) throw error;
      return { answers, crash: error.message };
    }
  }

  #judge(foretold: Foretold, answers: readonly Answer[], crash: string | undefined): Outcome {
    const { workload } = foretold;
    const kernel = { seen: historyOf(foretold, answers), died: crash !== undefined };
    const verdict = explain(workload, this.behaviour, kernel, SEARCH_LIMIT);
    const outcome = { workload, steps: answers.length, seen: kernel.seen, verdict };
    return crash === undefined ? outcome : { ...outcome, crash };
  }
}

function historyOf({ execution }: Foretold, answers: readonly Answer[]): History {
  const [first, ...expected] = execution.observations;
  const seen = answers.flatMap((answer, step) => {
    const observation = expected[step];
    return observation === undefined ? [] : [observationOf(observation, answer)];
  });
  return first === undefined ? seen : [first, ...seen];
}
