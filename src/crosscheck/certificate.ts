import { z } from 'zod';

/** How much of what was live is compared: every block, a sample of them, or the metadata alone. */
export const VERIFY_LEVELS = ['full', 'sample', 'metadata'] as const;
export type VerifyLevel = (typeof VERIFY_LEVELS)[number];

const decimal = z.string().regex(/^\d+$/);

/** One block that a finding is about. */
export const blockExampleSchema = z.strictObject({
  original_sector: decimal.describe(
    'Where the block belongs on the origin, in sectors of 512 bytes, as a decimal string.',
  ),
  index: z.int().nullable().describe('Its place in the cache, from 0; null where it has none any more.'),
  seq_count: decimal.nullable().describe("The entry's, as a decimal string; null where that is not known."),
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

const count = z.int();

const problemSchema = z.strictObject({
  code: z
    .enum(CROSSCHECK_PROBLEM_CODES)
    .describe('What is wrong: a word for programs, which does not change; see wcache-verify(8).'),
  count: count.describe('How many blocks or entries it is about.'),
  message: z.string().describe('What was found and what follows from it.'),
  examples: z.array(blockExampleSchema).describe('The first of them.'),
});
export type CrosscheckProblem = z.infer<typeof problemSchema>;

const undecidedSchema = z.strictObject({
  code: z
    .enum(UNDECIDED_CODES)
    .describe('Why it is undecided: a word for programs, which does not change; see wcache-verify(8).'),
  count: count.describe('How many blocks it is about.'),
  message: z.string().describe('The same in words.'),
  examples: z.array(blockExampleSchema).describe('The first of them.'),
});
export type Undecided = z.infer<typeof undecidedSchema>;

const superblockSchema = z.strictObject({
  magic: z.string().describe('In hexadecimal; 0x23489321 in a usable superblock.'),
  version: z.int().describe('Of the on-disk format; 1 in a usable superblock.'),
  block_size: z.int().describe('Bytes.'),
  n_blocks: z
    .union([z.int(), decimal])
    .describe('Blocks of the cache; a decimal string where a double would round it.'),
  seq_count: decimal.describe('The raw field as a decimal string.'),
});

/** What a cross-check has proved, and what it could not decide: `wcache verify --json`, and kept after a removal. */
export const certificateSchema = z
  .strictObject({
    format: z.literal(1).describe('Of the certificate.'),
    made: z.iso.datetime().describe('When it was made: ISO 8601, UTC.'),
    name: z.string().nullable().describe('The mapping that was removed; null where only devices were named.'),
    cache: z
      .strictObject({
        path: z.string().describe('As it was named, or its path.'),
        ids: z
          .array(z.string())
          .describe('By which it can be known after a reboot; empty where it has none.'),
        start_sector: decimal.describe(
          'Where its superblock lies, in sectors of 512 bytes from its start, as a decimal string.',
        ),
      })
      .describe('The cache device.'),
    origin: z
      .strictObject({
        path: z.string().describe('As it was named, or its path.'),
        ids: z
          .array(z.string())
          .describe('By which it can be known after a reboot; empty where it has none.'),
      })
      .describe('The origin.'),
    level: z
      .enum(VERIFY_LEVELS)
      .describe(
        'How much of what was live was compared: every block, a sample of them, or the metadata alone.',
      ),
    evidence_taken: z.iso
      .datetime()
      .nullable()
      .describe(
        'When the evidence was taken; null where there is none from before, and only what is there now was judged.',
      ),
    superblock: z
      .strictObject({
        before: superblockSchema.nullable().describe('In the evidence; null where there is none.'),
        after: superblockSchema.nullable().describe('As it is now; null where there is none to read.'),
        as_predicted: z
          .boolean()
          .nullable()
          .describe(
            'Whether it is the one that the reference implementation predicts; null where it could predict none.',
          ),
      })
      .describe('The superblock of the cache device before and after.'),
    metadata: z
      .strictObject({
        entries: count.describe('Entries of the cache device: as many as it has blocks.'),
        free: count.describe('Entries that hold nothing.'),
        committed: count.describe("Entries whose seq_count is below the superblock's."),
        uncommitted: count.describe('Entries that are neither.'),
        compared: z
          .enum(['byte-for-byte', 'by-rule', 'not'])
          .describe(
            "byte-for-byte: with the reference implementation's prediction, where nothing was written since the evidence. by-rule: with the rules of the format.",
          ),
        differing: count.describe('Entries that are not as they have to be.'),
      })
      .describe('The entries of the cache device as they are now.'),
    blocks: z
      .strictObject({
        live: count.describe(
          'Live when the evidence was taken; without evidence, those that the cache still holds a copy of.',
        ),
        examined: count.describe('Of these, so many were looked at.'),
        proved: count.describe('The origin has what the newest copy in the cache had.'),
        proved_newer: count.describe(
          'The origin has a newer copy than the evidence, which the cache still holds.',
        ),
        proved_late: count.describe(
          'Written after the evidence and proved as well, read while nothing could be written.',
        ),
        undecided: count.describe('Neither proved nor lost; why, `undecided` tells.'),
        lost: count.describe('The newest copy is not on the origin, and no later write can explain it.'),
        not_written_back: count.describe(
          'In use in the cache still; with evidence, those of them that differ on the origin.',
        ),
        unreadable: count.describe('Could not be read, on either device.'),
      })
      .describe(
        'What became of the blocks. Each live one is proved, proved_newer, undecided, lost, not_written_back or unreadable. ' +
          'Blocks that were written after the evidence come on top of these: they are proved_late, undecided or lost.',
      ),
    problems: z.array(problemSchema).describe('What speaks against the removal; empty where nothing does.'),
    undecided: z.array(undecidedSchema).describe('What could not be decided, which is no problem by itself.'),
    ok: z.boolean().describe('Whether there is no problem.'),
  })
  .describe(
    'What a cross-check of the origin against the cache device has proved, and what it could not decide.',
  );
export type Certificate = z.infer<typeof certificateSchema>;
