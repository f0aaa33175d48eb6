import type { FileSystem } from '../device/file-system.js';
import { BusyError, NotPossibleHereError, UsageError, WrongDeviceError } from '../errors.js';
import {
  SECTOR_BYTES,
  X86_MAX_BLOCK_SIZE,
  kernelMemoryBytes,
  type SuperblockFault,
} from '../format/index.js';
import { isOk, verdict, type CheckResult, type Inspection } from '../scan/index.js';
import { shellLine } from '../exec.js';
import { formatSize } from '../units.js';
import type { CreateRequest, FoundDevice, Note, Override } from './create-request.js';

/** What is known when the block size of a new mapping is decided. */
export interface BlockSizeQuestion {
  readonly request: CreateRequest;
  readonly origin: FoundDevice;
  readonly cache: FoundDevice;
  readonly fileSystem: FileSystem | null;
  /** The block size that the cache has already; null where it is blank or will be formatted. */
  readonly recorded: number | null;
  readonly pageSizeBytes: number;
  /** What is on the origin alone is stale then, and judges nothing. */
  readonly isDirty: boolean;
}

/**
 * The block size of a new mapping: what the cache has already, what was asked for, or the largest that suits both
 * devices, the file system on the origin and the origin's length.
 *
 * @throws {@link WrongDeviceError} `block-size-differs`, `file-system-block-size`, `partition-table-block-size`,
 *   `origin-not-aligned`;
 *   {@link UsageError} `block-size-too-small`.
 */
export function chooseBlockSize(question: BlockSizeQuestion): number {
  const { request, origin, cache, recorded } = question;
  if (recorded !== null && request.blockSize !== undefined && recorded !== request.blockSize) {
    throw new WrongDeviceError(
      `${cache.path} is a cache with blocks of ${String(recorded)} bytes, and ${String(request.blockSize)} were asked for.`,
      {
        code: 'block-size-differs',
        hint: 'Leave --block-size out, or write the cache back and give --format to begin with another block size.',
      },
    );
  }
  const least = Math.max(SECTOR_BYTES, origin.logicalBlockSizeBytes, cache.logicalBlockSizeBytes);
  const chosen = recorded ?? request.blockSize ?? largestSuiting(question, least);
  if (chosen < least) {
    throw new UsageError(
      `Blocks of ${String(chosen)} bytes are smaller than what the devices are addressed in (${String(least)} bytes).`,
      { code: 'block-size-too-small', hint: `Use --block-size ${String(least)} or larger.` },
    );
  }
  const misfit = fileSystemMisfit(question, chosen);
  if (misfit !== null && !question.isDirty) {
    throw new WrongDeviceError(misfit.message, { code: misfit.code, hint: misfit.hint });
  }
  if (origin.sizeBytes % BigInt(chosen) !== 0n) {
    throw new WrongDeviceError(
      `${origin.path} has ${String(origin.sizeBytes)} bytes, which is no multiple of the block size ${String(chosen)}: the kernel refuses such a table.`,
      { code: 'origin-not-aligned', hint: 'Use a smaller --block-size.' },
    );
  }
  return chosen;
}

interface Misfit extends Note {
  readonly hint: string;
}

/** Why what is on the origin would not be found, or not be mounted, over blocks of this size; null where it would. */
export function fileSystemMisfit(
  { origin, fileSystem }: Pick<BlockSizeQuestion, 'origin' | 'fileSystem'>,
  blockSize: number,
): Misfit | null {
  const smallest = fileSystem?.blockSizeBytes ?? null;
  if (smallest !== null && smallest < blockSize) {
    return {
      code: 'file-system-block-size',
      message: `The ${fileSystem?.type ?? 'file system'} on ${origin.path} works in units of ${String(smallest)} bytes: it would not mount over a cache with blocks of ${String(blockSize)}.`,
      hint: `Use --block-size ${String(smallest)}. If the file system is not needed any more, wipe it first: ${shellLine(['wipefs', '-a', origin.path])}`,
    };
  }
  const table = fileSystem?.partitionTable ?? null;
  if (table !== null && blockSize > origin.logicalBlockSizeBytes) {
    return {
      code: 'partition-table-block-size',
      message: `${origin.path} has a ${table} partition table in units of ${String(origin.logicalBlockSizeBytes)} bytes: through a cache with blocks of ${String(blockSize)} it would be read wrongly or not at all.`,
      hint: `Use --block-size ${String(origin.logicalBlockSizeBytes)}, or put the cache in front of a partition.`,
    };
  }
  return null;
}

function largestSuiting(question: BlockSizeQuestion, least: number): number {
  const { origin, fileSystem, pageSizeBytes } = question;
  // What does not tell in which unit it was made may have been made in the disk's own.
  const unit =
    fileSystem === null ? X86_MAX_BLOCK_SIZE : (fileSystem.blockSizeBytes ?? origin.logicalBlockSizeBytes);
  const limit = Math.min(unit, X86_MAX_BLOCK_SIZE, pageSizeBytes);
  let size = X86_MAX_BLOCK_SIZE;
  while (size > least && (size > limit || origin.sizeBytes % BigInt(size) !== 0n)) size /= 2;
  return size;
}

/** Codes of what a check finds that do not keep a cache from being used. */
const FAULT_HINTS: Partial<Record<SuperblockFault, string>> = {
  'torn-format': 'Nothing can be in it yet: give --format to finish what was cut short.',
  'not-a-writecache': 'Check the device name; give --format if what is on it may go.',
};

/**
 * Refuses a cache device whose content does not allow what was asked for.
 *
 * @throws {@link BusyError} `dirty-cache`; {@link WrongDeviceError} with the code of the problem that speaks against it.
 */
export function requireUsableCache(check: CheckResult, request: CreateRequest): void {
  const { inspection, problems } = check;
  const isIdentical = problems.some(({ code }) => code === 'identical-entries');
  const counting = problems.filter(
    ({ code }) => !(code === 'identical-entries' && request.overrides.includes('identical-entries')),
  );
  const [worst] = counting;
  if (!isOk(counting) && worst !== undefined) {
    throw new WrongDeviceError(
      `${inspection.name} cannot be used as it is: ${verdict(check)}. ${worst.message}`,
      {
        code: worst.code,
        hint:
          (inspection.fault === null ? undefined : FAULT_HINTS[inspection.fault]) ??
          (isIdentical
            ? 'A power cut leaves such a pair. The kernel keeps the later one; give --override identical-entries to let it, and keep an image of the metadata before.'
            : (worst.advice ?? `Look at it with: wcache check ${inspection.name}`)),
      },
    );
  }
  if (inspection.state === 'dirty' && !request.attach) {
    throw new BusyError(
      `${inspection.name} is a dirty writecache: ${String(inspection.entries?.live ?? 0)} blocks in it are newer than on its origin.`,
      {
        code: 'dirty-cache',
        hint: `If ${request.origin} is the origin that they belong to, give --attach. On any other disk they would destroy data.`,
      },
    );
  }
}

/** Refuses entries that lie beyond the end of the origin: the kernel would drop them without a word (W7). */
export function requireInsideOrigin(check: CheckResult, origin: FoundDevice, request: CreateRequest): void {
  const beyond = check.problems.find(({ code }) => code === 'beyond-origin');
  if (beyond === undefined || request.overrides.includes('beyond-origin')) return;
  throw new WrongDeviceError(
    `${check.inspection.name} does not belong to ${origin.path}, or that has been made smaller: ${String(beyond.count)} of its blocks lie beyond the end, and the kernel would drop them without a word.`,
    {
      code: 'beyond-origin',
      hint: 'Find the right origin; give --override beyond-origin to lose those blocks.',
    },
  );
}

const PLENTY = 0.5;
const TOO_MUCH = 0.9;

/** The kernel keeps all entries in memory; a machine that runs out of it stops. */
export function judgeMemory(
  nBlocks: bigint,
  mode: 'p' | 's',
  totalBytes: number | null,
  overrides: readonly Override[],
): Note | null {
  const needed = Number(kernelMemoryBytes(nBlocks, mode));
  if (totalBytes === null || needed < totalBytes * PLENTY) return null;
  const message = `The kernel needs ${formatSize(BigInt(needed))} of memory for this cache, and the machine has ${formatSize(BigInt(totalBytes))}`;
  if (needed >= totalBytes * TOO_MUCH && !overrides.includes('kernel-memory')) {
    throw new NotPossibleHereError(`${message}.`, {
      code: 'kernel-memory',
      hint: 'Use a smaller cache or larger blocks (`wcache size` shows what each costs); --override kernel-memory tries it all the same.',
    });
  }
  return { code: 'kernel-memory', message: `${message}.` };
}

/** Refuses an origin that LVM would see twice: as itself and through the mapping. */
export function requireNoPhysicalVolume(
  fileSystem: FileSystem | null,
  origin: FoundDevice,
  overrides: readonly Override[],
): void {
  if (fileSystem?.type !== 'LVM2_member' || overrides.includes('physical-volume')) return;
  throw new BusyError(`${origin.path} is a physical volume of LVM.`, {
    code: 'physical-volume',
    hint: 'LVM would find it twice. Use lvconvert --type writecache for a logical volume, or give --override physical-volume if lvm.conf hides this device.',
  });
}

/** The block size that is on the cache already, if the kernel would go by it. */
export function recordedBlockSize(inspection: Inspection): number | null {
  return inspection.entries === null ? null : inspection.superblock.block_size;
}
