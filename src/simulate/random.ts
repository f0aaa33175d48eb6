/**
 * A generator of pseudo-random numbers with 128 bits of state (the "small fast counter" construction), the same on every
 * machine: a workload with a seed is the same workload wherever it runs.
 */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e37_79b9;
  #counter = 1;

  /** @param seed a whole number from 0 to 2^53 - 1. */
  constructor(seed: number) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 2 ** 32) >>> 0;
    // The first numbers of seeds that lie close together still resemble each other.
    for (let round = 0; round < 12; round++) this.#next32();
  }

  /** From 0 to just below 1, with 53 random bits. */
  fraction(): number {
    const high = this.#next32() >>> 5;
    const low = this.#next32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  #next32(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }
}
