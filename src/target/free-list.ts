import type { Choose } from './choose.js';

/**
 * The free blocks of a cache: which of them is taken next can be seen on the medium, and differs between the modes
 * (kernel-target.md §5.1). A list begins empty.
 */
export interface FreeList {
  readonly count: number;
  /** Tells of a block that is in use and was not taken from this list. */
  occupy(index: number): void;
  /** Frees neighbours, in ascending order. */
  addRange(first: number, count: number): void;
  /**
   * Frees blocks. Each run is freed in its order; several runs are of copies that were under way at the same time, and
   * which of these ended first is not known.
   */
  add(runs: readonly (readonly number[])[]): void;
  /** Takes the next block; undefined where none is free. */
  take(): number | undefined;
  /** Takes the next block if it is this one. */
  takeIfNext(index: number): boolean;
}

/** The list of a mode for a cache of so many blocks. */
export type MakeFreeList = (nBlocks: number, choose: Choose) => FreeList;
