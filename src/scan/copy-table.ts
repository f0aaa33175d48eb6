import { u64 } from './examples.js';
import { mix, newHashSeed, slotOf } from './hash.js';

const LOAD = 0.7;

/**
 * For each of some sectors, which entry the kernel would keep so far: an exact open-addressing table on typed
 * arrays, about 36 bytes for each sector that it was made for.
 */
export class CopyTable {
  readonly #seed = newHashSeed().place;
  #capacity: number;
  #size = 0;
  #sectorHi: Uint32Array;
  #sectorLo: Uint32Array;
  #seqHi: Uint32Array;
  #seqLo: Uint32Array;
  /** Index of the entry plus 2, 1 where the sector is watched but has none yet, 0 where the slot is empty. */
  #index: Float64Array;

  constructor(expected: number) {
    this.#capacity = Math.ceil(expected / LOAD) + 16;
    this.#sectorHi = new Uint32Array(this.#capacity);
    this.#sectorLo = new Uint32Array(this.#capacity);
    this.#seqHi = new Uint32Array(this.#capacity);
    this.#seqLo = new Uint32Array(this.#capacity);
    this.#index = new Float64Array(this.#capacity);
  }

  /** The slot of a sector, or -1 if it is not in the table. */
  find(hi: number, lo: number): number {
    const slot = this.#probe(hi, lo);
    return this.#index[slot] === 0 ? -1 : slot;
  }

  /** The slot of a sector, made where it is not there yet. Slots found earlier are void after this. */
  watch(hi: number, lo: number): number {
    if (this.#size + 1 > this.#capacity * LOAD) {
      this.#grow();
    }
    const slot = this.#probe(hi, lo);
    if (this.#index[slot] === 0) {
      this.#sectorHi[slot] = hi;
      this.#sectorLo[slot] = lo;
      this.#index[slot] = 1;
      this.#size += 1;
    }
    return slot;
  }

  /** Index of the entry that is kept, or -1 while there is none. */
  keptIndex(slot: number): number {
    return (this.#index[slot] ?? 0) - 2;
  }

  /** How the kept entry's seq_count compares with this one: negative, 0 or positive. */
  compareKept(slot: number, seqHi: number, seqLo: number): number {
    const high = (this.#seqHi[slot] ?? 0) - seqHi;
    return high !== 0 ? high : (this.#seqLo[slot] ?? 0) - seqLo;
  }

  /** The kept entry's seq_count. */
  keptSeqCount(slot: number): bigint {
    return u64(this.#seqHi[slot] ?? 0, this.#seqLo[slot] ?? 0);
  }

  /** Forgets everything and keeps the memory. */
  clear(): void {
    this.#index.fill(0);
    this.#size = 0;
  }

  keep(slot: number, index: number, seqHi: number, seqLo: number): void {
    this.#index[slot] = index + 2;
    this.#seqHi[slot] = seqHi;
    this.#seqLo[slot] = seqLo;
  }

  #probe(hi: number, lo: number): number {
    let slot = slotOf(mix(hi, lo, this.#seed), this.#capacity);
    while (this.#index[slot] !== 0 && (this.#sectorHi[slot] !== hi || this.#sectorLo[slot] !== lo)) {
      slot = slot + 1 === this.#capacity ? 0 : slot + 1;
    }
    return slot;
  }

  #grow(): void {
    const old = {
      capacity: this.#capacity,
      sectorHi: this.#sectorHi,
      sectorLo: this.#sectorLo,
      seqHi: this.#seqHi,
      seqLo: this.#seqLo,
      index: this.#index,
    };
    this.#capacity = old.capacity * 2;
    this.#sectorHi = new Uint32Array(this.#capacity);
    this.#sectorLo = new Uint32Array(this.#capacity);
    this.#seqHi = new Uint32Array(this.#capacity);
    this.#seqLo = new Uint32Array(this.#capacity);
    this.#index = new Float64Array(this.#capacity);
    for (let slot = 0; slot < old.capacity; slot += 1) {
      const index = old.index[slot] ?? 0;
      if (index !== 0) {
        const moved = this.#probe(old.sectorHi[slot] ?? 0, old.sectorLo[slot] ?? 0);
        this.#sectorHi[moved] = old.sectorHi[slot] ?? 0;
        this.#sectorLo[moved] = old.sectorLo[slot] ?? 0;
        this.#seqHi[moved] = old.seqHi[slot] ?? 0;
        this.#seqLo[moved] = old.seqLo[slot] ?? 0;
        this.#index[moved] = index;
      }
    }
  }
}
