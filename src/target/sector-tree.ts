import type { CachedBlock } from './cached-block.js';
import { SectorMap } from './sector-map.js';

/**
 * The blocks in use, in the order of their sectors; blocks of one sector in the order in which they were allocated. Most
 * sectors have one. There are more where a newer copy is not committed yet, or the older is being written back.
 */
export class SectorTree {
  readonly #newest = new SectorMap();

  /** The newest copy of a sector, which is what a read gets. */
  newestOf(sector: number): CachedBlock | undefined {
    return this.#newest.get(sector);
  }

  insert(block: CachedBlock): void {
    const older = this.#newest.set(block.sector, block) ?? null;
    block.older = older;
    if (older !== null) older.newer = block;
  }

  remove(block: CachedBlock): void {
    const { older, newer } = block;
    if (older !== null) older.newer = newer;
    if (newer !== null) newer.older = older;
    else if (older !== null) this.#newest.set(block.sector, older);
    else this.#newest.delete(block.sector);
    block.older = null;
    block.newer = null;
  }

  first(): CachedBlock | undefined {
    return this.firstFrom(0);
  }

  /** The block behind one, in the tree's order. */
  after(block: CachedBlock): CachedBlock | undefined {
    return block.newer ?? this.firstFrom(block.sector + 1);
  }

  /** The oldest copy of a sector, or of the first cached one behind it. */
  firstFrom(sector: number): CachedBlock | undefined {
    return oldest(this.#newest.firstFrom(sector));
  }
}

function oldest(block: CachedBlock | undefined): CachedBlock | undefined {
  let found = block;
  while (found?.older != null) found = found.older;
  return found;
}
