/** For what the kernel refuses. Stable. */
export const REFUSAL_CODES = [
  'missing-word',
  'bad-mode',
  'pmem-not-supported',
  'origin-not-found',
  'cache-not-found',
  'bad-block-size',
  'block-size-below-logical-block',
  'bad-count',
  'unknown-option',
  'option-too-new',
  'option-of-other-mode',
  'missing-value',
  'bad-number',
  'out-of-range',
  'start-sector-beyond-cache',
  'watermarks-crossed',
  'not-dax',
  'cache-size-unusable',
  'no-superblock',
  'block-size-mismatch',
  'superblock-unusable',
] as const;

/**
 * For what the kernel takes and wcache refuses (errors) or points out (warnings). Stable; wcache-table(8) explains each.
 */
export const STRICTER_CODES = [
  'extra-words',
  'number-overflow',
  'contradictory-option',
  'same-device',
  'repeated-option',
  'odd-number',
  'device-without-path',
  'large-block-size',
  'start-inside-logical-block',
  'unaligned-start-sector',
  'start-sector-not-printed',
  'low-watermark-unused',
  'too-many-words-for-some',
  'max-age-too-short',
  'unlimited-writeback-jobs',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];
export type StricterCode = (typeof STRICTER_CODES)[number];
export type TableProblemCode = RefusalCode | StricterCode;

export interface TableProblem {
  readonly code: TableProblemCode;
  /** `error`: the kernel or wcache refuses the table. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to do. */
  readonly hint: string;
  /** Which word, from 0; null where it is none of them. */
  readonly wordIndex: number | null;
  /** The kernel would take it. */
  readonly stricter: boolean;
}
