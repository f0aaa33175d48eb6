import type { Superblock } from '../format/index.js';
import type { BlockColumns } from './block-columns.js';
import type { BlockExample, VerifyLevel } from './certificate.js';

/** The live blocks that were chosen, and what was in them. */
export interface EvidenceBlocks extends BlockColumns {
  /** Of each block's content (see digest.ts); as long as the other columns. */
  readonly digest: BigUint64Array;
}

/** What a cache device said before a removal. */
export interface Evidence {
  /** When it was begun, in ISO 8601: what was written after that may be in it or not. */
  readonly takenAt: string;
  readonly level: VerifyLevel;
  readonly blockSize: number;
  readonly startSector: bigint;
  readonly superblock: Superblock;
  readonly counts: {
    readonly free: number;
    readonly committed: number;
    readonly uncommitted: number;
    readonly live: number;
  };
  /** None at the level `metadata`. */
  readonly blocks: EvidenceBlocks;
  /** Chosen live blocks of which there is no evidence, because their entries changed while they were read. */
  readonly changed: number;
  /** Chosen live blocks that the cache device could not give. */
  readonly unreadable: { readonly count: number; readonly examples: readonly BlockExample[] };
  /** The superblock and the entries as they were; null where larger than METADATA_LIMIT. */
  readonly metadata: Uint8Array | null;
}
