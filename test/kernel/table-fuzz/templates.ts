import {
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  decodeSuperblock,
  encodeSuperblock,
  freshSuperblock,
  layOut,
  type Superblock,
} from '../../../src/format/index.js';
import { Random } from '../fuzz/random.js';

/** No device of the fuzz is larger; each case begins with one of the templates on its cache device. */
export const TEMPLATE_BYTES = 1024 * 1024;

function formatted(blockSize: number, sizeBytes = TEMPLATE_BYTES): Superblock {
  const layout = layOut(BigInt(sizeBytes), blockSize);
  if (!layout.ok) throw new RangeError('too small for a cache');
  return freshSuperblock(blockSize, layout.geometry.nBlocks);
}

function withSuperblocks(
  entries: Readonly<Record<number, Superblock>>,
  bytes: Buffer = Buffer.alloc(TEMPLATE_BYTES),
): Buffer {
  for (const [sector, superblock] of Object.entries(entries)) {
    bytes.set(encodeSuperblock(superblock), Number(sector) * SECTOR_BYTES);
  }
  return bytes;
}

function noise(): Buffer {
  const bytes = Buffer.alloc(TEMPLATE_BYTES);
  new Random(0, 0).fill(bytes, 0, bytes.length);
  return bytes;
}

const SMALL = formatted(512, 2 * 512);

/** What may be on a cache device: blank, formatted, foreign, and all that a superblock can be refused for. */
export const TEMPLATES: readonly [Buffer, ...Buffer[]] = [
  Buffer.alloc(TEMPLATE_BYTES),
  withSuperblocks({ 0: formatted(4096) }),
  withSuperblocks({ 0: formatted(512) }),
  withSuperblocks({
    0: SMALL,
    1: formatted(1024, 65_536),
    8: formatted(4096, 65_536),
    9: formatted(512, 65_536),
  }),
  withSuperblocks({ 8: { ...formatted(4096, 65_536), seq_count: 5n } }, noise()),
  withSuperblocks({ 0: { ...formatted(4096), magic: 0 } }),
  withSuperblocks({ 0: { ...formatted(2048), version: 2 } }),
  withSuperblocks({ 0: { ...formatted(4096), n_blocks: 1n << 60n } }),
  withSuperblocks({ 0: { ...formatted(4096), n_blocks: 0n } }),
];

/** The superblock that a kernel finds at a sector of the template of this number. */
export function superblockAt(template: number, startSector: bigint): Superblock {
  const start = Number(startSector) * SECTOR_BYTES;
  const bytes = TEMPLATES[template] ?? TEMPLATES[0];
  return decodeSuperblock(bytes.subarray(start, start + SUPERBLOCK_BYTES));
}
