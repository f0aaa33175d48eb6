const PAGE_BITS = 65536;
const PAGE_WORDS = PAGE_BITS / 32;
/** Bytes of memory that one touched page of 65536 bits takes. */
export const PAGE_BYTES = PAGE_WORDS * 4;
/** Pages below this number are found by index, the few beyond (hostile images) by hash. */
const DIRECTORY_PAGES = 1 << 20;

/**
 * A set of non-negative integers below 2^53 that takes memory only where members are: 8 KiB for each run of
 * 65536 numbers that has one.
 */
export class PagedBitmap {
  readonly #directory: (Uint32Array | undefined)[] = [];
  readonly #beyond = new Map<number, Uint32Array>();
  #pageCount = 0;

  /** Memory taken, in bytes. */
  get sizeBytes(): number {
    return this.#pageCount * PAGE_BYTES + this.#directory.length * 8;
  }

  /** Adds a number; true if it was there before. */
  add(value: number): boolean {
    const pageNumber = Math.floor(value / PAGE_BITS);
    const page = this.#directory[pageNumber] ?? this.#pageToWrite(pageNumber);
    const bit = value % PAGE_BITS;
    const word = page[bit >>> 5] ?? 0;
    const mask = 1 << (bit & 31);
    if ((word & mask) !== 0) {
      return true;
    }
    page[bit >>> 5] = word | mask;
    return false;
  }

  has(value: number): boolean {
    const pageNumber = Math.floor(value / PAGE_BITS);
    const page = this.#directory[pageNumber] ?? this.#beyond.get(pageNumber);
    if (page === undefined) {
      return false;
    }
    const bit = value % PAGE_BITS;
    return ((page[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  /** Every member in ascending order, page by page. */
  *values(): Generator<number> {
    for (const [first, page] of this.#pages()) {
      const members: number[] = [];
      visitMembers(page, first, (value) => members.push(value));
      yield* members;
    }
  }

  /** Calls `visit` with every member in ascending order: several times as fast as {@link values}. */
  forEach(visit: (value: number) => void): void {
    for (const [first, page] of this.#pages()) {
      visitMembers(page, first, visit);
    }
  }

  /** The touched pages in ascending order, each with the number of its first bit. */
  *#pages(): Generator<[number, Uint32Array]> {
    for (const [pageNumber, page] of this.#directory.entries()) {
      if (page !== undefined) {
        yield [pageNumber * PAGE_BITS, page];
      }
    }
    for (const [pageNumber, page] of [...this.#beyond].sort(([a], [b]) => a - b)) {
      yield [pageNumber * PAGE_BITS, page];
    }
  }

  #pageToWrite(pageNumber: number): Uint32Array {
    if (pageNumber >= DIRECTORY_PAGES) {
      const there = this.#beyond.get(pageNumber);
      if (there !== undefined) {
        return there;
      }
    }
    const page = new Uint32Array(PAGE_WORDS);
    this.#pageCount += 1;
    if (pageNumber >= DIRECTORY_PAGES) {
      this.#beyond.set(pageNumber, page);
    } else {
      // Filled rather than left with holes, so that the array stays an array and never becomes a dictionary.
      while (this.#directory.length <= pageNumber) {
        this.#directory.push(undefined);
      }
      this.#directory[pageNumber] = page;
    }
    return page;
  }
}

function visitMembers(page: Uint32Array, first: number, visit: (value: number) => void): void {
  for (let index = 0; index < page.length; index += 1) {
    let word = page[index] ?? 0;
    while (word !== 0) {
      const lowest = word & -word;
      visit(first + index * 32 + (31 - Math.clz32(lowest)));
      word ^= lowest;
    }
  }
}
