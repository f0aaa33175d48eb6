import type { DiskStatistics } from '../device/index.js';

/**
 * What the kernel counts of disks, without those of which it counts nothing: their counts stand still, which is not rest. A
 * mapping may be counted although its switch is off (seen on 6.1, where it is so from the beginning): it is believed once its
 * counts have moved.
 */
export class CountedDisks {
  /** The requests of those whose switch is off, when they were first seen like that; null before. */
  readonly #doubtful = new Map<string, number | null>();
  readonly #moved = new Set<string>();

  /** Looks at the switches of all disks that matter, and forgets all others. */
  check(numbers: ReadonlySet<string>, isCounted: (number: string) => boolean): void {
    for (const number of [...this.#moved, ...this.#doubtful.keys()]) {
      if (numbers.has(number)) continue;
      this.#moved.delete(number);
      this.#doubtful.delete(number);
    }
    for (const number of numbers) {
      if (isCounted(number)) this.#doubtful.delete(number);
      else if (!this.#doubtful.has(number) && !this.#moved.has(number)) this.#doubtful.set(number, null);
    }
  }

  /** null of a disk of which nothing is known. */
  pick(number: string, disks: ReadonlyMap<string, DiskStatistics>): DiskStatistics | null {
    const now = disks.get(number);
    const first = this.#doubtful.get(number);
    if (now === undefined) return null;
    if (first === undefined) return now;
    const requests = now.reads + now.writes;
    if (first === null) this.#doubtful.set(number, requests);
    if (first === null || first === requests) return null;
    this.#doubtful.delete(number);
    this.#moved.add(number);
    return now;
  }
}
