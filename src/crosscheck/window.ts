import { WcacheError } from '../errors.js';
import { decodeSuperblock, geometryOf, type Geometry, type Superblock } from '../format/index.js';
import { readMetadata } from './metadata.js';
import { requireSameCache } from './same-cache.js';
import { cacheData } from './places.js';
import { windowCopies, type WindowCopies } from './window-copies.js';
import { ownCopies } from './window-own-copies.js';
import { WindowReader } from './window-reader.js';
import type { WindowQuestion, WindowReading } from './window-reading.js';

/**
 * Looks at what is still open while the mapping is suspended, so that nothing changes on either device: reads the final
 * metadata and compares cache copy and origin, byte by byte, of the blocks that are open in `comparison`, that were dirty
 * in `before`, or that were written since. Ends when the budget is used up. Never throws for what a device does.
 *
 * Where the metadata are too large to be kept, only the evidence's own copies of open blocks are compared.
 */
export function readWindow(question: WindowQuestion): WindowReading {
  const reader = new WindowReader(question, performance.now() + question.budgetMs);
  let [complete, notFree, failure]: [boolean, number, string | null] = [false, 0, null];
  try {
    const found = findCopies(question);
    if (found !== null) {
      ({ notFree } = found.copies);
      reader.compare(found.copies, cacheData(question.startSector, found.geometry));
      complete = found.copies.wordsBefore !== null && reader.isComplete;
    }
  } catch (error) {
    if (!(error instanceof WcacheError)) throw error;
    failure = error.message;
  }
  return { complete, notFree, failure, unseen: reader.unseen, ...reader.notes.findings };
}

/** Null where there is nothing to go by. */
function findCopies({
  cache,
  startSector,
  before,
  comparison,
}: WindowQuestion): { copies: WindowCopies; geometry: Geometry } | null {
  const final = readMetadata(cache, startSector);
  if (final !== null) {
    const superblock = decodeSuperblock(final);
    if (comparison !== null) requireSameCache(cache.name, comparison.evidence, superblock);
    return { copies: windowCopies(final, before, comparison), geometry: shapeOf(superblock) };
  }
  if (comparison === null) return null;
  return { copies: ownCopies(cache, comparison), geometry: shapeOf(comparison.evidence.superblock) };
}

function shapeOf({ block_size, n_blocks }: Superblock): Geometry {
  return geometryOf(block_size, n_blocks);
}
