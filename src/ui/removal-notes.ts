import { TEXT_WIDTH } from './inspection.js';
import { printable } from './printable.js';
import { tone } from './style.js';
import { wrap } from './table.js';

/** One paragraph for each thing that is worth knowing and stops nothing. */
export function noteLines(notes: readonly { readonly code: string; readonly message: string }[]): string[] {
  return notes.map(({ code, message }) =>
    wrap(`note (${code}): ${printable(message)}`, TEXT_WIDTH, '  ').replace('note', tone('notice', 'note')),
  );
}
