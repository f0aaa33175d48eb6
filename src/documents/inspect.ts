import { z } from 'zod';
import { formatMagic, SECTOR_BYTES } from '../format/index.js';
import type { Inspection, InspectionWithEntries, SectorRange } from '../scan/index.js';
import { errorSchema } from './error.js';
import { integer, jsonInteger, u64String } from './json.js';

/** What wcache-inspect(8) says of the states. */
export const cacheStateSchema = z
  .enum(['blank', 'torn', 'clean', 'dirty', 'damaged', 'foreign'])
  .describe(
    'blank: magic and version are zero, the kernel would format it. torn: a format was cut short. ' +
      'clean: valid, and nothing is only in the cache. dirty: valid, and something is only in the cache. ' +
      'damaged: the kernel would refuse the superblock, or entries cannot be right. foreign: no writecache.',
  );

export const superblockSchema = z.strictObject({
  magic: z
    .string()
    .regex(/^0x[0-9a-f]{8}$/)
    .describe('In hexadecimal; 0x23489321 in a usable superblock.'),
  version: z.int().describe('Of the on-disk format; 1 in a usable superblock.'),
  block_size: z.int().describe('Bytes.'),
  n_blocks: jsonInteger.describe('Blocks of the cache.'),
  seq_count: u64String.describe(
    'Of the next commit: entries with a lower one are committed. A decimal string, as it may need all of 64 bits.',
  ),
});

/** `wcache inspect --json`. */
export const inspectDocumentSchema = z
  .strictObject({
    device: z.string().describe('The device or file, as it was named.'),
    size_bytes: jsonInteger.describe('Its size in bytes.'),
    start_sector: jsonInteger.describe(
      'Where the superblock lies, in sectors of 512 bytes from the start of the device.',
    ),
    state: cacheStateSchema,
    reason: z.string().describe('Why the state is what it is, in words.'),
    superblock: superblockSchema
      .nullable()
      .describe('As it is on the device; null where it is blank or foreign.'),
    geometry: z
      .strictObject({
        metadata_sectors: jsonInteger.describe(
          'Superblock and entries, rounded up to whole blocks, in sectors of 512 bytes.',
        ),
        data_offset_bytes: jsonInteger.describe(
          'Where block 0 begins, in bytes behind the start of the superblock.',
        ),
        unused_bytes: jsonInteger.describe('Behind the last block.'),
        max_n_blocks: jsonInteger
          .nullable()
          .describe(
            'How many blocks a format with this block size would make now; null where it would make none.',
          ),
      })
      .nullable()
      .describe('Where things lie on the device; null where the superblock is not usable.'),
    entries: z
      .strictObject({
        free: jsonInteger.describe('Entries whose seq_count is all ones.'),
        committed: jsonInteger.describe(
          "Entries with a lower seq_count than the superblock's: live and stale ones.",
        ),
        uncommitted: jsonInteger.describe(
          "Entries written after the last commit, with the superblock's seq_count or a higher one. The kernel drops them.",
        ),
        live: jsonInteger.describe(
          'Committed entries that hold the newest copy of their block, newer than the origin.',
        ),
        stale: jsonInteger.describe('Committed entries of whose block another one has a newer copy.'),
        identical: jsonInteger.describe(
          'Of the stale ones, those that have the same sector and seq_count as another entry.',
        ),
        max_original_sector: u64String
          .nullable()
          .describe(
            'The highest origin sector of a committed entry, in sectors of 512 bytes, as a decimal string; null where there is none.',
          ),
      })
      .nullable()
      .describe(
        'How many entries are in which state: free + committed + uncommitted = n_blocks. Null where there are none to read.',
      ),
    held_by: z
      .array(z.string())
      .describe(
        'What uses the device right now, for example the writecache on it; empty where that is nothing.',
      ),
    superblock_sectors: z
      .array(jsonInteger)
      .describe(
        'Where there is no cache at start_sector: at which sectors (512 bytes each) of the first MiB there is a superblock.',
      ),
    changed_while_read: z
      .boolean()
      .describe('Whether a running cache committed while it was read, so that the numbers mix two moments.'),
  })
  .describe('What is on a cache device: superblock, geometry, and how many entries are in which state.');
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

export const entryStateSchema = z
  .enum(['free', 'live', 'stale', 'identical', 'uncommitted'])
  .describe(
    'free: holds nothing. live: the newest committed copy of its block. stale: an older one. ' +
      'identical: as stale, with the same seq_count as another. uncommitted: written after the last commit.',
  );

/** One entry, as `wcache inspect --entries` and `--at` give it. */
export const entrySchema = z.strictObject({
  index: z.int().nonnegative().describe('Of the entry and of its block, from 0.'),
  state: entryStateSchema,
  original_sector: u64String.describe(
    'Where its block belongs on the origin, in sectors of 512 bytes; of a free entry what was left there. The raw field as a decimal string.',
  ),
  seq_count: u64String.describe('The raw field as a decimal string; 18446744073709551615 in a free entry.'),
  data_offset_bytes: jsonInteger.describe(
    "Where the block's data lies, in bytes from the start of the cache device.",
  ),
});
export type EntryDocument = z.infer<typeof entrySchema>;

/** `wcache inspect --entries --json`. */
export const entriesDocumentSchema = z
  .strictObject({
    device: z.string().describe('The device or file, as it was named.'),
    start_sector: jsonInteger.describe(
      'Where the superblock lies, in sectors of 512 bytes from the start of the device.',
    ),
    entries: z.array(entrySchema).describe('The entries that were asked for, in the order of their indexes.'),
    error: errorSchema
      .optional()
      .describe('Only where reading failed half-way: the entries before that are above.'),
  })
  .describe('Entries of a cache device, one by one.');

/** `wcache inspect --at SECTOR --json`. */
export const sectorDocumentSchema = z
  .strictObject({
    device: z.string().describe('The device or file, as it was named.'),
    sector: jsonInteger.describe('The sector of the origin that was asked for; 512 bytes each.'),
    cached: z.boolean().describe('Whether a read of the sector is answered by the cache.'),
    live: entrySchema
      .nullable()
      .describe("The entry that holds the sector's newest committed data; null where none does."),
    copies_total: jsonInteger.describe('How many entries there are for the block, in whatever state.'),
    copies: z
      .array(entrySchema)
      .describe(
        'These entries, in the order of their indexes; of more than a thousand the first, and the live one.',
      ),
  })
  .describe('What a cache device has of one sector of the origin.');
export type SectorDocument = z.infer<typeof sectorDocumentSchema>;

/** `wcache inspect --map --json`: where on the origin the cache is newer. */
export const mapDocumentSchema = z
  .strictObject({
    device: z.string().describe('The device or file, as it was named.'),
    block_size: z.int().describe('Bytes.'),
    live_blocks: jsonInteger.describe('Blocks of which the cache has a newer copy than the origin.'),
    end_sector: jsonInteger.describe(
      'One past the highest sector (512 bytes each) of the origin for which that is so; 0 where there is none.',
    ),
    ranges: z
      .array(
        z.strictObject({
          first_sector: jsonInteger.describe(
            'Where the range begins on the origin, in sectors of 512 bytes.',
          ),
          sectors: jsonInteger.describe('How long it is, in sectors of 512 bytes.'),
        }),
      )
      .describe('The ranges of the origin in which the cache is newer, in the order of their sectors.'),
    error: errorSchema
      .optional()
      .describe('Only where reading failed half-way: the ranges before that are above.'),
  })
  .describe('Where on the origin the cache has newer data.');

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
