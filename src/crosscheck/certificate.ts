import { z } from 'zod';

/** How much of what was live is compared: every block, a sample of them, or the metadata alone. */
export const VERIFY_LEVELS = ['full', 'sample', 'metadata'] as const;
export type VerifyLevel = (typeof VERIFY_LEVELS)[number];

const decimal = z.string().regex(/^\d+$/);

/** One block that a finding is about; `index` is its place in the cache, null where it has none any more. */
export const blockExampleSchema = z.strictObject({
  original_sector: decimal,
  index: z.int().nullable(),
  seq_count: decimal.nullable(),
});
export type BlockExample = z.infer<typeof blockExampleSchema>;

/** Stable; documented in wcache-verify(8). */
export const CROSSCHECK_PROBLEM_CODES = [
  /** The newest copy of a block is not on the origin, and no later write can explain it. */
  'block-lost',
  /** Entries are committed still: their blocks were never written back, and the origin alone is stale. */
  'not-written-back',
  /** Entries are neither free nor committed: the target was not suspended. */
  'uncommitted-entry',
  /** The superblock is not the one that the reference predicts. */
  'superblock-differs',
  /** Entries are not as the reference predicts. */
  'metadata-differs',
  /** Blocks that could not be read, on either device. */
  'unreadable',
] as const;

export const UNDECIDED_CODES = [
  /** The origin has other content than the evidence, and there were later writes that may be the reason. */
  'written-later',
  /** Nothing tells which content the block should have: there is no evidence from before. */
  'no-evidence',
  /** Not compared: the level of the check leaves it out. */
  'not-compared',
] as const;

const problemSchema = z.strictObject({
  code: z.enum(CROSSCHECK_PROBLEM_CODES),
  count: z.int(),
  message: z.string(),
  examples: z.array(blockExampleSchema),
});
export type CrosscheckProblem = z.infer<typeof problemSchema>;

const undecidedSchema = z.strictObject({
  code: z.enum(UNDECIDED_CODES),
  count: z.int(),
  message: z.string(),
  examples: z.array(blockExampleSchema),
});
export type Undecided = z.infer<typeof undecidedSchema>;

const superblockSchema = z.strictObject({
  magic: z.string(),
  version: z.int(),
  block_size: z.int(),
  n_blocks: z.union([z.int(), decimal]),
  seq_count: decimal,
});

/** What a cross-check has proved, and what it could not decide: `wcache verify --json`, and kept after a removal. */
export const certificateSchema = z.strictObject({
  format: z.literal(1),
  made: z.iso.datetime(),
  /** The mapping that was removed; null where only devices were named. */
  name: z.string().nullable(),
  cache: z.strictObject({ path: z.string(), ids: z.array(z.string()), start_sector: decimal }),
  origin: z.strictObject({ path: z.string(), ids: z.array(z.string()) }),
  level: z.enum(VERIFY_LEVELS),
  /** When the evidence was taken; null where there is none from before, and only what is there now was judged. */
  evidence_taken: z.iso.datetime().nullable(),
  superblock: z.strictObject({
    before: superblockSchema.nullable(),
    after: superblockSchema.nullable(),
    /** Null where nothing could be predicted. */
    as_predicted: z.boolean().nullable(),
  }),
  metadata: z.strictObject({
    entries: z.int(),
    free: z.int(),
    committed: z.int(),
    uncommitted: z.int(),
    /** `byte-for-byte` with the reference's prediction, where nothing was written since the evidence. */
    compared: z.enum(['byte-for-byte', 'by-rule', 'not']),
    differing: z.int(),
  }),
  /**
   * Each live block is proved, proved_newer, undecided, lost, not_written_back or unreadable. Blocks that were written after
   * the evidence come on top of these: they are proved_late, undecided or lost.
   */
  blocks: z.strictObject({
    /** Live when the evidence was taken; without evidence, those that the cache still holds a copy of. */
    live: z.int(),
    examined: z.int(),
    /** The origin has what the newest copy in the cache had. */
    proved: z.int(),
    /** The origin has a newer copy than the evidence, which the cache still holds. */
    proved_newer: z.int(),
    /** Written after the evidence and proved as well, read while nothing could be written. */
    proved_late: z.int(),
    undecided: z.int(),
    lost: z.int(),
    /** In use in the cache still; with evidence, those that differ on the origin. */
    not_written_back: z.int(),
    /** On either device. */
    unreadable: z.int(),
  }),
  problems: z.array(problemSchema),
  undecided: z.array(undecidedSchema),
  ok: z.boolean(),
});
export type Certificate = z.infer<typeof certificateSchema>;
