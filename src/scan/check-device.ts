import type { BlockDevice } from '../device/block-device.js';
import { SECTOR_BYTES, X86_MAX_BLOCK_SIZE, isBlockSize } from '../format/index.js';
import { predictActivation, type Activation } from './activation.js';
import { contextProblem, findProblems, isOk, worstFirst, type Problem } from './check.js';
import { SEARCHED_BYTES, findSuperblocks } from './find-superblocks.js';
import { inspect, type InspectOptions, type Inspection } from './inspect.js';

/** Another format's mark on the device, as libblkid names it. */
export interface ForeignSignature {
  readonly type: string;
  readonly offsetBytes: bigint;
}

/** What is known of the table and the machine that the prediction is for. */
export interface CheckContext {
  /** Of the table; s unless told. */
  readonly mode?: 'p' | 's' | undefined;
  /** The table's block size; the superblock's unless told, and 4096 where that has none. */
  readonly blockSize?: number | undefined;
  /** Memory page size of the kernel; 4096 unless told. */
  readonly pageSizeBytes?: number | undefined;
  /** The origin's size, if known: entries beyond it are then found. */
  readonly originBytes?: bigint | undefined;
  readonly originLogicalBlockSizeBytes?: number | undefined;
  /** Whether the cache device is persistent memory that can be mapped; undefined where nobody knows (a file). */
  readonly dax?: boolean | undefined;
  /** Finds other formats' signatures on the device; asked only where there is no cache at the asked sector. */
  readonly findSignatures?: (() => Promise<readonly ForeignSignature[]>) | undefined;
}

export type CheckOptions = Omit<InspectOptions, 'originSectors'> & CheckContext;

/** Everything that can be said about a cache device without the kernel. */
export interface CheckResult {
  readonly inspection: Inspection;
  readonly problems: readonly Problem[];
  readonly mode: 'p' | 's';
  /** The block size that the prediction is for. */
  readonly blockSize: number;
  readonly activation: Activation;
}

const DEFAULT_BLOCK_SIZE = 4096;

/** Inspects a device, finds its problems and predicts its activation. Throws as {@link inspect} does. */
export async function checkDevice(device: BlockDevice, options: CheckOptions = {}): Promise<CheckResult> {
  const { originBytes } = options;
  const originSectors = originBytes === undefined ? undefined : originBytes / BigInt(SECTOR_BYTES);
  const inspection = await inspect(device, { ...options, originSectors });
  const mode = options.mode ?? 's';
  const blockSize = options.blockSize ?? recordedBlockSize(inspection) ?? DEFAULT_BLOCK_SIZE;
  const activation = predictActivation(inspection, {
    mode,
    blockSize,
    pageSizeBytes: options.pageSizeBytes ?? X86_MAX_BLOCK_SIZE,
    logicalBlockSizeBytes: Math.max(
      device.logicalBlockSizeBytes,
      options.originLogicalBlockSizeBytes ?? SECTOR_BYTES,
    ),
  });
  const problems = findProblems(inspection);
  problems.push(...(await surroundings(device, inspection, options)));
  if (activation.outcome === 'refused' && isOk(problems)) {
    problems.push(
      contextProblem(
        'table-refused',
        'error',
        `There is nothing wrong in the metadata, but the kernel will refuse a table with blocks of ${String(blockSize)} bytes in mode ${mode}: "${activation.kernelMessage}".`,
        'Check the device, --block-size and --mode; nothing is lost by a table that is refused.',
      ),
    );
  }
  return { inspection, problems: worstFirst(problems), mode, blockSize, activation };
}

/** The block size that the superblock tells, if it tells one. */
function recordedBlockSize({ state, superblock }: Inspection): number | null {
  const tells = state !== 'blank' && state !== 'foreign' && isBlockSize(superblock.block_size);
  return tells ? superblock.block_size : null;
}

async function surroundings(
  device: BlockDevice,
  inspection: Inspection,
  { mode, dax, findSignatures }: CheckContext,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  if (mode === 'p' && dax === false) {
    problems.push(
      contextProblem(
        'not-dax',
        'fatal',
        'The device is no persistent memory that can be mapped (queue/dax is 0, or its size is no multiple of a memory page). A table in mode p makes kernels without the fix of 2026 crash.',
        'Use mode s for this device.',
      ),
    );
  }
  if (inspection.state !== 'blank' && inspection.state !== 'foreign') {
    return problems;
  }
  for (const sector of findSuperblocks(device, 0n, SEARCHED_BYTES)) {
    problems.push(
      contextProblem(
        'superblock-elsewhere',
        'error',
        `There is a writecache superblock at sector ${String(sector)}: a table without start_sector ${String(sector)} would not find it, and where this sector is blank the kernel would format over it.`,
        `Look at it with --start-sector ${String(sector)}.`,
      ),
    );
  }
  for (const { type, offsetBytes } of (await findSignatures?.()) ?? []) {
    problems.push(
      contextProblem(
        'foreign-signature',
        'error',
        `There is a ${type} signature at byte ${String(offsetBytes)}: the device holds something else, which the kernel would format over where the first sector is blank.`,
        'Check the device name.',
      ),
    );
  }
  return problems;
}
