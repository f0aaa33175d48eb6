import { OPTION_NAMES, type OptionName, type WritecacheTable } from './table.js';

/**
 * Whether two tables say the same. Defaults are not filled in: an option that is given with its default's value differs
 * from one that is absent. `cleaner` and `metadata_only` have no word for false, so there absent and false are the same.
 * Devices are compared as they are written.
 */
export function sameTable(one: WritecacheTable, other: WritecacheTable): boolean {
  return describeDifference(one, other).length === 0;
}

/** One fragment for each difference, in the order of the table line, such as `high_watermark: 60, now 70`. */
export function describeDifference(before: WritecacheTable, after: WritecacheTable): string[] {
  const fields = (['mode', 'origin', 'cache', 'block_size'] as const).map(
    (name) => [name, String(before[name]), String(after[name])] as const,
  );
  const options = OPTION_NAMES.map((name) => [name, shown(name, before), shown(name, after)] as const);
  return [...fields, ...options]
    .filter(([, old, now]) => old !== now)
    .map(([name, old, now]) => `${name}: ${old}, now ${now}`);
}

function shown(name: OptionName, { options }: WritecacheTable): string {
  const value = options[name];
  if (name === 'fua' && value !== undefined) return value === true ? 'fua' : 'nofua';
  return value === undefined || value === false ? 'not given' : value === true ? 'given' : String(value);
}
