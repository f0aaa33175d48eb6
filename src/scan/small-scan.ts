import type { ScanOptions } from './chunks.js';
import { NO_COPIES, resolveCopies } from './copies.js';
import { EntryCounter, type Counted, type CountQuestion } from './count-entries.js';
import type { EntryNotes } from './entry-notes.js';
import { JudgedCopies, type Copies } from './judged-copies.js';
import { Passes } from './passes.js';

/** Counts and judges the entries of a small cache: with nothing to load and next to no memory. */
export async function scanSmall(
  question: CountQuestion,
  options: ScanOptions,
): Promise<{ readonly counted: Counted; readonly notes: EntryNotes; readonly copies: Copies }> {
  const counter = new EntryCounter(question);
  const passes = new Passes(question, options);
  for await (const run of passes.run()) counter.take(run);
  const repeats = counter.takeRepeats();
  if (repeats === null) return { counted: counter, notes: counter.notes, copies: NO_COPIES };
  const copies = new JudgedCopies(options.summaryOnly === true);
  const { seqCount } = question;
  await resolveCopies(passes, { seqCount, committed: counter.committed, ...repeats }, copies);
  return { counted: counter, notes: counter.notes, copies };
}
