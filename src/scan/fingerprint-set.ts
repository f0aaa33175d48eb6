import { mix, newHashSeed, slotOf } from './hash.js';

const LOAD = 0.7;
const MAX_TABLE_SLOTS = 2 ** 28;

/**
 * A set of 64-bit values that keeps only 32 bits of each: 5.7 bytes for every value that it was made for. `add`
 * never overlooks a value that is there; very rarely it takes one for another, so whoever uses it confirms.
 */
export class FingerprintSet {
  readonly #seed = newHashSeed();
  readonly #slotsPerTable: number;
  readonly #tables: Uint32Array[] = [];
  #inNewest = 0;

  /** `expected`: how many values there can be. More are taken too, in further tables. */
  constructor(expected: number) {
    this.#slotsPerTable = Math.min(MAX_TABLE_SLOTS, Math.ceil(expected / LOAD) + 16);
    this.#tables.push(new Uint32Array(this.#slotsPerTable));
  }

  /** Adds a value; true if it was there before (or, rarely, looks as if it were). */
  add(hi: number, lo: number): boolean {
    const place = slotOf(mix(hi, lo, this.#seed.place), this.#slotsPerTable);
    const mark = mix(hi, lo, this.#seed.mark) || 1;
    let slot = place;
    let newest = this.#tables[0];
    for (const table of this.#tables) {
      newest = table;
      slot = place;
      for (let found = table[slot]; found !== 0; found = table[slot]) {
        if (found === mark) {
          return true;
        }
        slot = slot + 1 === this.#slotsPerTable ? 0 : slot + 1;
      }
    }
    if (newest !== undefined) {
      newest[slot] = mark;
    }
    this.#inNewest += 1;
    if (this.#inNewest >= this.#slotsPerTable * LOAD) {
      this.#tables.push(new Uint32Array(this.#slotsPerTable));
      this.#inNewest = 0;
    }
    return false;
  }
}
