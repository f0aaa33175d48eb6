import { SECTOR_BYTES } from '../format/index.js';
import { letOthersRun } from './between-pieces.js';
import { commit } from './commit.js';
import type { Core } from './core.js';
import { writeAround } from './write-around.js';
import { placeFor } from './write-place.js';
import type { WriteRequest } from './write-request.js';

/**
 * In pmem mode a bio is stored block by block, and only a wait for a free block lets other work come between. Where it has
 * to go on to the origin, it is cut at the next sector that is cached, and what is behind becomes a bio of its own.
 */
export function writePmem(core: Core, request: WriteRequest): boolean {
  let rest = request;
  for (;;) {
    const piece = writePmemPiece(core, rest);
    if (piece === null) return false;
    const restBytes = rest.data.length - piece.cachedBytes - piece.aroundBytes;
    if (restBytes === 0) return true;
    // The blocks that were stored before are forgotten when it is cut: so many at the end are never written (W11).
    const { losesTail } = core.parts.behaviour;
    const from = losesTail ? piece.aroundBytes : piece.cachedBytes + piece.aroundBytes;
    const data = rest.data.subarray(from, from + restBytes);
    rest = { ...rest, startSector: rest.startSector + from / SECTOR_BYTES, data };
    letOthersRun(core);
  }
}

interface PmemPiece {
  readonly cachedBytes: number;
  readonly aroundBytes: number;
}

function writePmemPiece(core: Core, request: WriteRequest): PmemPiece | null {
  const { blockSize } = core.parts.settings;
  for (let at = 0; at < request.data.length; at += blockSize) {
    const sector = request.startSector + at / SECTOR_BYTES;
    const rest = request.data.subarray(at);
    if (core.isInError()) {
      core.counters.writes += rest.length / blockSize;
      return null;
    }
    const place = placeFor(core, sector, request.meta);
    if (place === null) return null;
    if (place.kind === 'origin' && at > 0 && core.parts.behaviour.cutsBeforeOrigin) {
      commitStored(core, request.fua);
      return { cachedBytes: at, aroundBytes: 0 };
    }
    if (place.kind === 'origin') {
      const { lengthBytes, isDone } = writeAround(core, sector, rest, request);
      return isDone ? { cachedBytes: at, aroundBytes: lengthBytes } : null;
    }
    core.parts.cache.tryWrite(rest.subarray(0, blockSize), core.blockOffset(place.block.index));
    core.counters.writes += 1;
  }
  commitStored(core, request.fua);
  return { cachedBytes: request.data.length, aroundBytes: 0 };
}

/**
 * Where a bio goes on to the origin without a cut this is left out: its stored blocks wait for the next commit then, also
 * those of a FUA write.
 */
function commitStored(core: Core, fua: boolean): void {
  const isFuaDue = fua && core.parts.behaviour.commitsFua !== 'never';
  if (isFuaDue || core.isCommitDue()) commit(core);
  else core.scheduleCommit();
}
