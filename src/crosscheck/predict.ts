import { VoidDevice, type BlockDevice } from '../device/index.js';
import { OperationError } from '../errors.js';
import { decodeSuperblock } from '../format/index.js';
import type { WritecacheTable } from '../table/index.js';
import { CURRENT, ReferenceTarget } from '../target/index.js';
import { entriesIn } from './metadata.js';
import { OverlaidDevice } from './metadata-device.js';

/** The reference target keeps what it knows of each live block in memory, and takes 10 s for a million of them. */
const MOST_BLOCKS = 2 ** 22;
const MOST_LIVE_BLOCKS = 2 ** 19;
/** It writes back in pmem mode without waiting for what is under way, which takes long where that is much. */
const MOST_LIVE_IN_PMEM_MODE = 2 ** 15;
/** All is written back when it is resumed, a little at a time, which is quickest; in the end the metadata are the same. */
const AT_ONCE = { high_watermark: 0, low_watermark: 0 };

export interface PredictionQuestion {
  /** Superblock and entries, as readMetadata gives them. */
  readonly metadata: Uint8Array;
  /** In these metadata. */
  readonly liveBlocks: number;
  readonly cache: Pick<BlockDevice, 'name' | 'sizeBytes'>;
  readonly origin: Pick<BlockDevice, 'name' | 'sizeBytes'>;
  readonly startSector: bigint;
  readonly mode: 's' | 'p';
}

/**
 * What the reference target makes of metadata when it is resumed, told to flush on suspend, and suspended: the metadata after
 * a removal before which nothing more was written. The data does not matter, and is not there.
 *
 * Null where that cannot be told: the target would come up in error, the table would be refused (blocks larger than a
 * memory page), there are too many blocks, or entries that no device can have.
 */
export function predictMetadata(question: PredictionQuestion): Uint8Array | null {
  const { metadata, startSector, liveBlocks } = question;
  if (entriesIn(metadata) > MOST_BLOCKS || liveBlocks > MOST_LIVE_BLOCKS) return null;
  const final = new Uint8Array(metadata);
  const devices = {
    cache: new OverlaidDevice(question.cache, startSector, final),
    origin: new VoidDevice(question.origin.name, question.origin.sizeBytes),
  };
  const table: WritecacheTable = {
    // What a removal leaves is the same in both modes.
    mode: liveBlocks > MOST_LIVE_IN_PMEM_MODE ? 's' : question.mode,
    ...{ origin: question.origin.name, cache: question.cache.name },
    block_size: decodeSuperblock(metadata).block_size,
    options: { start_sector: startSector, ...AT_ONCE },
  };
  try {
    // A kernel that crashed has written no metadata that could be compared.
    const target = ReferenceTarget.load(table, devices, {
      behaviour: { ...CURRENT, diesOfDuplicates: false },
    });
    target.resume();
    target.message('flush_on_suspend');
    target.suspend();
    return target.error === null ? final : null;
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}
