import { z } from 'zod';
import { certificateSchema, VERIFY_LEVELS, type Evidence } from '../crosscheck/index.js';
import { integer, jsonInteger } from './json.js';

/** `wcache verify --json`: what was proved, and what could not be decided. */
export const verifyDocumentSchema = certificateSchema;

const count = z.int().nonnegative();

/** `wcache verify CACHE --save FILE --json`. */
export const evidenceDocumentSchema = z
  .strictObject({
    cache: z.string().describe('The cache device or image, as it was named.'),
    evidence_path: z.string().describe('The file in which the evidence is.'),
    evidence_taken: z.iso.datetime().describe('When it was taken: ISO 8601, UTC.'),
    level: z
      .enum(VERIFY_LEVELS)
      .describe('Of how many live blocks there is a digest: of all, of a sample, of none.'),
    start_sector: jsonInteger.describe(
      'Where the superblock lies, in sectors of 512 bytes from the start of the device.',
    ),
    block_size: z.int().describe('Bytes.'),
    live_blocks: count.describe('Blocks of which the cache has a newer copy than the origin.'),
    digests: count.describe('Of so many of them there is a digest.'),
    changed: count.describe('Live blocks without one, because their entries changed while they were read.'),
    unreadable: count.describe('Live blocks without one, because they could not be read.'),
    held_by: z
      .array(z.string())
      .describe('What uses the cache device right now; empty where that is nothing.'),
  })
  .describe('The evidence that was taken of a cache, by which its removal can be judged later.');
export type EvidenceDocument = z.infer<typeof evidenceDocumentSchema>;

/** `heldBy`: what uses the cache device right now. */
export function evidenceDocument(
  evidence: Evidence,
  where: { readonly cache: string; readonly path: string; readonly heldBy: readonly string[] },
): EvidenceDocument {
  const { takenAt, level, startSector, blockSize, counts, blocks, changed, unreadable } = evidence;
  return {
    cache: where.cache,
    evidence_path: where.path,
    evidence_taken: takenAt,
    level,
    start_sector: integer(startSector),
    block_size: blockSize,
    live_blocks: counts.live,
    digests: blocks.count,
    changed,
    unreadable: unreadable.count,
    held_by: [...where.heldBy],
  };
}
