import { SECTOR_BYTES, type Geometry } from '../format/index.js';
import { u64 } from '../scan/index.js';

/** Where blocks lie on a device. Blocks go by their positions in columns that the caller keeps. */
export interface Places {
  /** The blocks in the order of their offsets. */
  readonly order: Uint32Array;
  readonly offsetBytes: (block: number) => bigint;
  /** Bytes from one block to another that is not before it. Exact below 2^32, and at least that much beyond. */
  readonly distance: (from: number, to: number) => number;
}

export interface CacheData {
  readonly blockSize: number;
  /** Where block 0 begins on the device. */
  readonly dataStartBytes: bigint;
}

/** Where the blocks of a cache lie. */
export function cacheData(startSector: bigint, { blockSize, dataOffsetBytes }: Geometry): CacheData {
  return { blockSize, dataStartBytes: startSector * BigInt(SECTOR_BYTES) + dataOffsetBytes };
}

/** Blocks of a cache device; `order` sorts them by their indexes. */
export function cachePlaces(index: Float64Array, order: Uint32Array, at: CacheData): Places {
  return {
    order,
    offsetBytes: (block) => at.dataStartBytes + BigInt(index[block] ?? 0) * BigInt(at.blockSize),
    distance: (from, to) => ((index[to] ?? 0) - (index[from] ?? 0)) * at.blockSize,
  };
}

/** The order of what is sorted already. */
export function ascending(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, position) => position);
}

/** Blocks of the origin; `order` sorts them by their sectors. */
export function originPlaces(hi: Uint32Array, lo: Uint32Array, order: Uint32Array): Places {
  return {
    order,
    offsetBytes: (block) => u64(hi[block] ?? 0, lo[block] ?? 0) * BigInt(SECTOR_BYTES),
    // Only near neighbours matter: a difference that a double rounds is far beyond a gap.
    distance: (from, to) =>
      (((hi[to] ?? 0) - (hi[from] ?? 0)) * 2 ** 32 + (lo[to] ?? 0) - (lo[from] ?? 0)) * SECTOR_BYTES,
  };
}

/** How far one read reaches. */
export interface Reach {
  /** What is read at a time at most. */
  readonly runBytes: number;
  /** It is quicker to read over a gap of this size than to ask once more. */
  readonly gapBytes: number;
}

/** A stretch of `order`, `to` not included, that is read at once. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** Blocks that lie near each other together, in the order of their offsets. */
export function* runsOf({ order, distance }: Places, blockSize: number, reach: Reach): Generator<Run> {
  for (let from = 0; from < order.length;) {
    const first = order[from] ?? 0;
    let last = first;
    let to = from + 1;
    for (; to < order.length; to += 1) {
      const next = order[to] ?? 0;
      if (distance(last, next) > blockSize + reach.gapBytes) break;
      if (distance(first, next) + blockSize > reach.runBytes) break;
      last = next;
    }
    yield { from, to };
    from = to;
  }
}

/** Bytes from the start of a run's first block to the end of its last. */
export function runLength({ order, distance }: Places, blockSize: number, { from, to }: Run): number {
  return distance(order[from] ?? 0, order[to - 1] ?? 0) + blockSize;
}
