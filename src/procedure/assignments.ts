import { UsageError } from '../errors.js';
import { OPTION_NAMES, type OptionName, type TableOptions } from '../table/index.js';
import { parseMilliseconds, parseSector } from '../units.js';

/** An option and the value that it shall have; undefined for the kernel's default. */
export type Assignment = readonly [OptionName, TableOptions[OptionName]];

/** Options that can be changed while a cache is in use. The place of the superblock cannot. */
export const SETTABLE = OPTION_NAMES.filter((name) => name !== 'start_sector');

const TIMES: readonly OptionName[] = ['autocommit_time', 'max_age', 'pause_writeback'];
const SWITCHES: readonly OptionName[] = ['cleaner', 'fua', 'metadata_only'];

/**
 * Reads `high-watermark=60`, `max-age=2h`, `cleaner=on` or `writeback-jobs=default`. Only the form is judged here; the
 * ranges are the table's.
 *
 * Throws {@link UsageError} `bad-assignment`, `unknown-option`, or of the value.
 */
export function parseAssignment(text: string): Assignment {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new UsageError(`"${text}" is not an option with a value.`, {
      code: 'bad-assignment',
      hint: 'Write it like high-watermark=60, cleaner=on or max-age=default.',
    });
  }
  const written = text.slice(0, at).toLowerCase().replaceAll('-', '_');
  const name = SETTABLE.find((option) => option === written);
  if (name === undefined) {
    throw new UsageError(`"${text.slice(0, at)}" is not an option that can be set.`, {
      code: 'unknown-option',
      hint: `They are ${SETTABLE.map(flagName).join(', ')}.`,
    });
  }
  return [name, parseOptionValue(name, text.slice(at + 1))];
}

/** The value of an option as people write it: `default`, `on` and `off`, a time, a number. */
export function parseOptionValue(name: OptionName, text: string): TableOptions[OptionName] {
  if (text === 'default') return undefined;
  if (SWITCHES.includes(name)) return parseSwitch(name, text);
  if (TIMES.includes(name)) return parseMilliseconds(text);
  if (name === 'start_sector') return parseSector(text);
  if (!/^\d{1,15}$/.test(text)) {
    throw new UsageError(`${flagName(name)} takes a number, and "${text}" is none.`, {
      code: 'bad-number',
      hint: 'Write digits only, or "default".',
    });
  }
  return Number(text);
}

/** Options with the assignments in place, later ones winning. */
export function assign(options: TableOptions, assignments: readonly Assignment[]): TableOptions {
  const changed = new Map<OptionName, TableOptions[OptionName]>(
    OPTION_NAMES.map((name) => [name, options[name]]),
  );
  for (const [name, value] of assignments) {
    // The kernel has words to turn these on and none to turn them off.
    const isOff = value === false && name !== 'fua';
    changed.set(name, isOff ? undefined : value);
  }
  return Object.fromEntries([...changed].filter(([, value]) => value !== undefined));
}

/** An option's name as a flag has it: `high-watermark`. */
export function flagName(name: OptionName): string {
  return name.replaceAll('_', '-');
}

function parseSwitch(name: OptionName, text: string): boolean {
  const value = { on: true, yes: true, true: true, off: false, no: false, false: false }[text.toLowerCase()];
  if (value === undefined) {
    throw new UsageError(`${flagName(name)} is on, off or default, and not "${text}".`, {
      code: 'bad-switch',
    });
  }
  return value;
}
