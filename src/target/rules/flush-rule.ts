import { SECTOR_BYTES, type Entry } from '../../format/index.js';
import { isSame } from './cache-view.js';
import type { Promised } from './program-view.js';
import { describe, isCommitted, names, type RuleState } from './rule-state.js';

/** R3, when a flush or a FUA write has been acknowledged. */
export function checkPromises(state: RuleState, promises: readonly Promised[]): void {
  if (state.origin === null) return;
  for (const { sector, contents } of promises) {
    const { content, where } = durableContent(state, sector);
    if (contents.some((each) => isSame(each.subarray(0, content.length), content))) continue;
    state.violate(
      'R3',
      `sector ${String(sector)} is promised to be durable, and ${where} has other data durably`,
    );
  }
}

/** What a recovery would find of the block if nothing survived but what is durable. */
function durableContent(state: RuleState, sector: number): { content: Uint8Array; where: string } {
  const live = durableLiveCopy(state, BigInt(sector));
  if (live !== null) {
    return {
      content: state.cache.durableData(live.index),
      where: `the block of ${describe(live.index, live.entry)}`,
    };
  }
  const offset = sector * SECTOR_BYTES;
  const sizeBytes = state.origin?.sizeBytes ?? 0;
  const length = Math.max(0, Math.min(state.cache.blockSize, sizeBytes - offset));
  const content =
    length === 0 ? new Uint8Array(0) : (state.origin?.durable(offset, length) ?? new Uint8Array(0));
  return { content, where: 'the origin, without a committed entry,' };
}

function durableLiveCopy(state: RuleState, sector: bigint): { index: number; entry: Entry } | null {
  const { seqCount } = state.cache.durableSuperblock();
  let live: { index: number; entry: Entry } | null = null;
  for (const index of state.cache.entriesOf(sector)) {
    const entry = state.cache.durableEntry(index);
    if (!names(entry, sector) || !isCommitted(entry, seqCount)) continue;
    // Of identical entries the later one is kept.
    const wins =
      live === null ||
      entry.seq_count > live.entry.seq_count ||
      (entry.seq_count === live.entry.seq_count && index > live.index);
    if (wins) live = { index, entry };
  }
  return live;
}
