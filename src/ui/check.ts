import { verdict, type CheckResult, type Problem, type Severity } from '../scan/index.js';
import { formatCount } from '../units.js';
import { STATE_TONE, TEXT_WIDTH, runningText } from './inspection.js';
import { tone, type Tone } from './style.js';
import { wrap } from './table.js';

const SEVERITY_TONE: Record<Severity, Tone> = {
  fatal: 'bad',
  error: 'bad',
  warning: 'notice',
  info: 'faint',
};

/** What `wcache check` shows a person: the verdict, then each problem with examples and what to do. */
export function checkText(result: CheckResult, heldBy: readonly string[]): string {
  const { inspection, problems } = result;
  const state = inspection.state;
  const head = `${inspection.name}: ${verdict(result).replace(state, tone(STATE_TONE[state], state))}`;
  const running = heldBy.length === 0 ? [] : [runningText(heldBy)];
  return [head, ...problems.map(problemText), ...running].join('\n\n');
}

function problemText(problem: Problem): string {
  const title = `${tone(SEVERITY_TONE[problem.severity], problem.severity)} ${tone('strong', problem.code)}`;
  const lines = [title, `  ${wrap(problem.message, TEXT_WIDTH - 2, '  ')}`];
  if (problem.examples.length > 0) {
    const shown = problem.examples.map(
      ({ index, original_sector, seq_count }) =>
        `    entry ${String(index)}: sector ${String(original_sector)}, seq_count ${String(seq_count)}`,
    );
    lines.push(...shown);
    if (problem.count > shown.length) {
      lines.push(`    and ${formatCount(problem.count - shown.length)} more`);
    }
  }
  if (problem.advice !== null) {
    lines.push(`  ${wrap(problem.advice, TEXT_WIDTH - 2, '  ')}`);
  }
  return lines.join('\n');
}
