import { FingerprintSet } from './fingerprint-set.js';
import { PagedBitmap } from './paged-bitmap.js';

/** Above this many different repeated sectors they are not listed one by one any more. */
const MAX_LISTED_REPEATS = 1 << 20;
const SMALL_BITMAP_BYTES = 4 << 20;
const BITMAP_BYTES_PER_CACHE_BLOCK = 2;
/** From this high word on (sector 2^52) a sector goes by its hash: its number is no longer exact as a double. */
const HASHED_FROM_HI = 1 << 20;

/**
 * Finds the origin sectors that more than one committed entry has, in one pass and in memory that does not grow
 * without bound: a bitmap with a bit per origin block as long as that is the smaller thing (it is, unless the
 * origin is thousands of times larger than the cache), else 5.7 bytes per cache block. At the change from the
 * one to the other both are there for a moment: 7.7 bytes per cache block is the most it ever takes.
 */
export class SeenSectors {
  readonly #nBlocks: number;
  readonly #sectorsPerBlock: number;
  readonly #bitmapLimitBytes: number;
  #bitmap: PagedBitmap | null = new PagedBitmap();
  #hashed: FingerprintSet | null = null;
  #repeated: Set<number | bigint> | null = new Set();
  #hasRepeats = false;
  #addsUntilCheck = 0;

  constructor(nBlocks: number, blockSize: number) {
    this.#nBlocks = nBlocks;
    this.#sectorsPerBlock = blockSize / 512;
    this.#bitmapLimitBytes = Math.max(SMALL_BITMAP_BYTES, BITMAP_BYTES_PER_CACHE_BLOCK * nBlocks);
  }

  /** Whether any sector may have come more than once. False is certain. */
  get hasRepeats(): boolean {
    return this.#hasRepeats;
  }

  /**
   * The sectors that may have come more than once (a superset, certain to contain all that did), or null if there
   * are so many that they are not listed. A number where the sector is below 2^53, else a bigint.
   */
  get repeated(): ReadonlySet<number | bigint> | null {
    return this.#repeated;
  }

  /** Takes one committed entry's sector, as two 32-bit halves. */
  add(hi: number, lo: number): void {
    const bitmap = this.#bitmap;
    let seen: boolean;
    if (bitmap !== null && hi < HASHED_FROM_HI && (lo & (this.#sectorsPerBlock - 1)) === 0) {
      seen = bitmap.add((hi * 2 ** 32 + lo) / this.#sectorsPerBlock);
      if ((this.#addsUntilCheck -= 1) < 0) {
        this.#keepBitmapSmall(bitmap);
      }
    } else {
      seen = this.#hashes().add(hi, lo);
    }
    if (seen) {
      this.#noteRepeat(hi, lo);
    }
  }

  #hashes(): FingerprintSet {
    this.#hashed ??= new FingerprintSet(this.#nBlocks);
    return this.#hashed;
  }

  #noteRepeat(hi: number, lo: number): void {
    this.#hasRepeats = true;
    this.#repeated?.add(sectorKey(hi, lo));
    if (this.#repeated !== null && this.#repeated.size > MAX_LISTED_REPEATS) {
      this.#repeated = null;
    }
  }

  #keepBitmapSmall(bitmap: PagedBitmap): void {
    // One add takes at most one page more, so the limit is never passed by more than these 64 pages.
    this.#addsUntilCheck = 64;
    if (bitmap.sizeBytes <= this.#bitmapLimitBytes) {
      return;
    }
    const hashes = this.#hashes();
    bitmap.forEach((block) => {
      const sector = block * this.#sectorsPerBlock;
      hashes.add(Math.floor(sector / 2 ** 32), sector % 2 ** 32);
    });
    this.#bitmap = null;
  }
}

/** A sector as a key of a Set: a number where that is exact, else a bigint. */
export function sectorKey(hi: number, lo: number): number | bigint {
  return hi < 2 ** 21 ? hi * 2 ** 32 + lo : (BigInt(hi) << 32n) | BigInt(lo);
}
