import { EndlessWait, KernelBug, type Behaviour } from '../../../src/target/index.js';
import { Play, type Observation } from './play.js';
import type { Workload } from './workload.js';

/** A place where more than one outcome is legal. */
export interface ChoicePoint {
  /** The step in which it came up. */
  readonly step: number;
  readonly what: string;
  /** How many outcomes there are, and which one was taken. */
  readonly count: number;
  readonly taken: number;
}

/** What the reference does with a workload, in one of the legal executions. */
export interface Execution {
  /** Before the first step, and after each that was done and looked at. */
  readonly observations: readonly Observation[];
  readonly choices: readonly ChoicePoint[];
  /** How many steps were done. */
  readonly steps: number;
  /** Why it went no further than that: a step that no kernel survives (W3), or that never ends. */
  readonly end?: 'kernel-bug' | 'endless-wait';
}

export interface ForetellOptions {
  /** The answer to a choice: the so manieth of all, and of its step. Beyond the last outcome it counts as the last. */
  readonly answer?: (place: number, step: number, placeInStep: number) => number;
  /** So many steps are done without a look at what can be seen. */
  readonly unseenSteps?: number;
  /** Asked after each step whether to go on. */
  readonly isWanted?: (observation: Observation, step: number) => boolean;
}

/** Runs a workload on the reference target; all choices are answered plainly unless told. */
export function foretell(workload: Workload, behaviour: Behaviour, options: ForetellOptions = {}): Execution {
  const { answer = () => 0, unseenSteps = 0, isWanted = () => true } = options;
  const choices: ChoicePoint[] = [];
  let [step, placeInStep] = [0, 0];
  const play = new Play(workload, behaviour, (count, what) => {
    const taken = Math.min(answer(choices.length, step, placeInStep), count - 1);
    choices.push({ step, what, count, taken });
    placeInStep += 1;
    return taken;
  });
  const observations = [play.observe()];
  const done = (end?: Execution['end']): Execution => ({
    ...{ observations, choices, steps: step },
    ...(end === undefined ? {} : { end }),
  });
  for (const next of workload.steps) {
    placeInStep = 0;
    try {
      if (step < unseenSteps) {
        play.runUnseen(next);
        step += 1;
        continue;
      }
      const observation = play.run(next);
      observations.push(observation);
      step += 1;
      if (!isWanted(observation, step - 1)) break;
    } catch (error) {
      if (error instanceof KernelBug) return done('kernel-bug');
      if (error instanceof EndlessWait) return done('endless-wait');
      throw error;
    }
  }
  return done();
}
