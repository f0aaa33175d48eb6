import { countOf } from '../units.js';
import type { CrosscheckProblem, Undecided } from './certificate.js';
import { problem, undecided, type Found } from './findings.js';

/** What is said of blocks, by what was found. Each gives nothing where there are none. */

export function lostProblem(found: Found): CrosscheckProblem[] {
  const { count } = found;
  return problem(
    'block-lost',
    found,
    `${blocksAre(count)} lost: the origin has neither what the newest copy in the cache had nor anything written later. The data area of the cache device may still hold ${itOrThem(count)}: use it for nothing else.`,
  );
}

export function beyondEndProblem(found: Found): CrosscheckProblem[] {
  const { count } = found;
  return problem(
    'block-lost',
    found,
    `${countOf(count, 'block')} of the cache ${count === 1 ? 'lies' : 'lie'} beyond the end of the origin, where the kernel drops ${itOrThem(count)} without an error. Either this is not the whole origin, or it was larger once.`,
  );
}

export function unreadableProblem(found: Found): CrosscheckProblem[] {
  return problem('unreadable', found, `${countOf(found.count, 'block')} could not be read.`);
}

export function uncommittedProblem(found: Found): CrosscheckProblem[] {
  const { count } = found;
  return problem(
    'uncommitted-entry',
    found,
    `${countOf(count, 'entry', 'entries')} ${isOrAre(count)} neither free nor committed: the target was not suspended, or the power failed. What ${count === 1 ? 'it stands' : 'they stand'} for may be newer than the origin.`,
  );
}

/** `differing` of `compared` blocks have other content on the origin; `compared` is 0 where none was. */
export function notWrittenBackProblem(
  found: Found,
  compared: { readonly compared: number; readonly differing: number },
): CrosscheckProblem[] {
  const { count } = found;
  return problem(
    'not-written-back',
    found,
    `${blocksAre(count)} committed in the cache still: the origin alone is stale where ${count === 1 ? 'it differs' : 'they differ'}${howMany(count, compared)}. Do not use the origin without the cache.`,
  );
}

function howMany(
  count: number,
  { compared, differing }: { readonly compared: number; readonly differing: number },
): string {
  if (compared === 0) return '';
  const of = compared === count ? '' : ` of ${String(compared)} that were compared`;
  return ` (${differing === 0 ? 'none does' : `${String(differing)} ${differing === 1 ? 'does' : 'do'}`}${of})`;
}

export function writtenLater(found: Found): Undecided[] {
  return undecided(
    'written-later',
    found,
    `The origin has other content than the evidence in ${countOf(found.count, 'block')}, and there may have been later writes: nothing tells these from a loss.`,
  );
}

export function changedMeanwhile(count: number): Undecided[] {
  return undecided(
    'no-evidence',
    { count, examples: [] },
    `${countOf(count, 'block')} changed while the evidence was taken, so that there is none of ${itOrThem(count)}.`,
  );
}

export function noEvidence(found: Found): Undecided[] {
  const { count } = found;
  return undecided(
    'no-evidence',
    found,
    `The origin has other content than the cache still holds in ${countOf(count, 'block')}. That is right where ${count === 1 ? 'it was' : 'they were'} written later, and without evidence from before the removal nothing tells.`,
  );
}

export function notCompared(count: number): Undecided[] {
  return undecided(
    'not-compared',
    { count, examples: [] },
    `${countOf(count, 'block')} ${count === 1 ? 'was' : 'were'} not compared, as was asked for.`,
  );
}

function blocksAre(count: number): string {
  return `${countOf(count, 'block')} ${isOrAre(count)}`;
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function itOrThem(count: number): string {
  return count === 1 ? 'it' : 'them';
}
