import type { Behaviour } from '../../../src/target/index.js';
import { differences } from './compare.js';
import { foretell, type ChoicePoint, type Execution, type ForetellOptions } from './foretell.js';
import type { Observation } from './play.js';
import type { Workload } from './workload.js';

/** What was seen before the first step and after each. Data and origin are known at the steps that look at them. */
export type History = readonly Observation[];

/** What a kernel did with a workload. */
export interface KernelRun {
  readonly seen: History;
  /** Whether it died of the step behind the last one that was seen. */
  readonly died: boolean;
}

/** An execution of the reference, as far as the kernel's is the same. */
export interface Attempt {
  readonly choices: readonly ChoicePoint[];
  /** The step that differs; undefined where none does: this is the kernel's. */
  readonly step: number | undefined;
  readonly differences: readonly string[];
}

/** Runs the reference until it does something else than the kernel. The steps before `firstStep` are known to agree. */
export function attempt(
  workload: Workload,
  behaviour: Behaviour,
  kernel: KernelRun,
  {
    answer,
    firstStep,
  }: { readonly answer: NonNullable<ForetellOptions['answer']>; readonly firstStep: number },
): Attempt {
  const execution = foretell(workload, behaviour, {
    answer,
    unseenSteps: firstStep,
    isWanted: (observation, step) => differencesAt(workload, observation, kernel, step)?.length === 0,
  });
  return { choices: execution.choices, ...firstDifference(workload, execution, kernel) };
}

/** Undefined where it is not known what the kernel did. */
function differencesAt(
  workload: Workload,
  observation: Observation,
  { seen }: KernelRun,
  step: number,
): string[] | undefined {
  const its = seen[step + 1];
  return its && differences(observation, its, workload.steps[step]?.verb === 'check');
}

function firstDifference(
  workload: Workload,
  { observations, steps, end }: Execution,
  kernel: KernelRun,
): Pick<Attempt, 'step' | 'differences'> {
  const last = observations.at(-1);
  const found =
    last === undefined || observations.length < 2 ? [] : differencesAt(workload, last, kernel, steps - 1);
  if (found !== undefined && found.length > 0) return { step: steps - 1, differences: found };
  const isKernelsEnd = steps >= kernel.seen.length - 1;
  const reference = end ?? (steps === workload.steps.length ? 'comes to the end' : 'goes on');
  const kernels = !isKernelsEnd ? 'goes on' : kernel.died ? 'kernel-bug' : 'comes to the end';
  if (reference === kernels) return { step: undefined, differences: [] };
  return { step: steps, differences: [`reference: ${reference}, kernel: ${kernels}`] };
}
