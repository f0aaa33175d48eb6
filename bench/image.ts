import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { encodeSuperblock, freshSuperblock, geometryOf } from '../src/format/index.js';

const CHUNK_ENTRIES = 65536;

/**
 * Writes the metadata of a made-up cache, its data area left as a hole: half of the entries free, the others
 * committed, each for a sector of its own spread over an origin `spread` times as large as the cache.
 */
export function writeBenchImage(path: string, nBlocks: number, spread: number): void {
  const geometry = geometryOf(4096, BigInt(nBlocks));
  const fd = openSync(path, 'w');
  ftruncateSync(fd, Number(geometry.dataEndBytes));
  writeSync(fd, encodeSuperblock({ ...freshSuperblock(4096, BigInt(nBlocks)), seq_count: 1000n }), 0, 64, 0);
  const chunk = new Uint32Array(CHUNK_ENTRIES * 4);
  for (let first = 0; first < nBlocks; first += CHUNK_ENTRIES) {
    const count = Math.min(CHUNK_ENTRIES, nBlocks - first);
    for (let entry = 0; entry < count; entry += 1) {
      const index = first + entry;
      const isFree = Math.imul(index, 0x9e3779b1) >>> 31 === 0;
      // Multiplying by an odd number permutes: every sector comes once, in no order.
      const block = Number((BigInt(index) * 2654435761n) % BigInt(nBlocks)) * spread;
      const sector = block * 8;
      chunk[entry * 4] = sector % 2 ** 32;
      chunk[entry * 4 + 1] = Math.floor(sector / 2 ** 32);
      chunk[entry * 4 + 2] = isFree ? 0xffff_ffff : index % 1000;
      chunk[entry * 4 + 3] = isFree ? 0xffff_ffff : 0;
    }
    writeSync(fd, chunk, 0, count * 16, 64 + first * 16);
  }
  closeSync(fd);
}
