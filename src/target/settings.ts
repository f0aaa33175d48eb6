import { SECTOR_BYTES } from '../format/index.js';
import {
  effectiveOptions,
  NEWEST_TARGET_VERSION,
  thresholdsOf,
  type WritecacheTable,
} from '../table/index.js';
import type { Behaviour } from './behaviour.js';

/** What a table and the cache's size come to; fixed for the life of the target, but for what the cleaner changes. */
export interface Settings {
  readonly mode: 'p' | 's';
  readonly blockSize: number;
  readonly sectorsPerBlock: number;
  readonly nBlocks: number;
  /** Writeback starts at so few free blocks, those under writeback counted among them. */
  freeHigh: number;
  /** And goes on while there are no more than so many. */
  freeLow: number;
  /** No new blocks are cached, and all are written back. */
  cleaner: boolean;
  readonly autocommitBlocks: number;
  readonly autocommitMs: number;
  /** Null: age does not matter. */
  readonly maxAgeMs: number | null;
  /** Copies to the origin are FUA writes (pmem mode); else it is flushed after them. */
  readonly writesBackFua: boolean;
  readonly metadataOnly: boolean;
  /** Writeback waits so long after a write that went around the cache. */
  readonly pauseMs: number;
  /** Most blocks that are copied at a time; 0 for no limit. */
  readonly writebackJobs: number;
}

/** Numbers of blocks are doubles here: no device has 2^53 of them. */
export function settingsOf(table: WritecacheTable, nBlocks: number, behaviour: Behaviour): Settings {
  const options = effectiveOptions(table, NEWEST_TARGET_VERSION);
  const thresholds = thresholdsOf(BigInt(nBlocks), {
    high: options.high_watermark.value,
    low: behaviour.usesLowWatermark ? options.low_watermark.value : options.high_watermark.value,
  });
  const settings: Settings = {
    mode: table.mode,
    blockSize: table.block_size,
    sectorsPerBlock: table.block_size / SECTOR_BYTES,
    nBlocks,
    freeHigh: Number(thresholds.freeHigh),
    freeLow: Number(thresholds.freeLow),
    cleaner: false,
    autocommitBlocks: options.autocommit_blocks.value,
    autocommitMs: options.autocommit_time.value,
    maxAgeMs: options.max_age?.value ?? null,
    writesBackFua: table.mode === 'p' && options.fua?.value !== false,
    metadataOnly: options.metadata_only?.value === true,
    pauseMs: options.pause_writeback?.value ?? 0,
    writebackJobs: options.writeback_jobs.value ?? 0,
  };
  if (options.cleaner?.value === true) clean(settings);
  return settings;
}

/** What the cleaner does to the watermarks: writeback is due as long as one block is in use (kernel-target.md §4). */
export function clean(settings: Settings): void {
  settings.cleaner = true;
  settings.freeHigh = settings.nBlocks;
  settings.freeLow = settings.nBlocks;
}
