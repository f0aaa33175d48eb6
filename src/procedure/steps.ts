/** One step of a procedure. What it is for and which command it is can be shown before it is done. */
export interface Step {
  /** Stable, kebab-case. */
  readonly id: string;
  readonly title: string;
  /** The words of the dmsetup command that it is; null for a look or a comparison. */
  readonly words: readonly string[] | null;
  readonly run: () => Promise<void>;
}

/**
 * Hears of each step before it begins and after it has ended. A test that kills the process at every step does it from
 * here; a failure of its own stops the procedure as a failure of the step would.
 */
export type StepObserver = (step: Step, moment: 'begins' | 'done') => void | Promise<void>;

/** The failure of a procedure, with the step that it came from. */
export class StepFailure extends Error {
  constructor(
    readonly step: Step,
    override readonly cause: unknown,
  ) {
    super(`the step ${step.id} failed`);
  }
}

/** Runs steps in order. Throws {@link StepFailure} for the first that fails; those behind it are not begun. */
export async function runSteps(steps: readonly Step[], observe?: StepObserver): Promise<void> {
  for (const step of steps) {
    try {
      await observe?.(step, 'begins');
      await step.run();
      await observe?.(step, 'done');
    } catch (cause) {
      throw new StepFailure(step, cause);
    }
  }
}
