import { z } from 'zod';
import {
  ENTRY_BYTES,
  SUPERBLOCK_BYTES,
  decodeSuperblock,
  encodeSuperblock,
  isBlockSize,
} from '../format/index.js';
import { blockExampleSchema, VERIFY_LEVELS } from './certificate.js';
import type { Evidence } from './evidence.js';
import { METADATA_LIMIT } from './metadata.js';

/** index (8), sector (4 + 4), seq_count (4 + 4), digest (8). */
export const BYTES_PER_BLOCK = 32;

const count = z.int().nonnegative();

/** The first line of an evidence file; behind it come the columns, the metadata, and a SHA-256 of all that. */
const headerSchema = z.strictObject({
  format: z.literal(1),
  kind: z.literal('wcache-evidence'),
  taken: z.iso.datetime(),
  level: z.enum(VERIFY_LEVELS),
  start_sector: z.string().regex(/^\d{1,17}$/),
  /** Its 64 bytes in hexadecimal. */
  superblock: z.string().regex(/^[0-9a-f]{128}$/),
  free: count,
  committed: count,
  uncommitted: count,
  live: count,
  changed: count,
  unreadable: z.strictObject({ count, examples: z.array(blockExampleSchema).max(64) }),
  blocks: count,
  metadata_bytes: count.max(METADATA_LIMIT).nullable(),
});
export type EvidenceHeader = z.infer<typeof headerSchema>;

export function headerOf(evidence: Evidence): EvidenceHeader {
  const { counts, changed, unreadable } = evidence;
  return {
    ...{ format: 1, kind: 'wcache-evidence', taken: evidence.takenAt, level: evidence.level },
    start_sector: String(evidence.startSector),
    superblock: Buffer.from(encodeSuperblock(evidence.superblock)).toString('hex'),
    ...{ ...counts, changed },
    unreadable: { count: unreadable.count, examples: [...unreadable.examples] },
    blocks: evidence.blocks.count,
    metadata_bytes: evidence.metadata?.length ?? null,
  };
}

/** What a header stands for, without what is behind it. Null where it makes no sense. */
export function parseHeader(
  line: string,
): (Omit<EvidenceHeader, 'superblock'> & Pick<Evidence, 'superblock'>) | null {
  const header = headerSchema.safeParse(jsonOrNull(line)).data;
  if (header === undefined) return null;
  const superblock = decodeSuperblock(Buffer.from(header.superblock, 'hex'));
  const { n_blocks: nBlocks } = superblock;
  const entries = header.free + header.committed + header.uncommitted;
  const metadataBytes = BigInt(SUPERBLOCK_BYTES) + nBlocks * BigInt(ENTRY_BYTES);
  const makesSense =
    isBlockSize(superblock.block_size) &&
    BigInt(entries) === nBlocks &&
    header.live <= header.committed &&
    header.blocks + header.changed + header.unreadable.count <= header.live &&
    (header.level !== 'metadata' || header.blocks === 0) &&
    (header.metadata_bytes === null || BigInt(header.metadata_bytes) === metadataBytes);
  return makesSense ? { ...header, superblock } : null;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
