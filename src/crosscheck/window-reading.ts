import type { BlockDevice } from '../device/index.js';
import type { BlockColumns } from './block-columns.js';
import type { BlockExample } from './certificate.js';
import type { Comparison } from './comparison.js';

/** What the window says of a block of the evidence. */
export const WindowVerdict = { none: 0, proved: 1, lost: 2, undecided: 3, unreadable: 4 } as const;

export interface WindowQuestion {
  readonly cache: BlockDevice;
  readonly origin: BlockDevice;
  readonly startSector: bigint;
  readonly comparison: Comparison | null;
  /** The metadata at the last look (readMetadata), from which on writes are to be proved here. */
  readonly before: Uint8Array | null;
  readonly budgetMs: number;
  /**
   * Whether anything came to the origin past the cache since `before`: writes around it or discards, as the counters
   * `writes_around` and `discards` tell; `unknown` where there are no counters. Where nothing did, a difference is a loss.
   */
  readonly pastCache: 'none' | 'some' | 'unknown';
}

/** What was found while nothing could be written. */
export interface WindowReading {
  /** Every block that was to be compared has been. */
  readonly complete: boolean;
  /** Why the metadata could not be read; null where it could. Then nothing was compared. */
  readonly failure: string | null;
  /** Entries that the final metadata does not show as free: their blocks were not written back. */
  readonly notFree: number;
  /** Blocks written since `before`, without those of the evidence, that the origin has as the cache has. */
  readonly lateProved: number;
  /** Such blocks that the origin does not have. */
  readonly lateLost: readonly BlockExample[];
  /** Such blocks of which it could not be told. */
  readonly lateUndecided: readonly BlockExample[];
  /** Such blocks of which the origin's copy or the cache's could not be read. */
  readonly lateUnreadable: readonly BlockExample[];
  /** The newest copies of such blocks that there was no time for, in the order of their indexes. */
  readonly unseen: BlockColumns;
  /** Blocks that could not be read, those of the evidence included. */
  readonly unreadable: number;
  /** {@link WindowVerdict} of each block of the evidence. */
  readonly verdicts: Uint8Array;
}
