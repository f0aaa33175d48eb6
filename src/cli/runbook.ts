import { readAheadSectors } from '../device/sysfs.js';
import type { Dmsetup, LiveCache } from '../dm/index.js';
import type { Step } from '../procedure/steps.js';
import type { TableSwap } from '../procedure/swap-table.js';
import type { WritecacheTable } from '../table/index.js';

/** The dmsetup commands of a procedure's steps, word for word. */
export function commandsOf(dm: Dmsetup, steps: readonly Step[]): string[] {
  return steps.flatMap(({ words }) => (words === null ? [] : [dm.commandLine(words)]));
}

/** A swap of a live cache's table that keeps its read-ahead as it is now. */
export function swapOf(cache: LiveCache, table: WritecacheTable): TableSwap {
  const { major, minor } = cache.device;
  return { cache, table, readAheadSectors: readAheadSectors(`${String(major)}:${String(minor)}`) };
}
