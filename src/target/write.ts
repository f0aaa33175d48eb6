import { SECTOR_BYTES } from '../format/index.js';
import { allocate, allocateNeighbour, waitForFreeBlock } from './allocate.js';
import { runStep } from './background.js';
import type { CachedBlock } from './cached-block.js';
import { commit } from './commit.js';
import type { Core } from './core.js';
import type { HeldRequest } from './held-writes.js';

/** A write of a program: whole blocks, in one bio. */
export interface WriteRequest {
  readonly startSector: number;
  readonly data: Uint8Array;
  readonly fua: boolean;
  /** Marked as metadata of a file system, which metadata_only lets into the cache. */
  readonly meta: boolean;
  /** Data that go to the cache device are left in flight for it (ssd mode), until something waits for them. */
  readonly held: HeldRequest | undefined;
}

/** Where a block of a write goes. */
type Place =
  | { readonly kind: 'cache'; readonly block: CachedBlock; readonly isNew: boolean }
  | { readonly kind: 'origin' };

/**
 * Writes one bio (kernel-target.md §5.2). False where it fails: because the target is in error, or a device did not take it.
 */
export function write(core: Core, request: WriteRequest): boolean {
  return core.parts.settings.mode === 's' ? writeSsd(core, request) : writePmem(core, request);
}

/** In ssd mode a bio is cut into pieces that go to one place in one row, and other work may come between them. */
function writeSsd(core: Core, request: WriteRequest): boolean {
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

  mayCommit(core: Core): void {
    const isFast =
      this.#isAnyWaiting && core.parts.choose(2, 'whether a piece of a FUA write is committed alone') === 1;
    if (isFast) this.commit(core);
  }
}

interface Piece {
  readonly lengthBytes: number;
  readonly isDone: boolean;
}

/** Between two pieces the worker may be faster, and copies may end. */
function letOthersRun(core: Core): void {
  while (core.queue.length > 0 || core.copies.count > 0) {
    const goesOn = core.parts.choose(2, 'whether other work is done before the next piece of a write') === 0;
    if (goesOn || !runStep(core)) return;
  }
}

/**
 * In pmem mode a bio is stored block by block, and only a wait for a free block lets other work come between. Where it has
 * to go on to the origin, it is cut at the next sector that is cached, and what is behind becomes a bio of its own.
 */
function writePmem(core: Core, request: WriteRequest): boolean {
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

/** Not where the bio went on to the origin: then its stored blocks wait for the next commit, also those of a FUA write. */
function commitStored(core: Core, fua: boolean): void {
  const isFuaDue = fua && core.parts.behaviour.commitsFua !== 'never';
  if (isFuaDue || isCommitDue(core)) commit(core);
  else core.scheduleCommit();
}

/**
 * Overwrites in place what is not committed, and in ssd mode also what is, as long as it is not being written back. In
 * pmem mode a committed block is never touched: a new one takes its place at the next commit.
 */
function placeFor(core: Core, sector: number, isMeta: boolean): Place | null {
  const { settings, behaviour } = core.parts;
  for (;;) {
    if (core.isInError()) return null;
    const cached = core.tree.newestOf(sector);
    if (cached !== undefined && mayOverwrite(core, cached)) {
      return { kind: 'cache', block: cached, isNew: false };
    }
    if (cached === undefined && (settings.cleaner || (settings.metadataOnly && !isMeta))) {
      return { kind: 'origin' };
    }
    const block = allocate(core, sector);
    if (block !== undefined) {
      core.counters.writes_allocate += 1;
      return { kind: 'cache', block, isNew: true };
    }
    const goesAround =
      cached === undefined && goesAroundWhenFull(behaviour.writesAroundWhenFull, settings.mode);
    if (goesAround) return { kind: 'origin' };
    waitForFreeBlock(core);
  }
}

function goesAroundWhenFull(when: 'never' | 'both-modes' | 'ssd-mode', mode: 'p' | 's'): boolean {
  return when === 'both-modes' || (when === 'ssd-mode' && mode === 's');
}

function mayOverwrite(core: Core, cached: CachedBlock): boolean {
  if (!core.isCommitted(cached)) {
    core.counters.write_hits_uncommitted += 1;
    return true;
  }
  core.counters.write_hits_committed += 1;
  if (core.parts.settings.mode === 'p' || cached.inWriteback) return false;
  core.overwroteCommitted = true;
  return true;
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
  if (isCommitDue(core)) {
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

/** Up to the next sector that is cached. */
function writeAround(core: Core, sector: number, rest: Uint8Array, { fua }: WriteRequest): Piece {
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

/** A count that has wrapped below zero is larger than any limit. */
function isCommitDue(core: Core): boolean {
  return core.uncommittedBlocks < 0 || core.uncommittedBlocks >= core.parts.settings.autocommitBlocks;
}
