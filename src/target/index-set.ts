const PAGE_BITS = 4096;

interface Page {
  readonly bits: Uint32Array;
  count: number;
}

/** Numbers of blocks, in memory that grows with how many there are and not with how large they are. */
export class IndexSet {
  readonly #pages = new Map<number, Page>();

  add(index: number): void {
    const number = Math.floor(index / PAGE_BITS);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = { bits: new Uint32Array(PAGE_BITS / 32), count: 0 };
      this.#pages.set(number, page);
    }
    const bit = index % PAGE_BITS;
    page.bits[bit >>> 5] = (page.bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
    page.count += 1;
  }

  delete(index: number): void {
    const number = Math.floor(index / PAGE_BITS);
    const page = this.#pages.get(number);
    if (page === undefined) return;
    const bit = index % PAGE_BITS;
    page.bits[bit >>> 5] = (page.bits[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
    page.count -= 1;
    if (page.count === 0) this.#pages.delete(number);
  }

  has(index: number): boolean {
    const page = this.#pages.get(Math.floor(index / PAGE_BITS));
    const bit = index % PAGE_BITS;
    return page !== undefined && ((page.bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  /** The first number from `index` on, and below `end`, that is not in the set. */
  firstMissing(index: number, end: number): number | undefined {
    let at = index;
    while (at < end) {
      const page = this.#pages.get(Math.floor(at / PAGE_BITS));
      if (page?.count === PAGE_BITS) at += PAGE_BITS - (at % PAGE_BITS);
      else if (this.has(at)) at += 1;
      else return at;
    }
    return undefined;
  }
}
