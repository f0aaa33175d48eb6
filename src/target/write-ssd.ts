import { SECTOR_BYTES } from '../format/index.js';
import { allocateNeighbour } from './allocate.js';
import { runStep } from './background.js';
import { letOthersRun } from './between-pieces.js';
import type { CachedBlock } from './cached-block.js';
import { commit } from './commit.js';
import type { Core } from './core.js';
import { type Piece, writeAround } from './write-around.js';
import { type Place, placeFor } from './write-place.js';
import type { WriteRequest } from './write-request.js';

/** In ssd mode a bio is cut into pieces that go to one place in one row, and other work may come between them. */
export function writeSsd(core: Core, request: WriteRequest): boolean {
  const { blockSize } = core.parts.settings;
  const fuaPieces = new FuaPieces();
  let isDone = true;
  for (let at = 0; at < request.data.length;) {
    if (at > 0) {
      fuaPieces.mayCommit(core);
      letOthersRun(core);
    }
    const sector = request.startSector + at / SECTOR_BYTES;
    const rest = request.data.subarray(at);
    if (core.isInError()) {
      core.counters.writes += rest.length / blockSize;
      return false;
    }
    const place = placeFor(core, sector, request.meta);
    if (place === null) return false;
    const piece =
      place.kind === 'cache'
        ? writeToCacheDevice(core, place, rest, request)
        : writeAround(core, sector, rest, request);
    isDone = piece.isDone && isDone;
    at += piece.lengthBytes;
    if (request.fua && place.kind === 'cache') fuaPieces.add(core);
  }
  fuaPieces.letOthersRun(core);
  return fuaPieces.commit(core) && isDone;
}

/**
 * Pieces of a FUA write whose data have arrived wait for a thread that commits all of them at once (seen on 6.12.117); the
 * request is acknowledged after that.
 */
class FuaPieces {
  #isAnyWaiting = false;

  add({ parts }: Core): void {
    this.#isAnyWaiting ||= parts.behaviour.commitsFua === 'both-modes';
  }

  /** False where the commit failed. */
  commit(core: Core): boolean {
    if (!this.#isAnyWaiting) return true;
    this.#isAnyWaiting = false;
    commit(core);
    return !core.isInError();
  }

  /** The worker has no data to wait for, and mostly is faster than the commit. */
  letOthersRun(core: Core): void {
    while (this.#isAnyWaiting && (core.queue.length > 0 || core.copies.count > 0)) {
      const commitsFirst = core.parts.choose(2, 'whether a FUA write is committed before other work') === 1;
      if (commitsFirst || !runStep(core)) return;
    }
  }

  mayCommit(core: Core): void {
    const isFast =
      this.#isAnyWaiting && core.parts.choose(2, 'whether a piece of a FUA write is committed alone') === 1;
    if (isFast) this.commit(core);
  }
}

function writeToCacheDevice(
  core: Core,
  place: Place & { readonly kind: 'cache' },
  rest: Uint8Array,
  request: WriteRequest,
): Piece {
  const { blockSize } = core.parts.settings;
  const wanted = rest.length / blockSize;
  const blocks = place.isNew
    ? extendNew(core, place.block, wanted)
    : extendOverwrite(core, place.block, wanted);
  const lengthBytes = blocks * blockSize;
  core.counters.writes += blocks;
  const countsRest = place.isNew || core.parts.behaviour.countsOverwritesAsAllocated;
  if (countsRest) core.counters.writes_allocate += blocks - 1;
  const isDone = sendToCacheDevice(core, place.block.index, rest.subarray(0, lengthBytes), request);
  if (core.isCommitDue()) {
    core.uncommittedBlocks = 0;
    core.enqueue('commit');
  } else {
    core.scheduleCommit();
  }
  return { lengthBytes, isDone };
}

/** The following sectors go into the blocks behind, as long as these come next; whether they are cached is not asked. */
function extendNew(core: Core, first: CachedBlock, wanted: number): number {
  if (!core.parts.behaviour.extendsAllocations) return 1;
  const { sectorsPerBlock } = core.parts.settings;
  let blocks = 1;
  while (
    blocks < wanted &&
    allocateNeighbour(core, first.index + blocks, first.sector + blocks * sectorsPerBlock) !== undefined
  ) {
    blocks += 1;
  }
  return blocks;
}

/** Goes on over what lies behind in the cache and on the origin alike. */
function extendOverwrite(core: Core, first: CachedBlock, wanted: number): number {
  if (!core.parts.behaviour.extendsOverwrites) return 1;
  const { sectorsPerBlock } = core.parts.settings;
  let blocks = 1;
  for (let last = first; blocks < wanted; blocks += 1) {
    const next = core.tree.after(last);
    const isNeighbour = next?.index === last.index + 1 && next.sector === last.sector + sectorsPerBlock;
    if (!isNeighbour || next.inWriteback) break;
    if (core.isCommitted(next)) core.overwroteCommitted = true;
    last = next;
  }
  return blocks;
}

function sendToCacheDevice(core: Core, index: number, data: Uint8Array, request: WriteRequest): boolean {
  const { cache, held } = core.parts;
  const offset = core.blockOffset(index);
  if (request.held === undefined) return cache.tryWrite(data, offset, { fua: request.fua });
  const number = held.nextNumber();
  const isDone = cache.tryWrite(data, offset, { held: number });
  if (isDone) held.hold(number, request.held);
  return isDone;
}
