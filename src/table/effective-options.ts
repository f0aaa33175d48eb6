import { hasOption } from './features.js';
import { OPTION_RULES } from './option-rules.js';
import type { OptionName, WritecacheTable } from './table.js';
import type { TargetVersion } from './target-version.js';

export interface Effective<Value> {
  readonly value: Value;
  /** Whether the table names it; otherwise it is the kernel's default. */
  readonly given: boolean;
}

/** All options with their values; absent is what this mode or target version does not have at all. */
export interface EffectiveOptions {
  /** Sectors of 512 bytes. */
  readonly start_sector: Effective<bigint>;
  /** Percent. */
  readonly high_watermark: Effective<number>;
  /** Percent. */
  readonly low_watermark: Effective<number>;
  /** 0: no limit. null: the default, which depends on kernel and machine (256 MiB of pages, or RAM/16; before 6.0 no limit). */
  readonly writeback_jobs: Effective<number | null>;
  readonly autocommit_blocks: Effective<number>;
  /** Milliseconds. */
  readonly autocommit_time: Effective<number>;
  /** Milliseconds; null: age does not matter. */
  readonly max_age?: Effective<number | null>;
  readonly cleaner?: Effective<boolean>;
  readonly fua?: Effective<boolean>;
  readonly metadata_only?: Effective<boolean>;
  /** Milliseconds. */
  readonly pause_writeback?: Effective<number>;
}

/** The options of a table with the kernel's defaults filled in (kernel-target.md §2.2). */
export function effectiveOptions(table: WritecacheTable, version: TargetVersion): EffectiveOptions {
  const { mode, options } = table;
  const has = (name: OptionName): boolean =>
    hasOption(version, name) && (OPTION_RULES[name].onlyMode ?? mode) === mode;
  return {
    start_sector: effective(options.start_sector, 0n),
    high_watermark: effective(options.high_watermark, 50),
    low_watermark: effective(options.low_watermark, 45),
    writeback_jobs: effective<number | null>(options.writeback_jobs, null),
    autocommit_blocks: effective(options.autocommit_blocks, mode === 'p' ? 64 : 65_536),
    autocommit_time: effective(options.autocommit_time, 1000),
    ...(has('max_age') && { max_age: effective<number | null>(options.max_age, null) }),
    ...(has('cleaner') && { cleaner: effectiveFlag(options.cleaner) }),
    ...(has('fua') && { fua: effective(options.fua, true) }),
    ...(has('metadata_only') && { metadata_only: effectiveFlag(options.metadata_only) }),
    ...(has('pause_writeback') && { pause_writeback: effective(options.pause_writeback, 3000) }),
  };
}

function effective<Value>(given: Value | undefined, byDefault: Value): Effective<Value> {
  return given === undefined ? { value: byDefault, given: false } : { value: given, given: true };
}

/** An option without a word for false: it is given exactly if it is true. */
function effectiveFlag(given: boolean | undefined): Effective<boolean> {
  return { value: given === true, given: given === true };
}
