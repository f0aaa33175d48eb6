import { SECTOR_BYTES } from '../format/index.js';
import { hasOption, printsStartSector, usesLowWatermark } from './features.js';
import type { JudgedOptions } from './judge-options.js';
import type { Ledger } from './ledger.js';
import type { OptionName } from './table.js';
import { formatTargetVersion, type TargetVersion } from './target-version.js';

/**
 * The age timer runs every sixteenth of max_age, in clock ticks of the kernel. Up to 15 ticks that is zero, and a tick
 * is 1 to 10 ms.
 */
const LONGEST_FOR_A_BUSY_TIMER_MS = 150;

/** Values that the kernel takes, and that someone should look at. */
export function judgeOptionValues(
  ledger: Ledger,
  { options, places }: JudgedOptions,
  version: TargetVersion,
  sizes: Sizes,
): void {
  const warn = (
    code: Parameters<Ledger['warn']>[0],
    option: OptionName,
    message: string,
    hint: string,
  ): void => {
    ledger.warn(code, { at: places.get(option) ?? 0, message, hint });
  };
  const { start_sector: start = 0n, max_age: maxAge, writeback_jobs: jobs } = options;
  if (start !== 0n) judgeAlignment(ledger, start, places.get('start_sector') ?? 0, sizes);
  if (
    options.start_sector !== undefined &&
    hasOption(version, 'start_sector') &&
    !printsStartSector(version)
  ) {
    warn(
      'start-sector-not-printed',
      'start_sector',
      `Target version ${formatTargetVersion(version)} does not print start_sector: who loads the printed table again moves the superblock to sector 0.`,
      'Keep the table that the cache is created with.',
    );
  }
  if (options.low_watermark !== undefined && !usesLowWatermark(version)) {
    warn(
      'low-watermark-unused',
      'low_watermark',
      `Target version ${formatTargetVersion(version)} takes low_watermark and does not use it: writeback stops at high_watermark.`,
      'Use a newer kernel, if it matters.',
    );
  }
  if (maxAge !== undefined && maxAge <= LONGEST_FOR_A_BUSY_TIMER_MS) {
    warn(
      'max-age-too-short',
      'max_age',
      `max_age ${String(maxAge)} is so short that the kernel's timer for it can run without a pause (below 16 on every machine, up to ${String(LONGEST_FOR_A_BUSY_TIMER_MS)} on some).`,
      'Write 1000 or more; high_watermark 0 and low_watermark 0 write back at once.',
    );
  }
  if (jobs === 0) {
    warn(
      'unlimited-writeback-jobs',
      'writeback_jobs',
      'writeback_jobs 0 takes away the limit that kernels since 6.0 have: writeback of a large cache can use up the memory.',
      'Leave it out, or write a number of blocks.',
    );
  }
}

interface Sizes {
  /** The cache device's; absent for pmem mode, which does not go through logical blocks. */
  readonly logicalBlockSizeBytes?: number | undefined;
  readonly blockSize: number | null;
}

/** The kernel does not look; a disk refuses what does not begin at one of its logical blocks. */
function judgeAlignment(ledger: Ledger, start: bigint, at: number, sizes: Sizes): void {
  const { logicalBlockSizeBytes = SECTOR_BYTES, blockSize } = sizes;
  const startBytes = start * BigInt(SECTOR_BYTES);
  if (startBytes % BigInt(logicalBlockSizeBytes) !== 0n) {
    ledger.refuseStrictly('start-inside-logical-block', {
      at,
      message: `start_sector ${String(start)} lies inside a logical block of the device, which has ${String(logicalBlockSizeBytes)} bytes.`,
      hint: `Write a multiple of ${String(logicalBlockSizeBytes / SECTOR_BYTES)}.`,
    });
  } else if (startBytes % BigInt(blockSize ?? SECTOR_BYTES) !== 0n) {
    ledger.warn('unaligned-start-sector', {
      at,
      message: `start_sector ${String(start)} is not a multiple of the block size (${String((blockSize ?? 0) / SECTOR_BYTES)} sectors): every block lies across two of the device's.`,
      hint: 'If the cache is to be formatted, write a multiple; if it exists, it must stay as it is.',
    });
  }
}
