/** Random numbers that come out the same for the same seed: splitmix64 (Steele, Lea and Flood, 2014). */
export class Random {
  #state: bigint;

  constructor(seed: number, stream: number) {
    this.#state = (BigInt(seed) << 32n) ^ BigInt(stream);
  }

  u64(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e37_79b9_7f4a_7c15n);
    let mixed = this.#state;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
    return mixed ^ (mixed >> 31n);
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    return Number(this.u64() % BigInt(limit));
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Fills a range with noise. */
  fill(bytes: Buffer, from: number, to: number): void {
    const noise = Buffer.alloc(8);
    for (let at = from; at < to; at += noise.length) {
      noise.writeBigUInt64LE(this.u64());
      noise.copy(bytes, at, 0, Math.min(noise.length, to - at));
    }
  }
}
