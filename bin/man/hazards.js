/** The known hazards of kernels, as items of a page. */
import { kernelsWith } from './kernel-spans.js';
import { literal, sentences } from './roff.js';

/** @typedef {import('./facts.js').Facts} Facts */
/** @typedef {import('../../src/table/hazards.js').Hazard} Hazard */

/** @type {Readonly<Record<string, string>>} */
const MODES = { p: 'pmem mode', s: 'ssd mode', 'p s': 'both modes' };

/**
 * @param {Facts} facts
 * @returns {string[]}
 */
export function hazardItems({ hazardsOf, parseTargetVersion }) {
  /** One look at a release judges all hazards, so each is made once. @type {Map<string, readonly Hazard[]>} */
  const looks = new Map();
  /** @param {readonly [number, number, number]} version @param {string} target */
  const look = (version, target) => {
    const release = version.join('.');
    const seen = looks.get(release);
    if (seen !== undefined) return seen;
    const made = hazardsOf({ release, version, vendor: 'vanilla', exact: true }, parseTargetVersion(target));
    looks.set(release, made);
    return made;
  };
  return look([6, 12, 0], '1.6.0').flatMap((hazard, index) => {
    /** @param {Hazard['applies']} wanted */
    const kernels = (wanted) =>
      kernelsWith(wanted, (version, target) => look(version, target)[index]?.applies);
    return item(hazard, kernels('yes'), kernels('unknown'));
  });
}

/**
 * @param {Hazard} hazard
 * @param {string} has the kernels that have it
 * @param {string} unknown those of which it is not known
 */
function item(hazard, has, unknown) {
  return [
    '.TP',
    `.BR ${literal(hazard.code)} " (${MODES[hazard.modes.join(' ')] ?? hazard.modes.join(' ')})"`,
    ...sentences(`${hazard.title.charAt(0).toUpperCase()}${hazard.title.slice(1)}.`),
    ...sentences(hazard.whatHappens),
    '.IP',
    ...(has === '' ? [] : sentences(`Kernels: ${has}.`)),
    ...(unknown === '' ? [] : sentences(`Unknown, nobody has looked: ${unknown}.`)),
    ...sentences(hazard.evidence),
    '.IP',
    ...sentences(`What to do: ${hazard.advice}`),
  ];
}
