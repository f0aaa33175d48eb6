import { z } from 'zod';
import { certificateSchema, VERIFY_LEVELS, type Evidence } from '../crosscheck/index.js';
import { integer, jsonInteger } from './json.js';

/** `wcache verify --json`: what was proved, and what could not be decided. */
export const verifyDocumentSchema = certificateSchema;

const count = z.int().nonnegative();

/** `wcache verify CACHE --save FILE --json`. */
export const evidenceDocumentSchema = z.strictObject({
  cache: z.string(),
  /** The file in which the evidence is. */
  evidence_path: z.string(),
  evidence_taken: z.iso.datetime(),
  level: z.enum(VERIFY_LEVELS),
  start_sector: jsonInteger,
  block_size: z.int(),
  live_blocks: count,
  /** Of so many blocks there is a digest. */
  digests: count,
  /** Live blocks without one, because their entries changed while they were read. */
  changed: count,
  /** Live blocks that could not be read. */
  unreadable: count,
  held_by: z.array(z.string()),
});
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
