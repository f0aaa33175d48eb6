import { SECTOR_BYTES } from '../format/index.js';
import { entryRuns } from '../scan/chunks.js';
import type { ScanOptions } from '../scan/index.js';
import { ColumnsBuilder, type BlockColumns } from './block-columns.js';
import { entryWords, isFree, isUsed, type EntryWords } from './entry-words.js';
import type { Evidence } from './evidence.js';
import type { FinalState } from './final-state.js';
import { SectorLookup } from './sector-lookup.js';

/** What the cache still holds of blocks of an evidence. */
export interface LaterCopies {
  /** Copies that are not older than the evidence. */
  readonly columns: BlockColumns;
  /** Of which block of the evidence each is. */
  readonly blocks: readonly number[];
  /** Blocks of the evidence whose entries are committed still. */
  readonly committed: ReadonlySet<number>;
}

/**
 * Looks for copies of blocks, given by their positions in the evidence. One that was there when the evidence was taken, and
 * was not the newest then, is left out: it may be an older one, which the origin had before.
 *
 * @param takesOwn whether a copy in the entry where a block was then is wanted: it may have been overwritten there.
 */
export async function laterCopies(
  final: FinalState,
  evidence: Evidence,
  wanted: Uint32Array,
  takesOwn: (block: number) => boolean,
  scan: ScanOptions,
): Promise<LaterCopies> {
  const { startSector, geometry, superblock } = final.inspection;
  const { sectorHi, sectorLo } = evidence.blocks;
  const lookup = new SectorLookup();
  for (const block of wanted) lookup.set(sectorHi[block] ?? 0, sectorLo[block] ?? 0, block);
  const isLater = laterThan(evidence, takesOwn);
  const builder = new ColumnsBuilder(wanted.length);
  const blocks: number[] = [];
  const committed = new Set<number>();
  const startBytes = startSector * BigInt(SECTOR_BYTES);
  for await (const run of entryRuns(final.source, startBytes, Number(geometry.nBlocks), scan)) {
    const { words } = run;
    for (let entry = 0, at = 0; entry < run.count; entry += 1, at += 4) {
      if (!isUsed(words, at)) continue;
      const block = lookup.get(words[at + 1] ?? 0, words[at] ?? 0);
      if (block === undefined) continue;
      const index = run.firstIndex + entry;
      if (!isFree(words, at)) {
        if (isCommitted(words, at, superblock.seq_count)) committed.add(block);
      } else if (isLater(words, at, index, block)) {
        builder.add(index, words[at + 1] ?? 0, words[at] ?? 0, 0, 0);
        blocks.push(block);
      }
    }
  }
  return { columns: builder.build(), blocks, committed };
}

function laterThan(
  { blocks, metadata }: Evidence,
  takesOwn: (block: number) => boolean,
): (words: EntryWords, at: number, index: number, block: number) => boolean {
  const then = metadata === null ? null : entryWords(metadata);
  return (words, at, index, block) => {
    if (blocks.index[block] === index) return takesOwn(block);
    return then !== null && (words[at] !== then[index * 4] || words[at + 1] !== then[index * 4 + 1]);
  };
}

function isCommitted(words: EntryWords, at: number, seqCount: bigint): boolean {
  return ((BigInt(words[at + 3] ?? 0) << 32n) | BigInt(words[at + 2] ?? 0)) < seqCount;
}
