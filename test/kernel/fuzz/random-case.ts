import {
  COMMON_BLOCK_SIZES,
  ENTRY_BYTES,
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_MAGIC,
  encodeEntry,
  encodeSuperblock,
  geometryOf,
  type Superblock,
} from '../../../src/format/index.js';
import { Random } from './random.js';
import { randomEntry, type EntryStyle } from './random-entry.js';

/** A cache device and the table that is loaded with it. */
export interface FuzzCase {
  readonly index: number;
  readonly mode: 'p' | 's';
  /** The table's block size. */
  readonly blockSize: number;
  readonly startSector: bigint;
  /** The whole device. */
  readonly bytes: Buffer;
}

const PAGE = 4096;
const SEQ_COUNTS: readonly [bigint, ...bigint[]] = [
  ...([0n, 1n, 2n, 3n, 5n, 100n] as const),
  ...[2n ** 32n - 1n, 2n ** 32n, 2n ** 32n + 1n, 2n ** 53n + 1n],
  ...[2n ** 63n - 1n, 2n ** 63n, 2n ** 63n + 1n, 2n ** 64n - 2n, 2n ** 64n - 1n],
];

/** The case of this number, always the same for a seed. */
export function randomCase(seed: number, index: number, mode: 'p' | 's'): FuzzCase {
  const random = new Random(seed, mode === 'p' ? index + 2 ** 31 : index);
  const blockSize = random.pick(COMMON_BLOCK_SIZES);
  const nBlocks = randomCount(random, blockSize);
  const geometry = geometryOf(blockSize, BigInt(nBlocks));
  const startSector = random.oneIn(3) ? random.pick([1, 2, 7, 8, 9, 64]) : 0;
  const start = startSector * SECTOR_BYTES;
  const bytes = Buffer.alloc(deviceSize(random, mode, start + Number(geometry.dataEndBytes)));
  const area = bytes.subarray(start);
  const seqCount = random.oneIn(4) ? random.u64() : random.pick(SEQ_COUNTS);

  if (random.oneIn(2)) random.fill(bytes, 0, start);
  if (random.oneIn(2)) random.fill(area, Number(geometry.entriesEndBytes), area.length);
  writeEntries(random, area, nBlocks, { ...entryStyle(random, nBlocks), seqCount, ...scale(blockSize) });
  superblockBytes(random, randomSuperblock(random, blockSize, BigInt(nBlocks), seqCount)).copy(area);
  return {
    index,
    mode,
    blockSize: tableBlockSize(random, blockSize),
    startSector: tableStartSector(random, startSector, bytes.length),
    bytes,
  };
}

/** Mostly few; now and then more metadata than one region of 64 KiB, which is what the kernel writes at once in ssd mode. */
function randomCount(random: Random, blockSize: number): number {
  if (random.oneIn(40) && blockSize === SECTOR_BYTES) return 4090 + random.below(1000);
  return 1 + random.below(random.pick([1, 4, 40, 300]));
}

/** Exactly what the blocks need, or more, or less; in whole sectors, and for pmem in whole pages. */
function deviceSize(random: Random, mode: 'p' | 's', needed: number): number {
  const unit = mode === 'p' ? PAGE : SECTOR_BYTES;
  const exact = Math.ceil(needed / unit) * unit;
  const others = [exact - unit, exact + unit, exact + 20 * unit, Math.ceil(exact / 2 / unit) * unit];
  return random.oneIn(3) ? Math.max(unit, random.pick(others as [number, ...number[]])) : exact;
}

function entryStyle(
  random: Random,
  nBlocks: number,
): Pick<EntryStyle, 'tameSectors' | 'wild' | 'freeEighths'> {
  return {
    tameSectors: 1 + random.below(random.pick([2, nBlocks + 1, 4 * nBlocks])),
    wild: random.oneIn(2),
    freeEighths: random.below(7),
  };
}

function scale(blockSize: number): Pick<EntryStyle, 'sectorsPerBlock'> {
  return { sectorsPerBlock: BigInt(blockSize / SECTOR_BYTES) };
}

/** As many as the area has room for; sometimes with a part that reads as zeros or noise, as after a torn write. */
function writeEntries(random: Random, area: Buffer, nBlocks: number, style: EntryStyle): void {
  const room = Math.max(0, Math.floor((area.length - SUPERBLOCK_BYTES) / ENTRY_BYTES));
  const count = Math.min(nBlocks, room);
  const at = (index: number): number => SUPERBLOCK_BYTES + index * ENTRY_BYTES;
  for (let index = 0; index < count; index += 1) {
    encodeEntry(randomEntry(random, style), area, at(index));
  }
  if (random.oneIn(8) && count > 0) {
    const from = random.below(count);
    const to = Math.min(count, from + 32);
    if (random.oneIn(2)) area.fill(0, at(from), at(to));
    else random.fill(area, at(from), at(to));
  }
}

/** Three of four are what a kernel wrote; in the others one field or two are something else. */
function randomSuperblock(random: Random, blockSize: number, nBlocks: bigint, seqCount: bigint): Superblock {
  const superblock: Superblock = {
    magic: SUPERBLOCK_MAGIC,
    version: 1,
    block_size: blockSize,
    pad: random.oneIn(8) ? 0xdead_beef : 0,
    n_blocks: nBlocks,
    seq_count: seqCount,
    reserved: new Uint8Array(32).fill(random.oneIn(8) ? 0xa5 : 0),
  };
  if (!random.oneIn(4)) return superblock;
  const once = { ...superblock, ...mutation(random, superblock) };
  return random.oneIn(3) ? { ...once, ...mutation(random, superblock) } : once;
}

function mutation(random: Random, { block_size, n_blocks, magic }: Superblock): Partial<Superblock> {
  const u32 = Number(random.u64() & 0xffff_ffffn);
  const bit = (1 << random.below(32)) >>> 0;
  const perBlock = 2n ** 64n / BigInt(block_size);
  return random.pick<Partial<Superblock>>([
    { magic: random.pick([0, 1, 0x2193_4823, u32, (magic ^ bit) >>> 0]) },
    { magic: 0, version: 1 },
    { magic: 0, version: 0 },
    { magic: 0, version: 0, n_blocks: 0n, seq_count: 0n, block_size: 0 },
    { version: random.pick([0, 2, 0x0100_0000, 0xffff_ffff, u32]) },
    { block_size: random.pick([0, 1, 511, 512, 1024, 2048, 3000, 4096, 8192, 65_536, 0xffff_ffff, u32]) },
    { n_blocks: random.pick([0n, 1n, n_blocks - 1n, n_blocks / 2n]) },
    { n_blocks: n_blocks + random.pick([1n, 2n, 32n, 1000n]) },
    { n_blocks: 2n ** BigInt(random.below(64)) + BigInt(random.below(3)) - 1n },
    { n_blocks: 2n ** 60n - BigInt(random.below(8)) },
    { n_blocks: BigInt.asUintN(64, perBlock + BigInt(random.below(5)) - 2n) },
    { n_blocks: BigInt.asUintN(64, 2n ** 64n / BigInt(block_size + 16) + BigInt(random.below(5)) - 2n) },
    { n_blocks: 2n ** 64n - 1n - BigInt(random.below(2)) },
    { n_blocks: random.u64() },
    { n_blocks: random.u64() >> BigInt(random.below(64)) },
  ]);
}

/** Now and then a superblock that is nothing but noise, or all ones. */
function superblockBytes(random: Random, superblock: Superblock): Buffer {
  const bytes = Buffer.from(encodeSuperblock(superblock));
  const kind = random.below(60);
  if (kind === 0) random.fill(bytes, 0, bytes.length);
  else if (kind === 1) bytes.fill(0xff);
  return bytes;
}

function tableBlockSize(random: Random, blockSize: number): number {
  if (!random.oneIn(15)) return blockSize;
  return random.pick([0, 1, 256, 511, 512, 1024, 2048, 3000, 4096, 8192, 65_536, 2 ** 31]);
}

/** Where the superblock was put, or somewhere else: over the device's end too. */
function tableStartSector(random: Random, startSector: number, deviceBytes: number): bigint {
  if (!random.oneIn(15)) return BigInt(startSector);
  const sectors = BigInt(deviceBytes / SECTOR_BYTES);
  return random.pick([
    0n,
    1n,
    BigInt(random.below(100)),
    sectors / 2n,
    sectors - 1n,
    sectors,
    sectors + 1n,
    2n ** 32n,
    2n ** 55n,
    2n ** 63n,
    2n ** 64n - 1n,
  ]);
}

const SHOWN_ENTRIES = 12;

/** A case in words that are enough to make it by hand, if it is small. */
export function describeCase({ index, mode, blockSize, startSector, bytes }: FuzzCase): string {
  const start = Number(startSector) * SECTOR_BYTES;
  const shown = bytes.subarray(start, start + SUPERBLOCK_BYTES + SHOWN_ENTRIES * ENTRY_BYTES);
  return `case ${String(index)}, mode ${mode}, table block size ${String(blockSize)}, start_sector ${String(startSector)}, device of ${String(bytes.length)} bytes, superblock and first entries ${shown.toString('hex')}`;
}
