import { z } from 'zod';
import type { FormatPlan } from '../procedure/format-device.js';
import type { CacheState } from '../scan/index.js';
import { cacheStateSchema } from './inspect.js';
import { integer, jsonInteger } from './json.js';

/** `wcache format --json`. */
export const formatDocumentSchema = z.strictObject({
  device: z.string(),
  action: z.enum(['format', 'zero']),
  /** False after `--dry-run`. */
  done: z.boolean(),
  previous_state: cacheStateSchema,
  start_sector: jsonInteger,
  /** Null with `--zero`: the kernel decides when it formats. */
  block_size: z.int().nullable(),
  n_blocks: jsonInteger.nullable(),
  metadata_sectors: jsonInteger.nullable(),
  data_offset_bytes: jsonInteger.nullable(),
  unused_bytes: jsonInteger.nullable(),
  writes: z.array(z.strictObject({ what: z.string(), offset_bytes: jsonInteger, length_bytes: jsonInteger })),
});
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
