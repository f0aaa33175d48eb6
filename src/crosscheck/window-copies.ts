import { seqCountIn } from './metadata.js';
import { entryWords, hasSameSector, isFree, isUsed, type EntryWords } from './entry-words.js';
import { ColumnsBuilder, type BlockColumns } from './block-columns.js';
import type { Comparison } from './comparison.js';
import { SectorLookup } from './sector-lookup.js';
import { sectorOrder } from './sector-order.js';

/**
 * What the metadata tell of a copy of a block:
 * `changed`: its entry has another sector than at the last look, so that it was written since;
 * `dirty`: it was not written back yet at the last look, and may have been overwritten in place since;
 * `later`: it was free again at the last look, and was written after the evidence (or is the evidence's own copy).
 */
export const CopyKind = { changed: 0, dirty: 1, later: 2 } as const;

/** The copies of the blocks that have to be compared while nothing can be written. */
export interface WindowCopies {
  /** Of the final metadata, but `seq` is the one of the last look. */
  readonly columns: BlockColumns;
  /** {@link CopyKind} of each. */
  readonly kinds: Uint8Array;
  /** The copies by sector: those of one block follow each other. */
  readonly order: Uint32Array;
  /** Entries that are not free. */
  readonly notFree: number;
  /** No commit was made since the last look, so that no block can have been allocated since. */
  readonly sameSeqCount: boolean;
  /** The final entries; null where they are too large to be kept. */
  readonly words: EntryWords | null;
  readonly wordsBefore: EntryWords | null;
}

/** Finds them in the final metadata. Without metadata of the last look only the open blocks of the evidence have any. */
export function windowCopies(
  final: Uint8Array,
  before: Uint8Array | null,
  comparison: Comparison | null,
): WindowCopies {
  const words = entryWords(final);
  const comparable = before?.length === final.length ? before : null;
  const wordsBefore = comparable === null ? null : entryWords(comparable);
  const open = comparison === null ? null : new OpenBlocks(comparison);
  const builder = new ColumnsBuilder(1024);
  const kinds: number[] = [];
  let notFree = 0;
  for (let at = 0; at < words.length; at += 4) {
    if (!isFree(words, at)) notFree += 1;
    if (!isUsed(words, at)) continue;
    const kind = touchedKind(words, wordsBefore, at) ?? open?.kindOf(words, at);
    if (kind === undefined) continue;
    const from = wordsBefore ?? words;
    builder.add(at / 4, words[at + 1] ?? 0, words[at] ?? 0, from[at + 3] ?? 0, from[at + 2] ?? 0);
    kinds.push(kind);
  }
  const columns = builder.build();
  return {
    ...{ columns, notFree, words, wordsBefore },
    kinds: Uint8Array.from(kinds),
    order: sectorOrder(columns.sectorHi, columns.sectorLo, columns.count),
    sameSeqCount: comparable !== null && seqCountIn(comparable) === seqCountIn(final),
  };
}

function touchedKind(words: EntryWords, before: EntryWords | null, at: number): number | undefined {
  if (before === null) return undefined;
  if (!hasSameSector(words, before, at)) return CopyKind.changed;
  return isFree(before, at) ? undefined : CopyKind.dirty;
}

/** The open blocks of an evidence, and which copies of them are no older than the evidence. */
class OpenBlocks {
  readonly #lookup = new SectorLookup();
  readonly #index: Float64Array;
  readonly #wordsThen: EntryWords | null;

  constructor(comparison: Comparison) {
    const { blocks, metadata } = comparison.evidence;
    this.#index = blocks.index;
    this.#wordsThen = metadata === null ? null : entryWords(metadata);
    for (const block of comparison.openOrder()) {
      this.#lookup.set(blocks.sectorHi[block] ?? 0, blocks.sectorLo[block] ?? 0, block);
    }
  }

  kindOf(words: EntryWords, at: number): number | undefined {
    const block = this.#lookup.get(words[at + 1] ?? 0, words[at] ?? 0);
    if (block === undefined) return undefined;
    if (this.#index[block] === at / 4) return CopyKind.later;
    // A copy that was there already, and not the newest, may be an older one.
    const isLater = this.#wordsThen !== null && !hasSameSector(words, this.#wordsThen, at);
    return isLater ? CopyKind.later : undefined;
  }
}
