import { SECTOR_BYTES } from '../format/index.js';
import type { Core } from './core.js';

/**
 * Reads whole blocks (kernel-target.md §5.4): the newest copy of a sector where it is cached, else from the origin. A read
 * puts nothing into the cache, and works in error too. False where a device fails.
 */
export function read(core: Core, startSector: number, target: Uint8Array): boolean {
  const { settings, origin } = core.parts;
  let isDone = true;
  for (let at = 0; at < target.length;) {
    const sector = startSector + at / SECTOR_BYTES;
    const next = core.tree.firstFrom(sector);
    if (next?.sector === sector) {
      isDone = readCached(core, sector, target.subarray(at, at + settings.blockSize)) && isDone;
      at += settings.blockSize;
      continue;
    }
    const boundary = next === undefined ? target.length : at + (next.sector - sector) * SECTOR_BYTES;
    const end = Math.min(target.length, boundary);
    core.counters.reads += (end - at) / settings.blockSize;
    isDone = origin.tryRead(target.subarray(at, end), sector * SECTOR_BYTES) && isDone;
    at = end;
  }
  return isDone;
}

function readCached(core: Core, sector: number, target: Uint8Array): boolean {
  const block = core.tree.newestOf(sector);
  if (block === undefined) return false;
  core.counters.reads += 1;
  core.counters.read_hits += 1;
  // In ssd mode its data may still be on the way.
  if (!core.isCommitted(block)) core.parts.held.finish();
  return core.parts.cache.tryRead(target, core.blockOffset(block.index));
}
