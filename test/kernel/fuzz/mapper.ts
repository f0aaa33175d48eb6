import { join } from 'node:path';
import { output, type Guest } from '../../lab/index.js';

/** What one step of a script came to. */
export interface StepResult {
  readonly ok: boolean;
  /** Of `status` the target's status line, of `try` the table's parameters; of a failure the reason. */
  readonly text: string;
  /** What the device-mapper wrote to the kernel log meanwhile. */
  readonly log: readonly string[];
}

const PROGRAM = join(import.meta.dirname, 'mapper.pl');

/** Runs steps (mapper.pl tells which there are) in one process of the guest; one result for each. */
export async function runSteps(
  guest: Guest,
  steps: readonly string[],
  timeoutMs: number,
): Promise<StepResult[]> {
  const input = `${steps.join('\n')}\n`;
  return parseResults(await output(guest, `perl ${PROGRAM}`, { input, timeoutMs }), steps);
}

function parseResults(text: string, steps: readonly string[]): StepResult[] {
  const results: StepResult[] = [];
  let log: string[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const [number = '', kind, ...words] = line.split('\t');
    if (kind === 'log') {
      log.push(words.join('\t'));
      continue;
    }
    if (Number(number) !== results.length + 1) {
      throw new Error(`not the result of step ${String(results.length + 1)}: ${line}`);
    }
    results.push({ ok: kind === 'ok', text: words.join('\t'), log });
    log = [];
  }
  if (results.length !== steps.length) {
    throw new Error(`${String(results.length)} results of ${String(steps.length)} steps`);
  }
  return results;
}

const REFUSAL = /^device-mapper: table: [\d:]+: writecache: (.*) \(-E\w+\)$/;

/** For which words the target refused a table, or undefined if nothing in the log says that it did. */
export function refusalWords(log: readonly string[]): string | undefined {
  return log.map((line) => REFUSAL.exec(line)?.[1]).find((words) => words !== undefined);
}
