import type { NumberKind } from './kernel-number.js';
import type { OptionName } from './table.js';

/** What the kernel's constructor accepts for an option (kernel-target.md §2.2). */
export interface OptionRule {
  /** How the kernel reads its value; absent for an option that is one word. */
  readonly number?: NumberKind;
  /** The largest value; without it everything that fits the width is taken. */
  readonly max?: bigint;
  /** The only mode that has it, where it is not both. */
  readonly onlyMode?: 'p' | 's';
  /** What the value counts, for messages: `percent`, `milliseconds`. */
  readonly unit?: string;
}

const U32_MAX = 2n ** 32n - 1n;
const PERCENT = { number: 's32', max: 100n, unit: 'percent' } as const;

export const OPTION_RULES: Readonly<Record<OptionName, OptionRule>> = {
  start_sector: { number: 'u64', unit: 'sectors of 512 bytes' },
  high_watermark: PERCENT,
  low_watermark: PERCENT,
  writeback_jobs: { number: 'u32', unit: 'blocks' },
  autocommit_blocks: { number: 'u32', unit: 'blocks' },
  autocommit_time: { number: 'u32', max: 3_600_000n, unit: 'milliseconds' },
  max_age: { number: 'u32', max: 86_400_000n, unit: 'milliseconds' },
  cleaner: {},
  fua: { onlyMode: 'p' },
  metadata_only: {},
  pause_writeback: { number: 'u32', max: 60_000n, onlyMode: 's', unit: 'milliseconds' },
};

/** The largest value of an option that takes one. */
export function largestValue(rule: OptionRule): bigint {
  return rule.max ?? (rule.number === 'u64' ? 2n ** 64n - 1n : U32_MAX);
}
