import type { Random } from './random.js';

/**
 * Draws ranks from 1 to `count` of which rank k has a share proportional to 1/k^exponent, in constant time and memory:
 * the area under x^-exponent is inverted, and what falls between the curve and the steps is drawn again (W. Hörmann and
 * G. Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", 1996).
 */
export class Zipf {
  readonly #count: number;
  readonly #exponent: number;
  readonly #areaBeforeFirst: number;
  readonly #areaOfAll: number;
  readonly #sureWithin: number;

  /** @param exponent above 0. */
  constructor(count: number, exponent: number) {
    this.#count = count;
    this.#exponent = exponent;
    this.#areaBeforeFirst = this.#area(1.5) - 1;
    this.#areaOfAll = this.#area(count + 0.5);
    this.#sureWithin = 2 - this.#inverse(this.#area(2.5) - this.#height(2));
  }

  rank(random: Random): number {
    for (;;) {
      const area = this.#areaOfAll + random.fraction() * (this.#areaBeforeFirst - this.#areaOfAll);
      const x = this.#inverse(area);
      const rank = Math.min(this.#count, Math.max(1, Math.round(x)));
      if (rank - x <= this.#sureWithin || area >= this.#area(rank + 0.5) - this.#height(rank)) return rank;
    }
  }

  #height(x: number): number {
    return Math.exp(-this.#exponent * Math.log(x));
  }

  /** (x^(1-s) - 1) / (1-s), which is the logarithm where s is 1. */
  #area(x: number): number {
    const log = Math.log(x);
    const power = (1 - this.#exponent) * log;
    return Math.abs(power) < 1e-8 ? log * (1 + power / 2) : (Math.expm1(power) / power) * log;
  }

  #inverse(area: number): number {
    const scaled = Math.max(-1, area * (1 - this.#exponent));
    return Math.abs(scaled) < 1e-8
      ? Math.exp(area * (1 - scaled / 2))
      : Math.exp((Math.log1p(scaled) / scaled) * area);
  }
}
