import { SECTOR_BYTES } from '../format/index.js';
import type { Core } from './core.js';

/**
 * Reads whole blocks (kernel-target.md §5.4): the newest copy of a sector where it is cached, else from the origin. A read
 * puts nothing into the cache, and works in error too. False where a device fails.
 */
export function read(core: Core, startSector: number, target: Uint8Array): boolean {
  let isDone = true;
  for (let [sector, rest] = [startSector, target]; rest.length > 0;) {
    const piece = readPiece(core, sector, rest);
    isDone = piece.isDone && isDone;
    const restBytes = rest.length - piece.cachedBytes - piece.missedBytes;
    // As with writes around the cache, what was found before a cut is forgotten in pmem mode (W11).
    const forgets = core.parts.settings.mode === 'p' && core.parts.behaviour.losesTail && restBytes > 0;
    const from = forgets ? piece.missedBytes : piece.cachedBytes + piece.missedBytes;
    rest = rest.subarray(from, from + restBytes);
    sector += from / SECTOR_BYTES;
  }
  return isDone;
}

interface ReadPiece {
  readonly cachedBytes: number;
  readonly missedBytes: number;
  readonly isDone: boolean;
}

/** Blocks that are cached, and then those that are not, up to the next that is. */
function readPiece(core: Core, startSector: number, target: Uint8Array): ReadPiece {
  const { blockSize } = core.parts.settings;
  let isDone = true;
  let at = 0;
  let next = core.tree.firstFrom(startSector);
  while (at < target.length && next?.sector === startSector + at / SECTOR_BYTES) {
    isDone = readCached(core, next.sector, target.subarray(at, at + blockSize)) && isDone;
    at += blockSize;
    next = core.tree.firstFrom(startSector + at / SECTOR_BYTES);
  }
  const boundary = next === undefined ? target.length : (next.sector - startSector) * SECTOR_BYTES;
  const end = Math.max(at, Math.min(target.length, boundary));
  if (end > at) {
    core.counters.reads += (end - at) / blockSize;
    isDone = core.parts.origin.tryRead(target.subarray(at, end), startSector * SECTOR_BYTES + at) && isDone;
  }
  return { cachedBytes: at, missedBytes: end - at, isDone };
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
