import type { MessageName } from './messages.js';
import type { OptionName } from './table.js';
import { isAtLeast, type TargetVersion } from './target-version.js';

/*
 * Which target version brought what (kernel-target.md, the map, §2.2, §2.5 and §4). Features go by the target version;
 * mended bugs do not, for stable kernels mend without a new version: those are in hazards.ts.
 */

const OPTION_SINCE: Readonly<Record<OptionName, string>> = {
  start_sector: '1.1.0',
  high_watermark: '1.0.0',
  low_watermark: '1.0.0',
  writeback_jobs: '1.0.0',
  autocommit_blocks: '1.0.0',
  autocommit_time: '1.0.0',
  max_age: '1.3.0',
  cleaner: '1.3.0',
  fua: '1.0.0',
  metadata_only: '1.5.0',
  pause_writeback: '1.5.0',
};

const MESSAGE_SINCE: Readonly<Record<MessageName, string>> = {
  flush: '1.0.0',
  flush_on_suspend: '1.0.0',
  cleaner: '1.3.0',
  clear_stats: '1.6.0',
};

/** The first target version with this option, such as `1.3.0`. */
export function optionSince(option: OptionName): string {
  return OPTION_SINCE[option];
}

export function hasOption(version: TargetVersion, option: OptionName): boolean {
  return isAtLeast(version, optionSince(option));
}

/** The first target version with this message. */
export function messageSince(message: MessageName): string {
  return MESSAGE_SINCE[message];
}

export function hasMessage(version: TargetVersion, message: MessageName): boolean {
  return isAtLeast(version, messageSince(message));
}

/** Whether the status line has the ten event counters (14 fields; before, 4). */
export function hasCounters(version: TargetVersion): boolean {
  return isAtLeast(version, '1.6.0');
}

/** Whether the table line shows the numbers as they were given. Before, they come back recomputed and rounded. */
export function printsExactTable(version: TargetVersion): boolean {
  return isAtLeast(version, '1.4.0');
}

/** Whether the table line shows start_sector. 1.1.0 takes it and hides it. */
export function printsStartSector(version: TargetVersion): boolean {
  return isAtLeast(version, '1.1.1');
}

/** Whether the table line shows that the cleaner was switched on by a message. Later versions show it nowhere. */
export function printsCleanerMessage(version: TargetVersion): boolean {
  return isAtLeast(version, '1.3.0') && !isAtLeast(version, '1.4.0');
}

/** Whether low_watermark has an effect, and may not be above high_watermark. 1.0.0 reads it and forgets it. */
export function usesLowWatermark(version: TargetVersion): boolean {
  return isAtLeast(version, '1.1.0');
}

export interface OptionalWordsLimit {
  /** So many words every kernel with this target version takes. */
  readonly always: number;
  /** And so many the newest of them. */
  readonly most: number;
}

/** How many optional words a table may have (§2.1): 1.3.0 had 10, and from kernel 5.9.14 on 16. */
export function optionalWordsLimit(version: TargetVersion): OptionalWordsLimit {
  if (isAtLeast(version, '1.5.0')) return { always: 18, most: 18 };
  if (isAtLeast(version, '1.4.0')) return { always: 16, most: 16 };
  if (isAtLeast(version, '1.3.0')) return { always: 10, most: 16 };
  return { always: 10, most: 10 };
}
