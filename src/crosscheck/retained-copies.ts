import { SECTOR_BYTES } from '../format/index.js';
import { entryRuns } from '../scan/chunks.js';
import type { ScanOptions } from '../scan/index.js';
import { ColumnsBuilder, type BlockColumns } from './block-columns.js';
import { isUsed, ONES } from './entry-words.js';
import type { FinalState } from './final-state.js';
import { sectorOrder } from './sector-order.js';

/**
 * The copies that a cache still holds: writing back frees an entry, but leaves its original_sector and the block's data. So
 * there is a copy of a block, or are several, until the entry is used again.
 */
export class RetainedCopies {
  readonly columns: BlockColumns;
  /** The copies by sector. */
  readonly #order: Uint32Array;
  /** Where in the order each block's copies begin, and behind the last the end. */
  readonly #starts: Uint32Array;

  constructor(columns: BlockColumns) {
    const { sectorHi, sectorLo, count } = columns;
    const order = sectorOrder(sectorHi, sectorLo, count);
    const starts = new Uint32Array(count + 1);
    let blocks = 0;
    for (let at = 0; at < count; at += 1) {
      const [copy, before] = [order[at] ?? 0, order[at - 1] ?? 0];
      const isFirst = at === 0 || sectorHi[copy] !== sectorHi[before] || sectorLo[copy] !== sectorLo[before];
      if (!isFirst) continue;
      starts[blocks] = at;
      blocks += 1;
    }
    starts[blocks] = count;
    this.columns = columns;
    this.#order = order;
    this.#starts = starts.subarray(0, blocks + 1);
  }

  /** Different sectors. */
  get blockCount(): number {
    return this.#starts.length - 1;
  }

  /** The copies of a block, by their positions in the columns. */
  copiesOf(block: number): Uint32Array {
    return this.#order.subarray(this.#starts[block] ?? 0, this.#starts[block + 1] ?? 0);
  }

  /** Whether one of the copies is not free: then the block was not written back. */
  isInUse(block: number): boolean {
    const { seqHi, seqLo } = this.columns;
    return this.copiesOf(block).some((copy) => seqHi[copy] !== ONES || seqLo[copy] !== ONES);
  }
}

/** All that have a sector, free or not. */
export async function retainedCopies(
  { inspection, source }: FinalState,
  scan: ScanOptions,
): Promise<RetainedCopies> {
  const { geometry, startSector } = inspection;
  const builder = new ColumnsBuilder(1024);
  const startBytes = startSector * BigInt(SECTOR_BYTES);
  for await (const run of entryRuns(source, startBytes, Number(geometry.nBlocks), scan)) {
    const { words, firstIndex, count } = run;
    for (let entry = 0, at = 0; entry < count; entry += 1, at += 4) {
      if (!isUsed(words, at)) continue;
      const [lo, hi, seqLo, seqHi] = [
        words[at] ?? 0,
        words[at + 1] ?? 0,
        words[at + 2] ?? 0,
        words[at + 3] ?? 0,
      ];
      builder.add(firstIndex + entry, hi, lo, seqHi, seqLo);
    }
  }
  return new RetainedCopies(builder.build());
}
