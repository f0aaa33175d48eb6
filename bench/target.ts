import { MemoryDevice, VoidDevice } from '../src/device/index.js';
import { geometryOf } from '../src/format/index.js';
import { HollowCache } from '../src/simulate/hollow-cache.js';
import { ReferenceTarget } from '../src/target/index.js';

const BLOCK = 4096;
const CACHE_BYTES = 64 << 20;
const ORIGIN_BYTES = 256 << 20;
const EIGHT_TEBIBYTE = 1n << 43n;

/**
 * Writes single blocks at random through the reference target, in a cache that is always being written back, with a flush
 * after every 64th; returns a function that does that so many times.
 */
export function targetWriter(mode: 'p' | 's'): (writes: number) => void {
  const devices = { origin: new MemoryDevice(ORIGIN_BYTES), cache: new MemoryDevice(CACHE_BYTES) };
  const table = { mode, origin: '', cache: '', block_size: BLOCK, options: {} };
  const target = ReferenceTarget.load(table, devices);
  target.resume();
  const data = new Uint8Array(BLOCK);
  return (writes) => {
    for (let write = 1; write <= writes; write += 1) {
      target.write(randomBlock(write) * (BLOCK / 512), data);
      if (write % 64 === 0) target.flush();
    }
  };
}

/**
 * Fills a cache, of which only the metadata is there, to its high watermark with blocks from all over an origin of 8 TiB;
 * returns a function that writes so many others, with a flush after every 64th. They start writeback again and again, until
 * a hundredth of the cache is free.
 */
export function filledWriter(mode: 'p' | 's', nBlocks: number, percent: number): (writes: number) => void {
  const geometry = geometryOf(BLOCK, BigInt(nBlocks));
  const devices = {
    origin: new VoidDevice('origin', EIGHT_TEBIBYTE),
    cache: new HollowCache(geometry.dataEndBytes, 0n, geometry),
  };
  const options = { high_watermark: percent, low_watermark: percent - 1 };
  const target = ReferenceTarget.load({ mode, origin: '', cache: '', block_size: BLOCK, options }, devices);
  target.resume();
  const data = new Uint8Array(BLOCK);
  let written = 0;
  const write = (writes: number): void => {
    for (const end = written + writes; written < end; written += 1) {
      target.write((Math.imul(written, 0x9e3779b1) >>> 1) * (BLOCK / 512), data);
      if (written % 64 === 0) target.flush();
    }
  };
  write(Math.ceil((nBlocks * percent) / 100));
  return write;
}

/** Always the same order, far from sequential. */
function randomBlock(write: number): number {
  return (Math.imul(write, 0x9e3779b1) >>> 0) % (ORIGIN_BYTES / BLOCK);
}
