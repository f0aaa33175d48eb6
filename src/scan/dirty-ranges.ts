import type { BlockDevice } from '../device/block-device.js';
import type { ScanOptions } from './chunks.js';
import { PagedBitmap } from './paged-bitmap.js';
import { selectEntries, type InspectionWithEntries } from './select.js';

/** Neighbouring live blocks on the origin, in 512-byte sectors: from `first_sector`, `sectors` long. */
export interface SectorRange {
  readonly first_sector: bigint;
  readonly sectors: bigint;
}

/**
 * Below this number a block's sectors are below 2^52 at every block size, exact as doubles. No real origin has
 * blocks beyond; what a hostile image claims there is kept apart, and not merged.
 */
const EXACT_BLOCKS = 2 ** 45;

/**
 * Which parts of the origin are newer in the cache, in ascending order, neighbours merged. Takes 1 bit for each
 * origin block up to the highest live one, or 8 bytes for each live block, whichever is less.
 */
export class DirtyRanges {
  readonly #sectorsPerBlock: number;
  readonly #blocks: { values(): Iterable<number> };
  readonly #beyond: readonly bigint[];
  /** One past the highest live sector; 0 where nothing is live. */
  readonly endSector: bigint;

  private constructor(
    sectorsPerBlock: number,
    blocks: { values(): Iterable<number> },
    beyond: readonly bigint[],
    endSector: bigint,
  ) {
    this.#sectorsPerBlock = sectorsPerBlock;
    this.#blocks = blocks;
    this.#beyond = beyond;
    this.endSector = endSector;
  }

  /** Reads the entries once more and collects the live ones. */
  static async collect(
    device: BlockDevice,
    inspection: InspectionWithEntries,
    options: ScanOptions = {},
  ): Promise<DirtyRanges> {
    const sectorsPerBlock = inspection.geometry.blockSize / 512;
    const { live, maxOriginalSector } = inspection.entries;
    const highest = Number(maxOriginalSector ?? 0n) / sectorsPerBlock;
    const blocks = highest / 64 <= live ? new BitmapBlocks() : new SortedBlocks(live);
    const beyond: bigint[] = [];
    for await (const batch of selectEntries(device, inspection, { state: 'live' }, options)) {
      for (let at = 0; at < batch.count; at += 1) {
        const hi = batch.sectorHi[at] ?? 0;
        const lo = batch.sectorLo[at] ?? 0;
        const block = Math.floor((hi * 2 ** 32 + lo) / sectorsPerBlock);
        if (block < EXACT_BLOCKS) {
          blocks.add(block);
        } else {
          beyond.push((BigInt(hi) << 32n) | BigInt(lo));
        }
      }
    }
    const end = maxOriginalSector === null ? 0n : maxOriginalSector + BigInt(sectorsPerBlock);
    beyond.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return new DirtyRanges(sectorsPerBlock, blocks, beyond, end);
  }

  *ranges(): Generator<SectorRange> {
    let first = -1;
    let end = -1;
    for (const block of this.#blocks.values()) {
      if (block !== end) {
        if (end > first) {
          yield this.#range(first, end);
        }
        first = block;
      }
      end = block + 1;
    }
    if (end > first) {
      yield this.#range(first, end);
    }
    for (const sector of this.#beyond) {
      yield { first_sector: sector, sectors: BigInt(this.#sectorsPerBlock) };
    }
  }

  #range(firstBlock: number, endBlock: number): SectorRange {
    return {
      first_sector: BigInt(firstBlock) * BigInt(this.#sectorsPerBlock),
      sectors: BigInt(endBlock - firstBlock) * BigInt(this.#sectorsPerBlock),
    };
  }
}

class BitmapBlocks {
  readonly #bitmap = new PagedBitmap();

  add(block: number): void {
    this.#bitmap.add(block);
  }

  values(): Iterable<number> {
    return this.#bitmap.values();
  }
}

class SortedBlocks {
  readonly #blocks: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#blocks = new Float64Array(capacity);
  }

  add(block: number): void {
    this.#blocks[this.#count] = block;
    this.#count += 1;
  }

  /** The blocks in ascending order; two entries of one misaligned block count once. */
  *values(): Generator<number> {
    const sorted = this.#blocks.subarray(0, this.#count).sort();
    let last = -1;
    for (const block of sorted) {
      if (block !== last) {
        yield block;
      }
      last = block;
    }
  }
}
