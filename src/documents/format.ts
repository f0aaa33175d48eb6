import { z } from 'zod';
import type { FormatPlan } from '../procedure/format-device.js';
import type { CacheState } from '../scan/index.js';
import { cacheStateSchema } from './inspect.js';
import { integer, jsonInteger } from './json.js';

/** `wcache format --json`. */
export const formatDocumentSchema = z
  .strictObject({
    device: z.string().describe('The device or file, as it was named.'),
    action: z
      .enum(['format', 'zero'])
      .describe(
        'format: an empty cache was written. zero: the superblock was zeroed, so that the kernel formats it.',
      ),
    done: z.boolean().describe('False with --dry-run: nothing was written.'),
    previous_state: cacheStateSchema.describe('What was there before, as wcache-inspect(8) tells states.'),
    start_sector: jsonInteger.describe(
      'Where the superblock lies, in sectors of 512 bytes from the start of the device.',
    ),
    block_size: z.int().nullable().describe('Bytes; null with --zero: the kernel decides when it formats.'),
    n_blocks: jsonInteger.nullable().describe('Blocks of the cache; null with --zero.'),
    metadata_sectors: jsonInteger
      .nullable()
      .describe(
        'Superblock and entries, rounded up to whole blocks, in sectors of 512 bytes; null with --zero.',
      ),
    data_offset_bytes: jsonInteger
      .nullable()
      .describe(
        'Where the first block begins, in bytes behind the start of the superblock; null with --zero.',
      ),
    unused_bytes: jsonInteger
      .nullable()
      .describe('Behind the last block, too few for another one; null with --zero.'),
    writes: z
      .array(
        z.strictObject({
          what: z.string().describe('What is written, in words.'),
          offset_bytes: jsonInteger.describe('Where, in bytes from the start of the device.'),
          length_bytes: jsonInteger.describe('How much, in bytes.'),
        }),
      )
      .describe('The writes to the device, in their order.'),
  })
  .describe('What a format wrote to a cache device, or would write.');
export type FormatDocument = z.infer<typeof formatDocumentSchema>;

export function formatDocument(
  device: string,
  plan: FormatPlan,
  previousState: CacheState,
  done: boolean,
): FormatDocument {
  const geometry = plan.action === 'format' ? plan.geometry : null;
  return {
    device,
    action: plan.action,
    done,
    previous_state: previousState,
    start_sector: integer(plan.startSector),
    block_size: geometry?.blockSize ?? null,
    n_blocks: geometry === null ? null : integer(geometry.nBlocks),
    metadata_sectors: geometry === null ? null : integer(geometry.metadataSectors),
    data_offset_bytes: geometry === null ? null : integer(geometry.dataOffsetBytes),
    unused_bytes: plan.action === 'format' ? integer(plan.unusedBytes) : null,
    writes: plan.writes.map(({ what, offset_bytes, length_bytes }) => ({
      what,
      offset_bytes: integer(offset_bytes),
      length_bytes: integer(length_bytes),
    })),
  };
}
