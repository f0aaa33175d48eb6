import type { BlockDevice } from '../device/index.js';
import type { BlockColumns } from './block-columns.js';
import { digestOf } from './digest.js';
import { cachePlaces, originPlaces, type CacheData } from './places.js';
import { paced, sweep, type PaceOptions } from './sweep.js';
import { sweepLater } from './sweep-later.js';
import type { Missing, SweepVisitor } from './visitor.js';

/** The digests of blocks by their positions in columns, as far as they could be read. */
export class Digests {
  readonly #digest: BigUint64Array;
  readonly #missing = new Map<number, Missing>();

  constructor(count: number) {
    this.#digest = new BigUint64Array(count);
  }

  /** Null where the block could not be read. */
  of(block: number): bigint | null {
    return this.#missing.has(block) ? null : (this.#digest[block] ?? null);
  }

  whyMissing(block: number): Missing | null {
    return this.#missing.get(block) ?? null;
  }

  readonly visitor: SweepVisitor = {
    take: (block, bytes) => {
      this.#digest[block] = digestOf(bytes);
    },
    missing: (block, why) => this.#missing.set(block, why),
  };
}

/** What the cache device has of the blocks in `order`, which is by index. */
export async function cacheDigests(
  device: BlockDevice,
  data: CacheData,
  columns: BlockColumns,
  order: Uint32Array,
  options: PaceOptions,
): Promise<Digests> {
  const digests = new Digests(columns.count);
  const runs = sweep(device, data.blockSize, cachePlaces(columns.index, order, data), digests.visitor);
  await paced(device.name, runs, options);
  return digests;
}

/** What the origin has of the blocks in `order`, which is by sector. */
export async function originDigests(
  device: BlockDevice,
  blockSize: number,
  columns: Pick<BlockColumns, 'count' | 'sectorHi' | 'sectorLo'>,
  order: Uint32Array,
  options: PaceOptions,
): Promise<Digests> {
  const digests = new Digests(columns.count);
  const places = originPlaces(columns.sectorHi, columns.sectorLo, order);
  await sweepLater(device, blockSize, places, digests.visitor, options);
  return digests;
}
