/** How a flag and its value are written, in the synopsis and in the list of options. */
import { literal } from './roff.js';

/** @typedef {import('./verb.js').Flag} Flag */

/** So many letters of values are written out where a flag stands; more are told beside it. */
const SHORT = 36;

/**
 * Whether the values that a flag can have are written out behind its name.
 *
 * @param {Flag} flag
 */
export function showsValues({ options }) {
  return options !== undefined && options.join('|').length <= SHORT;
}

/**
 * What stands for a flag's value, with fonts: variables in italics, what is typed in bold, the rest plain. Empty for
 * a flag without one.
 *
 * @param {Flag} flag
 */
export function valueRoff(flag) {
  if (flag.type === 'boolean') return '';
  if (showsValues(flag)) return (flag.options ?? []).map((value) => `\\fB${literal(value)}\\fR`).join('|');
  const value = flag.helpValue ?? flag.name.toUpperCase();
  return literal(value).replaceAll(/[A-Z][A-Z_]*/g, (word) => `\\fI${word}\\fR`);
}

/**
 * The words in capitals that stand for the value.
 *
 * @param {Flag} flag
 */
export function variablesOf(flag) {
  return valueRoff(flag)
    .split('\\fI')
    .slice(1)
    .map((part) => part.split('\\')[0] ?? '');
}
