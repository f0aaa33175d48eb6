import { SECTOR_BYTES, type Entry } from '../../format/index.js';
import { isSame } from './cache-view.js';
import { describe, isCommitted, names, type RuleState } from './rule-state.js';

/** R6, when a block of the cache is about to take data. */
export function checkBlockWrite(state: RuleState, index: number): void {
  const { hasMagic, seqCount } = state.cache.superblock();
  if (!hasMagic) return;
  const newest = state.cache.entry(index);
  const left = state.cache
    .possibleEntries(index)
    .find((entry) => isCommitted(entry, seqCount) && entry.seq_count !== newest.seq_count);
  if (left !== undefined) {
    state.violate(
      'R6',
      `block ${String(index)} takes data while the medium may still have ${describe(index, left)}`,
    );
  } else if (state.mode === 'p' && isCommitted(newest, seqCount)) {
    // In ssd mode that is what an overwrite of a committed block does.
    state.violate('R6', `block ${String(index)} takes data while ${describe(index, newest)} is committed`);
  }
}

/** R9, when the origin is about to take data. */
export function checkOriginWrite(state: RuleState, sector: number, data: Uint8Array): void {
  const written = writtenBackFrom(state, BigInt(sector), data);
  if (written === null) return;
  const { seqCount } = state.cache.superblock();
  for (const index of state.cache.entriesOf(BigInt(sector))) {
    if (index === written.index || isSame(state.cache.data(index), state.cache.data(written.index))) continue;
    const older = state.cache
      .possibleEntries(index)
      .find((entry) => isCommitted(entry, seqCount) && isOlder(index, entry, written, BigInt(sector)));
    if (older === undefined) continue;
    const newer = describe(written.index, written.entry);
    state.violate('R9', `${newer} is written back while the medium may still have ${describe(index, older)}`);
  }
}

interface Copy {
  readonly index: number;
  readonly entry: Entry;
}

function isOlder(index: number, entry: Entry, newer: Copy, sector: bigint): boolean {
  if (!names(entry, sector)) return false;
  if (entry.seq_count !== newer.entry.seq_count) return entry.seq_count < newer.entry.seq_count;
  return index < newer.index;
}

/** The newest copy of the sector with these data, if it is one that is written back here. */
export function writtenBackFrom(state: RuleState, sector: bigint, data: Uint8Array): Copy | null {
  let newest: Copy | null = null;
  for (const copy of state.copiesOf(sector, -1)) {
    if (!isSame(state.cache.data(copy.index).subarray(0, data.length), data)) continue;
    if (newest === null || isOlder(newest.index, newest.entry, copy, sector)) newest = copy;
  }
  return newest;
}

/** The pieces of a write to the origin, block by block. */
export function* originBlocks(
  state: RuleState,
  offsetBytes: number,
  data: Uint8Array,
): Generator<{ sector: number; data: Uint8Array }> {
  const { blockSize } = state.cache;
  // A write that does not begin at a block is none of a target's.
  for (let at = (blockSize - (offsetBytes % blockSize)) % blockSize; at < data.length; at += blockSize) {
    yield { sector: (offsetBytes + at) / SECTOR_BYTES, data: data.subarray(at, at + blockSize) };
  }
}
