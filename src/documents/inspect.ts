import { z } from 'zod';
import { formatMagic, SECTOR_BYTES } from '../format/index.js';
import type { Inspection, InspectionWithEntries, SectorRange } from '../scan/index.js';
import { errorSchema } from './error.js';
import { integer, jsonInteger, u64String } from './json.js';

export const cacheStateSchema = z.enum(['blank', 'torn', 'clean', 'dirty', 'damaged', 'foreign']);

export const superblockSchema = z.strictObject({
  magic: z.string().regex(/^0x[0-9a-f]{8}$/),
  version: z.int(),
  block_size: z.int(),
  n_blocks: jsonInteger,
  seq_count: u64String,
});

/** `wcache inspect --json`. */
export const inspectDocumentSchema = z.strictObject({
  device: z.string(),
  size_bytes: jsonInteger,
  start_sector: jsonInteger,
  state: cacheStateSchema,
  reason: z.string(),
  superblock: superblockSchema.nullable(),
  geometry: z
    .strictObject({
      metadata_sectors: jsonInteger,
      data_offset_bytes: jsonInteger,
      unused_bytes: jsonInteger,
      max_n_blocks: jsonInteger.nullable(),
    })
    .nullable(),
  entries: z
    .strictObject({
      free: jsonInteger,
      committed: jsonInteger,
      uncommitted: jsonInteger,
      live: jsonInteger,
      stale: jsonInteger,
      identical: jsonInteger,
      max_original_sector: u64String.nullable(),
    })
    .nullable(),
  held_by: z.array(z.string()),
  /** Where there is no cache at `start_sector`: sectors of the first MiB at which there is a superblock. */
  superblock_sectors: z.array(jsonInteger),
  /** A running cache committed while it was read: the numbers mix two moments. */
  changed_while_read: z.boolean(),
});
export type InspectDocument = z.infer<typeof inspectDocumentSchema>;

/** `heldBy`: what uses the device right now, for example the writecache mapping on it. */
export function inspectDocument(
  inspection: Inspection,
  heldBy: readonly string[],
  elsewhere: readonly bigint[] = [],
): InspectDocument {
  const { superblock, geometry, entries, state } = inspection;
  const isWritecache = state !== 'blank' && state !== 'foreign';
  return {
    device: inspection.name,
    size_bytes: integer(inspection.sizeBytes),
    start_sector: integer(inspection.startSector),
    state,
    reason: inspection.reason,
    superblock: isWritecache
      ? {
          magic: formatMagic(superblock.magic),
          version: superblock.version,
          block_size: superblock.block_size,
          n_blocks: integer(superblock.n_blocks),
          seq_count: String(superblock.seq_count),
        }
      : null,
    geometry:
      geometry === null
        ? null
        : {
            metadata_sectors: integer(geometry.metadataSectors),
            data_offset_bytes: integer(geometry.dataOffsetBytes),
            unused_bytes: integer(inspection.areaBytes - geometry.dataEndBytes),
            max_n_blocks: inspection.maxNBlocks === null ? null : integer(inspection.maxNBlocks),
          },
    entries:
      entries === null
        ? null
        : {
            free: entries.free,
            committed: entries.committed,
            uncommitted: entries.uncommitted,
            live: entries.live,
            stale: entries.copies.stale,
            identical: entries.copies.identical,
            max_original_sector:
              entries.maxOriginalSector === null ? null : String(entries.maxOriginalSector),
          },
    held_by: [...heldBy],
    superblock_sectors: elsewhere.map(integer),
    changed_while_read: inspection.changedWhileRead,
  };
}

export const entryStateSchema = z.enum(['free', 'live', 'stale', 'identical', 'uncommitted']);

/** One entry, as `wcache inspect --entries` and `--at` give it. */
export const entrySchema = z.strictObject({
  index: z.int().nonnegative(),
  state: entryStateSchema,
  original_sector: u64String,
  seq_count: u64String,
  /** Where the block's data lies on the cache device. */
  data_offset_bytes: jsonInteger,
});
export type EntryDocument = z.infer<typeof entrySchema>;

/** `wcache inspect --entries --json`. */
export const entriesDocumentSchema = z.strictObject({
  device: z.string(),
  start_sector: jsonInteger,
  entries: z.array(entrySchema),
  /** Set where reading failed half-way: the entries before that are above. */
  error: errorSchema.optional(),
});

/** `wcache inspect --at SECTOR --json`. */
export const sectorDocumentSchema = z.strictObject({
  device: z.string(),
  sector: jsonInteger,
  /** Whether a read of the sector is answered by the cache. */
  cached: z.boolean(),
  /** The entry that holds the sector's newest committed data. */
  live: entrySchema.nullable(),
  copies_total: jsonInteger,
  /** The entries for the block, in the order of their indexes; of more than a thousand the first, and the live one. */
  copies: z.array(entrySchema),
});
export type SectorDocument = z.infer<typeof sectorDocumentSchema>;

/** `wcache inspect --map --json`: where on the origin the cache is newer. */
export const mapDocumentSchema = z.strictObject({
  device: z.string(),
  block_size: z.int(),
  live_blocks: jsonInteger,
  /** One past the highest live sector. */
  end_sector: jsonInteger,
  ranges: z.array(z.strictObject({ first_sector: jsonInteger, sectors: jsonInteger })),
  error: errorSchema.optional(),
});

export function rangeDocument(range: SectorRange): {
  first_sector: number | bigint;
  sectors: number | bigint;
} {
  return { first_sector: integer(range.first_sector), sectors: integer(range.sectors) };
}

/** Byte offset on the cache device of a cache block's data. */
export function dataOffsetBytes(inspection: InspectionWithEntries, index: number): bigint {
  const { startSector, geometry } = inspection;
  return (
    startSector * BigInt(SECTOR_BYTES) + geometry.dataOffsetBytes + BigInt(index) * BigInt(geometry.blockSize)
  );
}
