const PAGE_BITS = 4096;
const WORD_BITS = 32;

interface Page {
  readonly words: Uint32Array;
  count: number;
}

/** Numbers of blocks, in memory that grows with how many there are and not with how large they are. */
export class IndexSet {
  readonly #pages = new Map<number, Page>();
  /** The numbers of the pages of which every number is in the set: none of them has to be looked at. */
  #full: IndexSet | null = null;

  /** Adds a number that is not in the set. */
  add(index: number): void {
    const number = Math.floor(index / PAGE_BITS);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = { words: new Uint32Array(PAGE_BITS / WORD_BITS), count: 0 };
      this.#pages.set(number, page);
    }
    const bit = index % PAGE_BITS;
    page.words[bit >>> 5] = wordAt(page, bit) | (1 << (bit & 31));
    page.count += 1;
    if (page.count === PAGE_BITS) (this.#full ??= new IndexSet()).add(number);
  }

  /** Takes a number out that is in the set. */
  delete(index: number): void {
    const number = Math.floor(index / PAGE_BITS);
    const page = this.#pages.get(number);
    if (page === undefined) return;
    if (page.count === PAGE_BITS) this.#full?.delete(number);
    const bit = index % PAGE_BITS;
    page.words[bit >>> 5] = wordAt(page, bit) & ~(1 << (bit & 31));
    page.count -= 1;
    if (page.count === 0) this.#pages.delete(number);
  }

  has(index: number): boolean {
    const page = this.#pages.get(Math.floor(index / PAGE_BITS));
    const bit = index % PAGE_BITS;
    return page !== undefined && (wordAt(page, bit) & (1 << (bit & 31))) !== 0;
  }

  /** The first number from `index` on, and below `end`, that is not in the set. */
  firstMissing(index: number, end: number): number | undefined {
    const missing = this.#missingFrom(index);
    return missing < end ? missing : undefined;
  }

  /** There always is one: the set is finite. */
  #missingFrom(index: number): number {
    const number = Math.floor(index / PAGE_BITS);
    const page = this.#pages.get(number);
    if (page === undefined) return index;
    const bit = page.count === PAGE_BITS ? PAGE_BITS : missingBit(page, index % PAGE_BITS);
    if (bit < PAGE_BITS) return number * PAGE_BITS + bit;
    const next = this.#full === null ? number + 1 : this.#full.#missingFrom(number + 1);
    return this.#missingFrom(next * PAGE_BITS);
  }
}

/** The first bit from `from` on that is not set; the page's end where all are. */
function missingBit(page: Page, from: number): number {
  // Bits before the first that counts are taken as set.
  let missing = ~wordAt(page, from) & (-1 << (from & 31));
  let at = from - (from & 31);
  while (missing === 0 && at + WORD_BITS < PAGE_BITS) {
    at += WORD_BITS;
    missing = ~wordAt(page, at);
  }
  return missing === 0 ? PAGE_BITS : at + lowestBit(missing);
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** The 32 bits among which a bit of the page is. */
function wordAt(page: Page, bit: number): number {
  return page.words[bit >>> 5] ?? 0;
}
