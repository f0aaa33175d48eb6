import type { SlowDecoding } from '../../scan/slow-decoder.js';
import type { KernelName } from '../../lab/index.js';

/** How one golden image is made. A file of the repository, so that the image can be made again and its making can be doubted. */
export interface Recipe {
  readonly name: string;
  /** What the image is, in one sentence. */
  readonly what: string;
  readonly kernel: KernelName;
  readonly mode: 'p' | 's';
  readonly blockSize: number;
  readonly startSector: number;
  /** Sizes of the disks that the guest gets. */
  readonly cacheBytes: number;
  readonly originDiskBytes: number;
  /** Size of what the table calls the origin; less than the disk where LVM keeps its own metadata there. */
  readonly originBytes: number;
  /** Options of the table with which the image is activated, `start_sector` excepted. */
  readonly options: readonly string[];
  /** Shell commands of the guest in which $ORIGIN, $CACHE and $LOG are its disks. Each must succeed. */
  readonly steps: readonly string[];
  /** A shutdown flushes what is still in the guest's page cache; a power cut keeps only what the kernel had written. */
  readonly usesLvm: boolean;
  readonly end: 'shutdown' | 'powerCut';
  readonly take: Take;
}

/** Where the image's bytes come from once the guest has ended. */
export type Take =
  | {
      readonly from: 'cache';
      readonly what: string;
      readonly offsetBytes: number;
      readonly lengthBytes: number;
    }
  /** The writes that dm-log-writes recorded on $LOG, replayed onto zeros up to the first crash state that is the wanted one. */
  | { readonly from: 'log'; readonly what: string; readonly isWanted: (state: SlowDecoding) => boolean };
