import { mix } from '../scan/hash.js';
import { sectorKey } from '../scan/seen-sectors.js';

const BITS = 1 << 20;

/** Finds what belongs to a sector, given as two halves; quick for the many sectors that nothing belongs to. */
export class SectorLookup {
  readonly #filter = new Uint32Array(BITS / 32);
  readonly #values = new Map<number | bigint, number>();

  get size(): number {
    return this.#values.size;
  }

  set(hi: number, lo: number, value: number): void {
    const bit = bitOf(hi, lo);
    this.#filter[bit >>> 5] = (this.#filter[bit >>> 5] ?? 0) | (1 << (bit & 31));
    this.#values.set(sectorKey(hi, lo), value);
  }

  get(hi: number, lo: number): number | undefined {
    const bit = bitOf(hi, lo);
    if (((this.#filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return undefined;
    return this.#values.get(sectorKey(hi, lo));
  }
}

function bitOf(hi: number, lo: number): number {
  return mix(hi, lo, 0) % BITS;
}
