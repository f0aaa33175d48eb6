import { SECTOR_BYTES } from '../format/index.js';
import { OPTION_MEANING, valueMeaning } from './explain.js';
import { hasOption, optionSince } from './features.js';
import { readKernelNumber, type KernelNumber } from './kernel-number.js';
import { nameWord, type Ledger } from './ledger.js';
import { OPTION_RULES, largestValue, type OptionRule } from './option-rules.js';
import { OPTION_NAMES, type OptionName, type TableOptions } from './table.js';
import { formatTargetVersion, type TargetVersion } from './target-version.js';
import { isSameWord } from './words.js';

const REASON = 'Invalid optional argument';

export interface OptionsQuestion {
  /** The words that are optional ones by the count: from this one to below that one. */
  readonly from: number;
  readonly to: number;
  /** null where the table's mode is not known; then options of either mode are taken. */
  readonly mode: 'p' | 's' | null;
  readonly version: TargetVersion;
  readonly cacheSizeBytes: bigint | undefined;
}

type Value = bigint | number | boolean;

export interface JudgedOptions {
  readonly options: TableOptions;
  /** Where each option's value is (or the option, if it takes none). */
  readonly places: ReadonlyMap<OptionName, number>;
}

/** Reads the optional words as the constructor does (kernel-target.md §2.2); the last of several values wins. */
export function judgeOptions(ledger: Ledger, question: OptionsQuestion): JudgedOptions {
  const values = new Map<OptionName, Value>();
  const places = new Map<OptionName, number>();
  for (let at = question.from; at < question.to;) {
    const name = optionNamed(ledger.words[at] ?? '');
    if (name === undefined) {
      at = skipUnknown(ledger, at, question.to);
      continue;
    }
    judgeAvailability(ledger, at, name, question);
    const takesNumber = OPTION_RULES[name].number !== undefined;
    const value = takesNumber ? judgeValue(ledger, at, name, question) : judgeFlag(ledger, at, name);
    if (value !== undefined) {
      judgeRepeat(ledger, at, name, value, values.get(name));
      values.set(name, value);
      places.set(name, takesNumber ? at + 1 : at);
    }
    at += takesNumber ? 2 : 1;
  }
  return { options: Object.fromEntries(values), places };
}

function optionNamed(word: string): OptionName | undefined {
  return isSameWord(word, 'nofua') ? 'fua' : OPTION_NAMES.find((name) => isSameWord(name, word));
}

/** Returns where to go on: a number behind an unknown option is its value, and no second problem. */
function skipUnknown(ledger: Ledger, at: number, to: number): number {
  const next = at + 1;
  ledger.explain(at, 'extra', 'not an option of the writecache target');
  ledger.refuse('unknown-option', REASON, {
    at,
    message: `${nameWord(ledger, at)} is not an option of the writecache target.`,
    hint: `The options are ${OPTION_NAMES.join(', ')} and nofua.`,
  });
  if (next >= to || !/^[-+]?\d/.test(ledger.words[next] ?? '')) return next;
  ledger.explain(next, 'extra', 'perhaps the value of the word before it');
  return next + 1;
}

function judgeAvailability(ledger: Ledger, at: number, name: OptionName, question: OptionsQuestion): void {
  const { mode, version } = question;
  const { onlyMode } = OPTION_RULES[name];
  if (!hasOption(version, name)) {
    ledger.refuse('option-too-new', REASON, {
      at,
      message: `${nameWord(ledger, at)} is an option since target version ${optionSince(name)}, and this is ${formatTargetVersion(version)}.`,
      hint: 'Leave it out, or use a newer kernel.',
    });
  }
  if (onlyMode !== undefined && mode !== null && mode !== onlyMode) {
    ledger.refuse('option-of-other-mode', REASON, {
      at,
      message: `${nameWord(ledger, at)} is an option of mode ${onlyMode} only, and the table has mode ${mode}.`,
      hint: 'Leave it out.',
    });
  }
}

function judgeFlag(ledger: Ledger, at: number, name: OptionName): boolean {
  const value = !isSameWord(ledger.words[at] ?? '', 'nofua');
  ledger.explain(at, 'option', valueMeaning(name, value));
  return value;
}

/** The value behind an option, or undefined where the kernel refuses it. */
function judgeValue(
  ledger: Ledger,
  optionAt: number,
  name: OptionName,
  { to, cacheSizeBytes }: OptionsQuestion,
): bigint | number | undefined {
  const at = optionAt + 1;
  const rule = OPTION_RULES[name];
  const range = rangeWords(rule);
  ledger.explain(optionAt, 'option', OPTION_MEANING[name]);
  if (at >= to) {
    const isCutOff = at < ledger.words.length;
    ledger.refuse('missing-value', REASON, {
      at: optionAt,
      message: isCutOff
        ? `${nameWord(ledger, optionAt)} is the last word by the count, and its value is not counted.`
        : `${nameWord(ledger, optionAt)} needs a value behind it: ${range}.`,
      hint: isCutOff
        ? 'The count is of words, and the value is one of its own: raise it.'
        : 'Add the value, and count it.',
    });
    return undefined;
  }
  const number = rule.number === undefined ? null : readKernelNumber(ledger.words[at] ?? '', rule.number);
  if (number === null) {
    ledger.explain(at, 'value', 'not a number that the kernel can read');
    ledger.refuse('bad-number', REASON, {
      at,
      message: `${nameWord(ledger, at)} is not a number, and ${name} takes ${range}.`,
      hint: 'Write decimal digits only: no sign, no unit, no 0x.',
    });
    return undefined;
  }
  if (number.value < 0n || number.value > largestValue(rule)) {
    ledger.explain(at, 'value', `not from 0 to ${String(largestValue(rule))}`);
    ledger.refuse('out-of-range', REASON, {
      at,
      message: `${nameWord(ledger, at)} is out of range: ${name} takes ${range}.`,
      hint: 'Write a value within the range.',
    });
    return undefined;
  }
  if (name === 'start_sector' && cacheSizeBytes !== undefined && liesBeyond(number.value, cacheSizeBytes)) {
    ledger.explain(at, 'value', 'a sector that the cache device does not have');
    ledger.refuse('start-sector-beyond-cache', REASON, {
      at,
      message: `${nameWord(ledger, at)} lies beyond the end of the cache device, which has ${String(cacheSizeBytes / BigInt(SECTOR_BYTES))} sectors.`,
      hint: 'start_sector counts sectors of 512 bytes on the cache device.',
    });
    return undefined;
  }
  judgeSpelling(ledger, at, number, range);
  const value = rule.number === 'u64' ? number.value : Number(number.value);
  ledger.explain(at, 'value', valueMeaning(name, value));
  return value;
}

function liesBeyond(sector: bigint, cacheSizeBytes: bigint): boolean {
  return sector >= cacheSizeBytes / BigInt(SECTOR_BYTES);
}

function rangeWords(rule: OptionRule): string {
  return `${rule.unit ?? 'a number'} from 0 to ${String(largestValue(rule))}`;
}

/** A number that the kernel takes, but not for what is written there. */
export function judgeSpelling(ledger: Ledger, at: number, number: KernelNumber, range: string): void {
  if (number.wrapped) {
    ledger.refuseStrictly('number-overflow', {
      at,
      message: `${nameWord(ledger, at)} has more digits than fit, and the kernel would take it for ${String(number.value)}.`,
      hint: `Write ${range}.`,
    });
  } else if (number.odd) {
    ledger.warn('odd-number', {
      at,
      message: `${nameWord(ledger, at)} is an odd way to write ${String(number.value)}.`,
      hint: `The kernel reads it so; write ${String(number.value)}.`,
    });
  }
}

function judgeRepeat(
  ledger: Ledger,
  at: number,
  name: OptionName,
  value: Value,
  earlier: Value | undefined,
): void {
  if (earlier === undefined) return;
  if (earlier === value) {
    ledger.warn('repeated-option', {
      at,
      message: `${nameWord(ledger, at)} is there twice, with the same value.`,
      hint: 'Leave one of them out, and count again.',
    });
    return;
  }
  const words = name === 'fua' ? 'fua and nofua are both there' : `${name} is there twice, with two values`;
  ledger.refuseStrictly('contradictory-option', {
    at,
    message: `${nameWord(ledger, at)} contradicts an earlier word: ${words}, and the kernel takes the last.`,
    hint: 'Leave one of them out, and count again.',
  });
}
