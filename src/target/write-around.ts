import { SECTOR_BYTES } from '../format/index.js';
import type { Core } from './core.js';
import type { WriteRequest } from './write-request.js';

/** What was done of a write before it was cut. */
export interface Piece {
  readonly lengthBytes: number;
  readonly isDone: boolean;
}

/** Writes to the origin, up to the next sector that is cached. */
export function writeAround(core: Core, sector: number, rest: Uint8Array, { fua }: WriteRequest): Piece {
  const { blockSize } = core.parts.settings;
  const next = core.tree.firstFrom(sector);
  const boundaryBytes = next === undefined ? Infinity : (next.sector - sector) * SECTOR_BYTES;
  const lengthBytes = Math.min(rest.length, boundaryBytes);
  core.counters.writes_around += lengthBytes / blockSize;
  core.counters.writes += lengthBytes / blockSize;
  core.lastAroundMs = core.nowMs;
  const isDone = core.parts.origin.tryWrite(rest.subarray(0, lengthBytes), sector * SECTOR_BYTES, { fua });
  return { lengthBytes, isDone };
}
