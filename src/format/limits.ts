/** Numbers that the on-disk format of dm-writecache fixes (kernel-target.md §1; unchanged since target 1.0.0). */

/** A sector is always 512 bytes, whatever the device's logical block size. */
export const SECTOR_BYTES = 512;

export const SUPERBLOCK_MAGIC = 0x23489321;
export const SUPERBLOCK_VERSION = 1;
/** The superblock is 64 bytes; the entry array follows it at once. */
export const SUPERBLOCK_BYTES = 64;
export const ENTRY_BYTES = 16;

/** 2^64 − 1: as `seq_count` it marks a free entry; a never-used entry has it as `original_sector` too. */
export const ALL_ONES = 0xffff_ffff_ffff_ffffn;

export const MIN_BLOCK_SIZE = 512;
/**
 * The target takes no block larger than a memory page. 64 KiB is the largest page of the platforms that have
 * the target; a machine with 4 KiB pages (x86) refuses everything above {@link X86_MAX_BLOCK_SIZE}.
 */
export const MAX_BLOCK_SIZE = 65536;
export const X86_MAX_BLOCK_SIZE = 4096;
/** The block sizes that every platform takes, smallest first. */
export const COMMON_BLOCK_SIZES = [512, 1024, 2048, 4096] as const;

/** Up to kernel 6.12 an entry's index lives in a 47-bit field (kernel-target.md §1.4). */
export const MAX_N_BLOCKS = (1n << 47n) - 1n;
/** In ssd mode the metadata's dirty bitmap has one bit per 64 KiB, and at most 2^31 bits. */
export const MAX_SSD_METADATA_BYTES = 65536n << 31n;

/** Linux addresses no byte of a device at or beyond 2^63. */
export const DEVICE_END_BYTES = 1n << 63n;

/** Whether a block size is one that some kernel with this target accepts: a power of two from 512 to 64 KiB. */
export function isBlockSize(blockSize: number): boolean {
  return (
    Number.isInteger(blockSize) &&
    blockSize >= MIN_BLOCK_SIZE &&
    blockSize <= MAX_BLOCK_SIZE &&
    (blockSize & (blockSize - 1)) === 0
  );
}
