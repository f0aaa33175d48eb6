import type { LiveCache } from '../dm/index.js';
import { OperationError } from '../errors.js';
import {
  describeDifference,
  parsePrintedTable,
  sameTable,
  TARGET_NAME,
  type OptionName,
  type TargetLine,
  type WritecacheTable,
} from '../table/index.js';

/** Whether a waiting table is a writecache of the same devices, block size, place and range as the running one. */
export function isOfSameCache(cache: LiveCache, waiting: readonly TargetLine[]): boolean {
  const found = parseOnly(cache, waiting);
  if (found === null) return false;
  const { mode, origin, cache: cacheDevice, block_size, options } = found.table;
  const running = cache.table;
  return (
    mode === running.mode &&
    origin === running.origin &&
    cacheDevice === running.cache &&
    block_size === running.block_size &&
    (options.start_sector ?? 0n) === (running.options.start_sector ?? 0n)
  );
}

/** Whether a waiting table says just what is wanted. */
export function isTable(cache: LiveCache, wanted: WritecacheTable, found: readonly TargetLine[]): boolean {
  return differences(cache, wanted, found)?.length === 0;
}

/** Throws {@link OperationError} `table-differs` unless the kernel prints the table that was meant. */
export function requireTable(
  cache: LiveCache,
  wanted: WritecacheTable,
  found: readonly TargetLine[],
  which: 'loaded' | 'running',
): void {
  const different = differences(cache, wanted, found);
  if (different?.length === 0) return;
  const what = different?.join(', ') ?? 'it is another table altogether';
  throw new OperationError(`The ${which} table is not the one that was meant: ${what}.`, {
    code: 'table-differs',
  });
}

/** Null for a table that is no such cache at all. What the kernel prints inexactly is not held against it. */
function differences(
  cache: LiveCache,
  wanted: WritecacheTable,
  lines: readonly TargetLine[],
): string[] | null {
  const found = parseOnly(cache, lines);
  if (found === null) return null;
  const inexact = found.unknown.map(({ option }) => option);
  const [one, other] = [without(wanted, inexact), without(found.table, inexact)];
  return sameTable(one, other) ? [] : describeDifference(one, other);
}

function without(table: WritecacheTable, names: readonly OptionName[]): WritecacheTable {
  const kept = Object.entries(table.options).filter(([name]) => !names.some((each) => each === name));
  return { ...table, options: Object.fromEntries(kept) };
}

function parseOnly(
  cache: LiveCache,
  lines: readonly TargetLine[],
): ReturnType<typeof parsePrintedTable> | null {
  const [line] = lines;
  if (line === undefined || lines.length !== 1 || line.target !== TARGET_NAME) return null;
  const sameRange =
    line.startSector === cache.line.startSector && line.lengthSectors === cache.line.lengthSectors;
  return sameRange ? parsePrintedTable(line.parameters, cache.targetVersion) : null;
}
