import type { Behaviour } from '../../../src/target/index.js';
import { foretell, type Execution } from './foretell.js';
import type { Step, Workload } from './workload.js';

/** A workload that a kernel survives, and what is expected of it. */
export interface Foretold {
  readonly workload: Workload;
  readonly execution: Execution;
}

/**
 * Takes from a workload what would end the kernel (W3) or never end, as far as the plain execution knows: a flush before
 * the fatal step frees the older ones of doubled entries; where that does not help, the step is left out.
 */
export function survivable(workload: Workload, behaviour: Behaviour): Foretold {
  const length = workload.steps.length;
  let steps = workload.steps;
  let flushedAt = -1;
  for (;;) {
    const draft = { ...workload, steps };
    const execution = foretell(draft, behaviour);
    if (execution.end === undefined) return { workload: draft, execution };
    const fatal = execution.observations.length - 1;
    if (flushedAt === fatal - 1 || !mayInsert(steps, fatal, length)) {
      steps = steps.toSpliced(fatal, 1);
    } else {
      steps = steps.toSpliced(fatal, 0, { verb: 'flush' });
      flushedAt = fatal;
    }
  }
}

/** While the device is suspended, a flush would wait for ever. */
function mayInsert(steps: readonly Step[], at: number, limit: number): boolean {
  const before = steps.slice(0, at).findLast(({ verb }) => verb === 'suspend' || verb === 'resume');
  return before?.verb === 'resume' && steps.length < limit + 20;
}

/**
 * A workload in which few outcomes are legal: where the plain execution of a write leaves more than `mostChoices` choices
 * to chance, the write is made smaller. Where requests are interrupted often, too many executions would have to be looked
 * at to find the kernel's.
 */
export function calm(workload: Workload, behaviour: Behaviour, mostChoices: number): Foretold {
  let foretold = survivable(workload, behaviour);
  for (;;) {
    const counts = new Map<number, number>();
    for (const { step } of foretold.execution.choices) counts.set(step, (counts.get(step) ?? 0) + 1);
    const before = foretold.workload.steps;
    const steps = before.map((step, place) => {
      const isLarge = (step.verb === 'write' || step.verb === 'fua') && step.blocks > 1;
      return isLarge && (counts.get(place) ?? 0) > mostChoices
        ? { ...step, blocks: Math.ceil(step.blocks / 3) }
        : step;
    });
    if (steps.every((step, place) => step === before[place])) return foretold;
    foretold = survivable({ ...workload, steps }, behaviour);
  }
}
