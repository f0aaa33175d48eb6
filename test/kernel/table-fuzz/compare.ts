import {
  NEWEST_TARGET_VERSION,
  buildParameters,
  describeDifference,
  parsePrintedTable,
} from '../../../src/table/index.js';
import { refusalWords, type StepResult } from '../fuzz/mapper.js';
import type { TableCase } from './runner.js';

/** What the kernel said to a table. */
export type Answer =
  { readonly accepts: true; readonly printed: string } | { readonly accepts: false; readonly reason: string };

export function answerOf({ ok, text, log }: StepResult): Answer {
  if (ok) return { accepts: true, printed: text };
  return { accepts: false, reason: refusalWords(log) ?? [text, ...log].join('; ') };
}

/** Where the kernel said something else than was foretold, or printed the table otherwise than we would; else undefined. */
export function disagreement({ judgement, origin, cache }: TableCase, answer: Answer): string | undefined {
  const { kernel, table } = judgement;
  if (!kernel.accepts || !answer.accepts) {
    const [foretold, said] = [kernel, answer].map((each) =>
      each.accepts ? 'accepts' : `refuses: ${each.reason}`,
    );
    return foretold === said
      ? undefined
      : `foretold that it ${String(foretold)}, and the kernel ${String(said)}`;
  }
  if (table === null || origin === undefined || cache === undefined) {
    return 'foretold to be accepted, without a table';
  }
  const expected = { ...table, origin: origin.numbers, cache: cache.numbers };
  const built = buildParameters(expected);
  if (built !== answer.printed) return `built "${built}", and the kernel printed "${answer.printed}"`;
  const parsed = parsePrintedTable(answer.printed, NEWEST_TARGET_VERSION);
  const differences = [
    ...describeDifference(expected, parsed.table),
    ...parsed.unknown.map(({ option }) => option),
  ];
  return differences.length === 0 ? undefined : `parsed otherwise than judged: ${differences.join('; ')}`;
}
