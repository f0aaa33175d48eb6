import { predictLoad, type LoadAnswer } from '../format/index.js';
import type { Inspection } from './inspect.js';

export interface TableQuestion {
  readonly mode: 'p' | 's';
  /** The table's block size; the superblock's where the operator names none. */
  readonly blockSize: number;
  /** Of the kernel's memory; 4096 unless told. */
  readonly pageSizeBytes?: number;
  readonly logicalBlockSizeBytes?: number;
}

/** What the kernel will do when a table with this cache is loaded and resumed. */
export type Activation =
  | { readonly outcome: 'refused'; readonly kernelMessage: string }
  | { readonly outcome: 'formatted'; readonly nBlocks: bigint }
  | {
      readonly outcome: 'activated';
      /** The target's error flag right after resume: 1 after two identical entries (kernel-target.md §5.6). */
      readonly error: 0 | 1;
      readonly nBlocks: bigint;
      readonly freeBlocks: number;
      readonly droppedUncommitted: number;
      readonly droppedStale: number;
      /** Whether resume writes all metadata again, which also removes the evidence of identical entries (W4). */
      readonly rewritesMetadata: boolean;
    };

/** Predicts the kernel's answer to a table with this cache device, from what is on it. */
export function predictActivation(inspection: Inspection, table: TableQuestion): Activation {
  const answer: LoadAnswer = predictLoad(inspection.superblock, {
    ...table,
    sizeBytes: inspection.areaBytes,
  });
  if (answer.kind === 'refuses') {
    return { outcome: 'refused', kernelMessage: answer.message };
  }
  if (answer.kind === 'formats') {
    return { outcome: 'formatted', nBlocks: answer.nBlocks };
  }
  const { entries } = inspection;
  if (entries === null) {
    throw new Error('the kernel would load this superblock, and yet its entries were not read');
  }
  return {
    outcome: 'activated',
    error: entries.copies.identical > 0 ? 1 : 0,
    nBlocks: inspection.superblock.n_blocks,
    freeBlocks: entries.free + entries.uncommitted + entries.copies.stale,
    droppedUncommitted: entries.uncommitted,
    droppedStale: entries.copies.stale,
    rewritesMetadata: entries.uncommitted > 0 || entries.copies.stale > 0,
  };
}
