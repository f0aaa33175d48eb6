import type { BlockDevice } from '../device/block-device.js';
import { SECTOR_BYTES, X86_MAX_BLOCK_SIZE, isBlockSize } from '../format/index.js';
import { predictActivation, type Activation } from './activation.js';
import { findProblems, type Problem } from './check.js';
import { inspect, type InspectOptions, type Inspection } from './inspect.js';

export interface CheckOptions extends Omit<InspectOptions, 'originSectors'> {
  /** The origin's size, if known: entries beyond it are then found. */
  readonly originBytes?: bigint | undefined;
  /** Of the table that the prediction is for; s unless told. */
  readonly mode?: 'p' | 's' | undefined;
  /** Memory page size of the kernel that the prediction is for; 4096 unless told. */
  readonly pageSizeBytes?: number | undefined;
  /** The table's block size; the superblock's unless told, and 4096 where that has none. */
  readonly blockSize?: number | undefined;
}

/** Everything that can be said about a cache device without the kernel. */
export interface CheckResult {
  readonly inspection: Inspection;
  readonly problems: readonly Problem[];
  readonly mode: 'p' | 's';
  readonly activation: Activation;
}

const DEFAULT_BLOCK_SIZE = 4096;

/** Inspects a device, finds its problems and predicts its activation. Throws as {@link inspect} does. */
export async function checkDevice(device: BlockDevice, options: CheckOptions = {}): Promise<CheckResult> {
  const { originBytes } = options;
  const originSectors = originBytes === undefined ? undefined : originBytes / BigInt(SECTOR_BYTES);
  const inspection = await inspect(device, { ...options, originSectors });
  const { block_size: recorded } = inspection.superblock;
  const known = inspection.state !== 'blank' && inspection.state !== 'foreign' && isBlockSize(recorded);
  const blockSize = options.blockSize ?? (known ? recorded : DEFAULT_BLOCK_SIZE);
  const mode = options.mode ?? 's';
  const activation = predictActivation(inspection, {
    mode,
    blockSize,
    pageSizeBytes: options.pageSizeBytes ?? X86_MAX_BLOCK_SIZE,
  });
  return { inspection, problems: findProblems(inspection), mode, activation };
}
