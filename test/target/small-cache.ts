import { MemoryDevice } from '../../src/device/index.js';
import { decodeEntry, decodeSuperblock, geometryOf } from '../../src/format/index.js';
import type { TableOptions } from '../../src/table/index.js';
import { ReferenceTarget, type ReferenceTargetOptions } from '../../src/target/index.js';

/** Blocks of one sector, so that a block's number is its sector. */
export const BLOCK = 512;
const ORIGIN_BLOCKS = 64;
const FREE = 2n ** 64n - 1n;

export interface SmallCacheOptions {
  readonly mode: 'p' | 's';
  readonly nBlocks: number;
  readonly options?: TableOptions;
  readonly target?: ReferenceTargetOptions;
  /** 64 unless told. */
  readonly originBlocks?: number;
}

/** A target over memory, resumed, whose parts can be looked at. Nothing is written back or committed by itself unless told. */
export class SmallCache {
  readonly origin: MemoryDevice;
  readonly cache: MemoryDevice;
  readonly #told: SmallCacheOptions;
  #target: ReferenceTarget;

  constructor(told: SmallCacheOptions) {
    this.#told = told;
    this.origin = new MemoryDevice((told.originBlocks ?? ORIGIN_BLOCKS) * BLOCK);
    this.cache = new MemoryDevice(geometryOf(BLOCK, BigInt(told.nBlocks)).dataEndBytes);
    this.#target = this.load();
    this.#target.resume();
  }

  get target(): ReferenceTarget {
    return this.#target;
  }

  /** Another instance over the same devices, as a second table would be: loaded and not resumed. */
  load(options: TableOptions = {}): ReferenceTarget {
    const { mode, options: told = {}, target } = this.#told;
    const all = {
      ...{ high_watermark: 100, low_watermark: 100, autocommit_time: 3_600_000 },
      ...(mode === 's' && { pause_writeback: 0 }),
      ...told,
      ...options,
    };
    const table = { mode, origin: '', cache: '', block_size: BLOCK, options: all };
    return ReferenceTarget.load(table, { origin: this.origin, cache: this.cache }, target);
  }

  /** Makes another instance the one that is used. */
  use(target: ReferenceTarget): void {
    this.#target = target;
    target.resume();
  }

  /** Writes `blocks` blocks, all bytes `value`. */
  write(sector: number, value: number, { blocks = 1, fua = false } = {}): void {
    this.#target.write(sector, new Uint8Array(blocks * BLOCK).fill(value), { fua });
  }

  /** The value of each block as a read gives it. */
  read(sector: number, blocks = 1): number[] {
    const bytes = new Uint8Array(blocks * BLOCK);
    this.#target.read(sector, bytes);
    return values(bytes);
  }

  onOrigin(sector: number, blocks = 1): number[] {
    return values(this.origin.bytes.subarray(sector * BLOCK, (sector + blocks) * BLOCK));
  }

  /** The entries as they are on the medium: `SECTOR@SEQ_COUNT`, `SECTOR free`, or `unused`. */
  entries(): string[] {
    return Array.from({ length: this.#told.nBlocks }, (_, index) => {
      const entry = decodeEntry(this.cache.bytes, 64 + 16 * index);
      if (entry.original_sector === FREE) return 'unused';
      const sector = String(entry.original_sector);
      return entry.seq_count === FREE ? `${sector} free` : `${sector}@${String(entry.seq_count)}`;
    });
  }

  get seqCount(): bigint {
    return decodeSuperblock(this.cache.bytes).seq_count;
  }

  get free(): number {
    return this.#target.status().free_blocks;
  }
}

function values(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length / BLOCK }, (_, block) => bytes[block * BLOCK] ?? 0);
}
