import type { RemoveDocument } from '../documents/index.js';
import { formatCount } from '../units.js';
import { TEXT_WIDTH } from './inspection.js';
import { printable } from './printable.js';
import { noteLines } from './removal-notes.js';
import { tone } from './style.js';
import { wrap } from './table.js';

/** The runbook of a removal: what it is about, and every step with its command or device write, in order. */
export function removalPlanText(document: RemoveDocument): string {
  const name = printable(document.name);
  return [
    `Would remove ${tone('strong', name)}${about(document)}, in these steps:`,
    ...document.steps.map(stepText),
    ...noteLines(document.notes),
  ].join('\n');
}

function about({ dirty_blocks_before: dirty, total_blocks: total }: RemoveDocument): string {
  if (dirty === null || total === null) return '';
  return ` (${formatCount(dirty)} of ${formatCount(total)} blocks are dirty)`;
}

function stepText({ number, title, command }: RemoveDocument['steps'][number]): string {
  const lead = `${String(number).padStart(4)}  `;
  const indent = ' '.repeat(lead.length);
  const lines = [`${lead}${wrap(printable(title), TEXT_WIDTH, indent)}`];
  // A command is one line, however long, so that it can be taken as it is.
  if (command !== null) lines.push(`${indent}  ${printable(command)}`);
  return lines.join('\n');
}
