import type { Entry } from '../../format/index.js';
import { describe, type RuleState } from './rule-state.js';
import type { SuperblockView } from './cache-view.js';
import { RULES } from './rule.js';

/** R1, R2 and R7, when the superblock is about to take another seq_count. */
export function checkSeqCount(state: RuleState, before: SuperblockView, after: SuperblockView): void {
  if (after.seqCount === before.seqCount) return;
  if (after.seqCount !== before.seqCount + 1n) {
    const change = `from ${String(before.seqCount)} to ${String(after.seqCount)}`;
    state.violate('R7', `seq_count of the superblock goes ${change}, and ${RULES.R7}`);
    return;
  }
  for (const [index, entry] of state.uncommitted) checkCommitted(state, index, entry, before.seqCount);
}

function checkCommitted(state: RuleState, index: number, entry: Entry, seqCount: bigint): void {
  if (entry.seq_count !== seqCount) return;
  state.uncommitted.delete(index);
  const subject = describe(index, entry);
  const isDurable = state.cache
    .possibleEntries(index)
    .every((each) => each.seq_count === seqCount && each.original_sector === entry.original_sector);
  if (!isDurable) state.violate('R2', `${subject} is committed and not durable`);
  if (!state.filled.has(index)) {
    state.violate('R1', `${subject} is committed, and its data were never written`);
  } else if (!state.cache.hasSettledData(index)) {
    state.violate('R1', `${subject} is committed, and its data are not durable`);
  }
}

/** R8, when the magic is about to be written. */
export function checkMagic(state: RuleState, offsetBytes: number, data: Uint8Array): void {
  const place = state.cache.unsettledBesidesMagic(offsetBytes, data);
  if (place === null) return;
  const byte = String(place - state.cache.startBytes);
  state.violate('R8', `the magic is written while the metadata from byte ${byte} on are not durable`);
}
