import type { CachedBlock } from './cached-block.js';

/** A node is split when it would have more, and joined with a neighbour when it has fewer and both fit into one. */
const MOST = 64;
const FEWEST = 16;

/** Keys in ascending order, and what belongs to each: the end of a branch of the tree, or a fork in it. */
class Node<T> {
  readonly keys: number[];
  readonly items: T[];

  constructor(keys: number[], items: T[]) {
    this.keys = keys;
    this.items = items;
  }

  insert(at: number, key: number, item: T): void {
    this.keys.splice(at, 0, key);
    this.items.splice(at, 0, item);
  }

  remove(at: number): void {
    this.keys.splice(at, 1);
    this.items.splice(at, 1);
  }

  /** Takes the upper half away. */
  takeHalf(): [number[], T[]] {
    const half = this.keys.length >>> 1;
    return [this.keys.splice(half), this.items.splice(half)];
  }

  /** Takes over all that the next node has. */
  join(next: Node<T>): void {
    this.keys.push(...next.keys.splice(0));
    this.items.push(...next.items.splice(0));
  }
}

/** Sectors and their blocks. None is empty, but for the only one of a tree. */
class Leaf extends Node<CachedBlock> {
  readonly isFork = false;
  next: Leaf | null = null;

  split(): Leaf {
    const right = new Leaf(...this.takeHalf());
    right.next = this.next;
    this.next = right;
    return right;
  }

  joinNext(next: Leaf): void {
    this.join(next);
    this.next = next.next;
  }
}

/** The key of a child is where what belongs there begins. */
class Fork extends Node<Leaf | Fork> {
  readonly isFork = true;

  split(): Fork {
    return new Fork(...this.takeHalf());
  }

  joinNext(next: Fork): void {
    this.join(next);
  }

  /** Which child a sector belongs to. */
  placeOf(sector: number): number {
    const at = firstFrom(this.keys, sector);
    return this.keys[at] === sector ? at : at - 1;
  }
}

/**
 * Blocks by their sectors, in order: a B+ tree. Each step through it is a search among few numbers that lie side by side,
 * and what was just looked for is found again without one.
 */
export class SectorMap {
  #root: Leaf | Fork = new Leaf([], []);
  /** Where the last search ended. */
  #near = new Leaf([], []);

  get(sector: number): CachedBlock | undefined {
    const { keys, items } = this.#leafOf(sector);
    const at = firstFrom(keys, sector);
    return keys[at] === sector ? items[at] : undefined;
  }

  /** The block of a sector, or of the first behind it that has one. */
  firstFrom(sector: number): CachedBlock | undefined {
    const { keys, items, next } = this.#leafOf(sector);
    return items[firstFrom(keys, sector)] ?? next?.items[0];
  }

  /** Returns the block that the sector had. */
  set(sector: number, block: CachedBlock): CachedBlock | undefined {
    const leaf = this.#leafOf(sector);
    const at = firstFrom(leaf.keys, sector);
    if (leaf.keys[at] === sector) {
      const before = leaf.items[at];
      leaf.items[at] = block;
      return before;
    }
    leaf.insert(at, sector, block);
    if (leaf.keys.length > MOST) this.#grow(sector);
    return undefined;
  }

  delete(sector: number): void {
    const leaf = this.#leafOf(sector);
    const at = firstFrom(leaf.keys, sector);
    if (leaf.keys[at] !== sector) return;
    leaf.remove(at);
    if (leaf.keys.length < FEWEST) this.#shrink(sector);
  }

  #leafOf(sector: number): Leaf {
    if (covers(this.#near, sector)) return this.#near;
    let node = this.#root;
    while (node.isFork) node = childOf(node, node.placeOf(sector));
    this.#near = node;
    return node;
  }

  #grow(sector: number): void {
    const right = splitTowards(this.#root, sector);
    if (right === null) return;
    this.#root = new Fork([-Infinity, lowestOf(right)], [this.#root, right]);
  }

  #shrink(sector: number): void {
    joinTowards(this.#root, sector);
    if (this.#root.isFork && this.#root.items.length === 1) this.#root = childOf(this.#root, 0);
  }
}

/** Splits the nodes on the way to a sector that have too much; returns what was split off the first of them. */
function splitTowards(node: Leaf | Fork, sector: number): Leaf | Fork | null {
  if (node.isFork) {
    const at = node.placeOf(sector);
    const right = splitTowards(childOf(node, at), sector);
    if (right !== null) node.insert(at + 1, lowestOf(right), right);
  }
  return node.keys.length > MOST ? node.split() : null;
}

/** Joins the nodes on the way to a sector that have little with their neighbours. */
function joinTowards(node: Leaf | Fork, sector: number): void {
  if (!node.isFork) return;
  const at = node.placeOf(sector);
  const child = childOf(node, at);
  joinTowards(child, sector);
  if (child.keys.length >= FEWEST) return;
  const left = Math.min(at, node.items.length - 2);
  if (joinPair(childOf(node, left), childOf(node, left + 1))) node.remove(left + 1);
}

/** Also where it makes too much of them, if otherwise one would be left with nothing, or a fork with one way. */
function joinPair(left: Leaf | Fork, right: Leaf | Fork): boolean {
  const together = left.keys.length + right.keys.length;
  const least = Math.min(left.keys.length, right.keys.length);
  if (together > MOST && least > 1) return false;
  if (left.isFork && right.isFork) left.joinNext(right);
  else if (!left.isFork && !right.isFork) left.joinNext(right);
  return true;
}

/** Of a node that was split off: there is something in it. */
function lowestOf({ keys }: Leaf | Fork): number {
  return keys[0] ?? 0;
}

function childOf(fork: Fork, at: number): Leaf | Fork {
  const child = fork.items[at];
  if (child === undefined) throw new RangeError(`a fork has no way ${String(at)}`);
  return child;
}

function covers({ keys }: Leaf, sector: number): boolean {
  const first = keys[0];
  const last = keys[keys.length - 1];
  return first !== undefined && last !== undefined && first <= sector && sector <= last;
}

/** The place of the first key that is not below; behind the last where there is none. */
function firstFrom(keys: readonly number[], sector: number): number {
  let from = 0;
  let to = keys.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((keys[middle] ?? 0) < sector) from = middle + 1;
    else to = middle;
  }
  return from;
}
