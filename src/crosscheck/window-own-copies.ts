import type { BlockDevice } from '../device/index.js';
import { ColumnsBuilder } from './block-columns.js';
import type { Comparison } from './comparison.js';
import { entriesAgain } from './entries-again.js';
import { isFree } from './entry-words.js';
import { sectorOrder } from './sector-order.js';
import { runToEnd } from './sweep.js';
import { CopyKind, type WindowCopies } from './window-copies.js';

/** The copies of the open blocks of an evidence in the entries where they were, as far as these still have their sectors. */
export function ownCopies(cache: BlockDevice, comparison: Comparison): WindowCopies {
  const { blocks, startSector } = comparison.evidence;
  const byIndex = comparison.openOrder().sort();
  const builder = new ColumnsBuilder(byIndex.length);
  let notFree = 0;
  runToEnd(
    entriesAgain(cache, startSector, blocks, byIndex, (block, isSameSector, words) => {
      if (!isFree(words, 0)) notFree += 1;
      if (isSameSector) builder.add(blocks.index[block] ?? 0, words[1] ?? 0, words[0] ?? 0, 0, 0);
    }),
  );
  const columns = builder.build();
  return {
    ...{ columns, notFree, words: null, wordsBefore: null, sameSeqCount: false },
    kinds: new Uint8Array(columns.count).fill(CopyKind.later),
    order: sectorOrder(columns.sectorHi, columns.sectorLo, columns.count),
  };
}
