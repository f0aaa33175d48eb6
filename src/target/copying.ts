import { SECTOR_BYTES } from '../format/index.js';
import type { CachedBlock } from './cached-block.js';
import type { Copy } from './copy.js';
import type { Core } from './core.js';
import { release } from './release.js';

/** In pmem mode other work has its turn after so many entries. */
const ENTRIES_PER_BARRIER = 16;

/** Begins the copies that wait, as far as writeback_jobs lets them. */
export function beginCopies(core: Core): void {
  for (
    let copy = core.waitingCopies.first;
    copy !== undefined && mayBegin(core);
    copy = core.waitingCopies.first
  ) {
    core.waitingCopies.shift();
    begin(core, copy);
    core.copies.add(copy);
  }
}

/** A copy begins when fewer blocks than that are under way, and may be larger. */
function mayBegin(core: Core): boolean {
  const { writebackJobs } = core.parts.settings;
  return writebackJobs === 0 || core.copies.blocks < writebackJobs;
}

function begin(core: Core, copy: Copy): void {
  const { settings, pace } = core.parts;
  const data = readBlocks(core, copy);
  const blocks = copy.blocks.length;
  copy.endsAtMs = pace.copyEndsAtMs({ blocks, sizeBytes: blocks * settings.blockSize }, core.nowMs);
  const isRefused = core.isInError() && settings.mode === 'p';
  if (isRefused || data === null || !writeToOrigin(core, copy, data)) copy.failed = true;
}

function readBlocks(core: Core, copy: Copy): Uint8Array | null {
  const { settings, cache } = core.parts;
  const { blockSize } = settings;
  const data = core.copyBuffer(copy.blocks.length * blockSize);
  const isRead = copy.blocks.every(({ index }, place) =>
    cache.tryRead(data.subarray(place * blockSize, (place + 1) * blockSize), core.blockOffset(index)),
  );
  return isRead ? data : null;
}

/** What lies beyond the origin's end is left out, and counts as written (W7): the origin shrank, or is the wrong one. */
function writeToOrigin(core: Core, copy: Copy, data: Uint8Array): boolean {
  const { behaviour, settings, origin } = core.parts;
  const sector = copy.blocks[0]?.sector ?? 0;
  const room = Math.max(0, core.originSectors - sector) * SECTOR_BYTES;
  const kept = behaviour.leavesOutBeyondOrigin ? data.subarray(0, room) : data;
  if (kept.length === 0) return true;
  return origin.tryWrite(kept, sector * SECTOR_BYTES, { fua: settings.writesBackFua });
}

/**
 * What follows on copies that have ended: the origin is flushed if they were not FUA writes, then their blocks are freed,
 * and that is made durable (kernel-target.md §5.5). If one failed, the target is in error, and no block is freed any more:
 * they stay in the cache, and are not picked again.
 */
export function endCopies(core: Core, ended: readonly Copy[]): void {
  if (ended.length === 0) return;
  core.passWasInVain = false;
  core.copies.remove(ended);
  const { settings, origin } = core.parts;
  if (!settings.writesBackFua && !origin.tryFlush()) core.fail('error flushing metadata');
  const freed: (readonly CachedBlock[])[] = [];
  for (const { blocks, failed } of ended) {
    if (failed) core.fail(settings.mode === 's' ? 'copy error' : 'write error');
    core.writebackBlocks -= blocks.length;
    for (const block of blocks) block.inWriteback = false;
    if (core.isInError()) continue;
    core.writtenBackBlocks += blocks.length;
    freed.push(blocks);
  }
  if (settings.mode === 's') releaseAtOnce(core, freed);
  else releaseInParts(core, freed);
}

function releaseAtOnce(core: Core, runs: readonly (readonly CachedBlock[])[]): void {
  release(core, runs);
  core.fail(core.parts.metadata.persist());
}

function releaseInParts(core: Core, runs: readonly (readonly CachedBlock[])[]): void {
  let sinceBarrier = 0;
  release(core, runs, () => {
    sinceBarrier += 1;
    if (sinceBarrier % ENTRIES_PER_BARRIER === 0) core.fail(core.parts.metadata.persist());
  });
  core.fail(core.parts.metadata.persist());
}
