/** Which kernels something is true of, in words: every release is asked, and what came out is put together. */

import { joined } from './roff.js';

/** The series of kernels that have the target, and the first of those with each version of it (kernel-target.md). */
const SERIES = [
  { major: 4, minors: [18, 19] },
  { major: 5, minors: range(0, 19) },
  { major: 6, minors: range(0, 19) },
  { major: 7, minors: [0] },
].flatMap(({ major, minors }) => minors.map((minor) => /** @type {const} */ ([major, minor])));

/** @type {readonly (readonly [first: readonly [number, number], target: string])[]} */
const TARGETS = [
  [[4, 18], '1.1.0'],
  [[4, 19], '1.1.1'],
  [[5, 6], '1.2.0'],
  [[5, 7], '1.3.0'],
  [[5, 12], '1.4.0'],
  [[5, 14], '1.5.0'],
  [[5, 15], '1.6.0'],
];

/** No stable series has had so many releases. */
const LAST_PATCH = 399;

/** @typedef {readonly [major: number, minor: number, patch: number]} Release */

/**
 * Releases of kernel.org that lie one behind the other and have the same answer, in the order of their numbers.
 *
 * @template T
 * @param {(version: Release, target: string) => T} ask
 * @returns {{ answer: T, first: Release, last: Release }[]}
 */
function spansOf(ask) {
  /** @type {{ answer: T, first: Release, last: Release }[]} */
  const spans = [];
  for (const [major, minor] of SERIES) {
    const target = targetOf(major, minor);
    for (let patch = 0; patch <= LAST_PATCH; patch++) {
      const version = /** @type {const} */ ([major, minor, patch]);
      const answer = ask(version, target);
      const span = spans.at(-1);
      if (span?.answer === answer) span.last = version;
      else spans.push({ answer, first: version, last: version });
    }
  }
  return spans;
}

/**
 * In words, the releases of which an answer is given: `5.6 to 6.1.192, 6.6, and 6.13 and later`. Empty where there
 * are none.
 *
 * @template T
 * @param {T} wanted
 * @param {(version: Release, target: string) => T} ask
 */
export function kernelsWith(wanted, ask) {
  const words = spansOf(ask)
    .filter(({ answer }) => answer === wanted)
    .map(inWords);
  return joined(words, 'and');
}

/** @param {{ first: Release, last: Release }} span */
function inWords({ first, last }) {
  const [newest = [0, 0]] = SERIES.slice(-1);
  const isFirst = first[2] === 0 && series(first) === series(SERIES[0] ?? [0, 0]);
  const isOpen = last[2] === LAST_PATCH && series(last) === series(newest);
  const from = first[2] === 0 ? series(first) : first.join('.');
  const to = last[2] === LAST_PATCH ? series(last) : last.join('.');
  if (isFirst && isOpen) return 'all';
  if (isOpen) return `${from} and later`;
  if (from === to) return from;
  if (series(first) === to) return `${to} from ${from} on`;
  return `${from} to ${to}`;
}

/** @param {number} major @param {number} minor */
function targetOf(major, minor) {
  const known = TARGETS.findLast(
    ([[first, second]]) => first < major || (first === major && second <= minor),
  );
  return known?.[1] ?? '1.0.0';
}

/** @param {readonly number[]} release */
function series(release) {
  return release.slice(0, 2).join('.');
}

/** @param {number} from @param {number} to */
function range(from, to) {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
