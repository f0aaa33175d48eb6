import { COMMON_BLOCK_SIZES, layOut } from '../../../src/format/index.js';

/** One format: a device of `startSector` sectors and an area behind them. */
export interface EqualityCase {
  readonly blockSize: number;
  readonly startSector: number;
  /** What the cache may use; a multiple of 512, as every block device's size. */
  readonly areaBytes: number;
}

const SECTOR = 512;
const KIB = 1024;
const MIB = 1024 * KIB;

/** Sizes that say something whatever the block size is: common ones, odd ones, more than one 64 KiB region of metadata. */
const ABSOLUTE_SIZES = [
  ...[16 * KIB, 64 * KIB, 256 * KIB, 1 * MIB, 3 * MIB],
  ...[64 * KIB + SECTOR, 100 * KIB - SECTOR, 123 * KIB, 400 * KIB],
  ...[199 * SECTOR, 251 * SECTOR, 503 * SECTOR, 777 * SECTOR, 1021 * SECTOR],
];

/** Multiples of the block size around which something changes. */
const BLOCKS = [2, 3, 4, 5, 8, 31, 32, 33, 34, 64, 97];

/** How many of the sizes at which the plain division gives a block too many (kernel-target.md §1.4) are taken. */
const STEPPING_SIZES = 6;

/** At least 30 sizes for a block size, smallest first. */
export function areaSizes(blockSize: number): number[] {
  const around = [1, ...BLOCKS].flatMap((blocks) => [blocks * blockSize, blocks * blockSize + SECTOR]);
  const justBelow = BLOCKS.map((blocks) => blocks * blockSize - SECTOR);
  const sizes = [...around, ...justBelow, ...ABSOLUTE_SIZES, ...steppingSizes(blockSize)];
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** The first sizes at which the loop that finds the number of blocks has to step back. */
export function steppingSizes(blockSize: number): number[] {
  const sizes: number[] = [];
  for (let size = 2 * blockSize; sizes.length < STEPPING_SIZES; size += SECTOR) {
    const layout = layOut(BigInt(size), blockSize);
    if (layout.ok && layout.geometry.nBlocks < BigInt(Math.floor(size / (blockSize + 16)))) {
      sizes.push(size);
    }
  }
  return sizes;
}

/** Every size for every block size at each of the start sectors. */
export function ssdCases(startSectors: readonly number[]): EqualityCase[] {
  return COMMON_BLOCK_SIZES.flatMap((blockSize) =>
    areaSizes(blockSize).flatMap((areaBytes) =>
      startSectors.map((startSector) => ({ blockSize, startSector, areaBytes })),
    ),
  );
}

const PAGE = 4096;
const PAGES = [1, 2, 3, 5, 17, 64, 250];

/** The kernel maps whole pages only: a device of another size counts as one without DAX. */
export function pmemCases(startSectors: readonly number[]): EqualityCase[] {
  return COMMON_BLOCK_SIZES.flatMap((blockSize) =>
    PAGES.flatMap((pages) =>
      startSectors.map((startSector) => ({
        blockSize,
        startSector,
        areaBytes: pages * PAGE - startSector * SECTOR,
      })),
    ),
  );
}

export function deviceBytes({ startSector, areaBytes }: EqualityCase): number {
  return startSector * SECTOR + areaBytes;
}

export function describeCase({ blockSize, startSector, areaBytes }: EqualityCase): string {
  return `${String(areaBytes)} bytes behind start sector ${String(startSector)}, blocks of ${String(blockSize)}`;
}
