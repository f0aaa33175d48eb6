import { decodeEntry, decodeSuperblock, formatMagic } from '../../../src/format/index.js';

const SUPERBLOCK_BYTES = 64;
const ENTRY_BYTES = 16;
const NEVER = 2n ** 64n - 1n;

/** Superblock and entries that were ever used, as `seq 1; 0: sector 8 seq 0, 1: sector 0 free`. */
export function describeMetadata(bytes: Uint8Array): string {
  const { magic, version, block_size, n_blocks, seq_count } = decodeSuperblock(bytes);
  if (version === 0) return `blank, magic ${formatMagic(magic)}`;
  const room = Math.floor((bytes.length - SUPERBLOCK_BYTES) / ENTRY_BYTES);
  const used = Array.from({ length: Math.min(Number(n_blocks), room) }, (_, index) => {
    const entry = decodeEntry(bytes, SUPERBLOCK_BYTES + index * ENTRY_BYTES);
    if (entry.original_sector === NEVER && entry.seq_count === NEVER) return [];
    const seq = entry.seq_count === NEVER ? 'free' : `seq ${String(entry.seq_count)}`;
    return [`${String(index)}: sector ${String(entry.original_sector)} ${seq}`];
  });
  const superblock = `${formatMagic(magic)} of ${String(n_blocks)} blocks of ${String(block_size)}`;
  return `${superblock}, seq ${String(seq_count)}; ${used.flat().join(', ')}`.trim();
}
