import type { BlockDevice } from '../device/block-device.js';
import type { ScanOptions } from './chunks.js';
import { PagedBitmap } from './paged-bitmap.js';
import { selectEntries, type InspectionWithEntries } from './select.js';

/** Neighbouring live blocks on the origin, in 512-byte sectors: from `first_sector`, `sectors` long. */
export interface SectorRange {
  readonly first_sector: bigint;
  readonly sectors: bigint;
}

/** Live blocks of the origin, each by the first of its sectors divided by the sectors of a block. */
interface BlockSet {
  add(hi: number, lo: number): void;
  /** Block numbers in ascending order; a number may come more than once. */
  values(): Iterable<number | bigint>;
}

/** Below this a sector, and the sector behind its block, are exact as doubles at every block size. */
const EXACT_SECTORS = 1n << 52n;

/**
 * Which parts of the origin are newer in the cache, in ascending order, neighbours merged. Takes 1 bit for each
 * origin block up to the highest live one, or 8 bytes for each live block, whichever is less.
 */
export class DirtyRanges {
  readonly #sectorsPerBlock: bigint;
  readonly #blocks: BlockSet;
  /** One past the highest live sector; 0 where nothing is live. */
  readonly endSector: bigint;

  private constructor(sectorsPerBlock: bigint, blocks: BlockSet, endSector: bigint) {
    this.#sectorsPerBlock = sectorsPerBlock;
    this.#blocks = blocks;
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
    const blocks = blockSet(sectorsPerBlock, live, maxOriginalSector ?? 0n);
    for await (const batch of selectEntries(device, inspection, { state: 'live' }, options)) {
      for (let at = 0; at < batch.count; at += 1) {
        blocks.add(batch.sectorHi[at] ?? 0, batch.sectorLo[at] ?? 0);
      }
    }
    const end = maxOriginalSector === null ? 0n : maxOriginalSector + BigInt(sectorsPerBlock);
    return new DirtyRanges(BigInt(sectorsPerBlock), blocks, end);
  }

  *ranges(): Generator<SectorRange> {
    let first: number | bigint | null = null;
    let last: number | bigint = 0;
    for (const block of this.#blocks.values()) {
      if (first === null) {
        first = block;
      } else if (block !== last && BigInt(block) !== BigInt(last) + 1n) {
        yield this.#range(first, last);
        first = block;
      }
      last = block;
    }
    if (first !== null) {
      yield this.#range(first, last);
    }
  }

  #range(firstBlock: number | bigint, lastBlock: number | bigint): SectorRange {
    const first = BigInt(firstBlock);
    return {
      first_sector: first * this.#sectorsPerBlock,
      sectors: (BigInt(lastBlock) - first + 1n) * this.#sectorsPerBlock,
    };
  }
}

function blockSet(sectorsPerBlock: number, live: number, highest: bigint): BlockSet {
  if (highest >= EXACT_SECTORS) {
    return new SortedBigBlocks(sectorsPerBlock, live);
  }
  return Number(highest) / sectorsPerBlock / 64 <= live
    ? new BitmapBlocks(sectorsPerBlock)
    : new SortedBlocks(sectorsPerBlock, live);
}

class BitmapBlocks implements BlockSet {
  readonly #bitmap = new PagedBitmap();
  readonly #sectorsPerBlock: number;

  constructor(sectorsPerBlock: number) {
    this.#sectorsPerBlock = sectorsPerBlock;
  }

  add(hi: number, lo: number): void {
    this.#bitmap.add(Math.floor((hi * 2 ** 32 + lo) / this.#sectorsPerBlock));
  }

  values(): Iterable<number> {
    return this.#bitmap.values();
  }
}

class SortedBlocks implements BlockSet {
  readonly #sectorsPerBlock: number;
  #blocks: Float64Array;
  #count = 0;

  constructor(sectorsPerBlock: number, expected: number) {
    this.#sectorsPerBlock = sectorsPerBlock;
    this.#blocks = new Float64Array(expected);
  }

  add(hi: number, lo: number): void {
    // A running cache can have more live blocks by now than when they were counted.
    if (this.#count === this.#blocks.length) {
      const larger = new Float64Array(this.#count * 2 + 16);
      larger.set(this.#blocks);
      this.#blocks = larger;
    }
    this.#blocks[this.#count] = Math.floor((hi * 2 ** 32 + lo) / this.#sectorsPerBlock);
    this.#count += 1;
  }

  values(): Iterable<number> {
    return this.#blocks.subarray(0, this.#count).sort();
  }
}

/** For what only a made-up image holds: sectors that a double can't tell apart. */
class SortedBigBlocks implements BlockSet {
  readonly #sectorsPerBlock: bigint;
  #blocks: BigUint64Array;
  #count = 0;

  constructor(sectorsPerBlock: number, expected: number) {
    this.#sectorsPerBlock = BigInt(sectorsPerBlock);
    this.#blocks = new BigUint64Array(expected);
  }

  add(hi: number, lo: number): void {
    if (this.#count === this.#blocks.length) {
      const larger = new BigUint64Array(this.#count * 2 + 16);
      larger.set(this.#blocks);
      this.#blocks = larger;
    }
    this.#blocks[this.#count] = ((BigInt(hi) << 32n) | BigInt(lo)) / this.#sectorsPerBlock;
    this.#count += 1;
  }

  values(): Iterable<bigint> {
    return this.#blocks.subarray(0, this.#count).sort();
  }
}
