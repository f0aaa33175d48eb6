import type { MachineOptions } from './machine.js';
import type { DifferentialRun, Outcome } from './runner.js';
import { describeStep } from './workload.js';

/** Steps that are shown before the one that differs. */
const STEPS_BEFORE = 8;
const MOST_DIFFERENCES = 12;

/** What many workloads came to. */
export class Totals {
  workloads = 0;
  steps = 0;
  /** Those that went as the plainest execution of the reference does. */
  plain = 0;
  /** Those that another of its executions explains. */
  explained = 0;
  /** The most executions that were looked at for one. */
  mostExecutions = 0;
  /** Kernels that died where an execution of the reference says that they do. */
  foretoldCrashes = 0;
  readonly disagreements: string[] = [];

  /** Counts an outcome. Of a disagreement it keeps what is known, with the command that repeats it. */
  add(outcome: Outcome, command: string): void {
    const { verdict, steps, crash } = outcome;
    this.workloads += 1;
    this.steps += steps;
    if (!verdict.agrees) {
      this.disagreements.push(`${describeDisagreement(outcome)}\n  ${command}`);
      return;
    }
    this.mostExecutions = Math.max(this.mostExecutions, verdict.executions);
    if (verdict.executions === 1) this.plain += 1;
    else this.explained += 1;
    if (crash !== undefined) this.foretoldCrashes += 1;
  }

  toString(): string {
    return [
      `${String(this.workloads)} workloads of ${String(this.steps)} steps:`,
      `${String(this.plain)} as the plainest execution,`,
      `${String(this.explained)} as another one (found among at most ${String(this.mostExecutions)});`,
      `${String(this.foretoldCrashes)} ended in a crash that was foretold;`,
      `${String(this.disagreements.length)} disagreements`,
    ].join(' ');
  }
}

/** The command that runs this workload again, and no other. */
export function soakCommand(
  { kernel, scheduler }: MachineOptions,
  run: DifferentialRun,
  index: number,
): string {
  const { mode, seed, steps, mostChoices } = run;
  const flags = { kernel, mode, seed, first: index, count: 1, steps, scheduler, choices: mostChoices };
  const words = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return `npm run soak -- ${words.join(' ')}`;
}

function describeDisagreement({ workload, verdict, crash }: Outcome): string {
  if (verdict.agrees) return `${workload.id} agrees`;
  const { step, gaveUp, executions, differences } = verdict;
  const from = Math.max(0, step - STEPS_BEFORE);
  const steps = workload.steps.slice(from, step + 1);
  const table = workload.steps.slice(0, step + 1).findLast(({ verb }) => verb === 'load');
  const search = gaveUp
    ? `given up after ${String(executions)} executions`
    : `none of ${String(executions)} executions`;
  const left = differences.length - MOST_DIFFERENCES;
  return [
    `${workload.id} (blocks of ${String(workload.blockSize)}), step ${String(step)}: ${search} does what the kernel did:`,
    ...differences.slice(0, MOST_DIFFERENCES).map((text) => `  ${text}`),
    ...(left > 0 ? [`  and ${String(left)} more`] : []),
    ...(table === undefined ? [] : [`  table: ${describeStep(table)}`]),
    ...steps.map((each, place) => `  ${String(from + place)}: ${describeStep(each)}`),
    ...(crash === undefined ? [] : [crash]),
  ].join('\n');
}
