import { MemoryDevice } from '../src/device/index.js';
import { ReferenceTarget } from '../src/target/index.js';

const BLOCK = 4096;
const CACHE_BYTES = 64 << 20;
const ORIGIN_BYTES = 256 << 20;

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

/** The least that such writes can cost: the blocks copied in memory, once. */
export function bareWriter(): (writes: number) => void {
  const device = new MemoryDevice(ORIGIN_BYTES);
  const data = new Uint8Array(BLOCK);
  return (writes) => {
    for (let write = 1; write <= writes; write += 1) device.write(data, randomBlock(write) * BLOCK);
  };
}

/** Always the same order, far from sequential. */
function randomBlock(write: number): number {
  return (Math.imul(write, 0x9e3779b1) >>> 0) % (ORIGIN_BYTES / BLOCK);
}
