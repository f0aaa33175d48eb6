import type { CachedBlock } from './cached-block.js';

/**
 * The blocks that wait for writeback, in the order of allocation. A block that is overwritten in place keeps its turn
 * (kernel-target.md §5: what the kernel calls its LRU list is ordered by insertion).
 */
export class AgeList {
  #youngest: CachedBlock | null = null;
  #oldest: CachedBlock | null = null;

  get youngest(): CachedBlock | null {
    return this.#youngest;
  }

  get oldest(): CachedBlock | null {
    return this.#oldest;
  }

  add(block: CachedBlock): void {
    block.nextOlder = this.#youngest;
    block.nextYounger = null;
    if (this.#youngest === null) this.#oldest = block;
    else this.#youngest.nextYounger = block;
    this.#youngest = block;
  }

  remove(block: CachedBlock): void {
    if (!this.#has(block)) return;
    const { nextOlder, nextYounger } = block;
    if (nextOlder === null) this.#oldest = nextYounger;
    else nextOlder.nextYounger = nextYounger;
    if (nextYounger === null) this.#youngest = nextOlder;
    else nextYounger.nextOlder = nextOlder;
    block.nextOlder = null;
    block.nextYounger = null;
  }

  /** Puts blocks at the old end, the first of them outermost. */
  putBack(blocks: readonly CachedBlock[]): void {
    for (const block of [...blocks].reverse()) {
      block.nextYounger = this.#oldest;
      block.nextOlder = null;
      if (this.#oldest === null) this.#youngest = block;
      else this.#oldest.nextOlder = block;
      this.#oldest = block;
    }
  }

  #has(block: CachedBlock): boolean {
    return block === this.#youngest || block.nextYounger !== null;
  }
}
