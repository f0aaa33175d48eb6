import { u64 } from '../scan/index.js';
import type { BlockColumns } from './block-columns.js';
import type { BlockExample } from './certificate.js';

/** As many as help to find the cause; the count tells the extent. */
export const MAX_EXAMPLES = 8;

/** A block of columns as an example of a finding. */
export function blockExample(columns: BlockColumns, block: number): BlockExample {
  const { index, sectorHi, sectorLo, seqHi, seqLo } = columns;
  return {
    original_sector: String(u64(sectorHi[block] ?? 0, sectorLo[block] ?? 0)),
    index: index[block] ?? null,
    seq_count: String(u64(seqHi[block] ?? 0, seqLo[block] ?? 0)),
  };
}
