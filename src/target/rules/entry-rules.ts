import { ALL_ONES, type Entry } from '../../format/index.js';
import type { EntryChange } from './cache-view.js';
import { describe, isCommitted, names, type RuleState } from './rule-state.js';
import type { Rule } from './rule.js';

/** A block that was freed with no reason seen yet: it is right only if a discard of its sector follows. */
export interface UnexplainedFree {
  readonly rule: Rule;
  readonly sector: bigint;
  readonly eventIndex: number;
  readonly message: string;
}

/** R2, R4, R5 and R6, when an entry is about to change; the superblock has `seqCount`. */
export function checkEntryChange(
  state: RuleState,
  { index, before, after }: EntryChange,
  seqCount: bigint,
): UnexplainedFree | null {
  if (isCommitted(after, seqCount)) {
    const subject = describe(index, after);
    state.violate('R2', `${subject} is written after the superblock that commits it`);
  } else if (isCommitted(before, seqCount) && after.seq_count !== ALL_ONES) {
    const taken = `${describe(index, before)} is not freed before it becomes ${describe(index, after)}`;
    state.violate('R6', taken);
  } else if (isCommitted(before, seqCount)) {
    return unexplainedFree(state, index, before);
  }
  return null;
}

/** A committed entry is freed: when it is superseded, written back, discarded or beyond the origin's end. */
function unexplainedFree(state: RuleState, index: number, entry: Entry): UnexplainedFree | null {
  const sector = entry.original_sector;
  if (state.discarded.has(index)) return null;
  const newer = [...state.copiesOf(sector, index)].filter((copy) => copy.entry.seq_count >= entry.seq_count);
  if (newer.some((copy) => isDurablyCommitted(state, copy.index, sector, entry.seq_count))) return null;
  if (state.originHas(sector, index)) return null;
  const rule = newer.length > 0 ? 'R4' : 'R5';
  if (state.origin === null) {
    state.undecided.add(rule);
    return null;
  }
  return {
    rule,
    sector,
    eventIndex: state.eventIndex,
    message: `${describe(index, entry)} is freed, and ${whyNot(newer[0])}`,
  };
}

function isDurablyCommitted(state: RuleState, index: number, sector: bigint, atLeast: bigint): boolean {
  const entry = state.cache.durableEntry(index);
  const { seqCount } = state.cache.durableSuperblock();
  return names(entry, sector) && entry.seq_count >= atLeast && isCommitted(entry, seqCount);
}

function whyNot(newer: { readonly index: number; readonly entry: Entry } | undefined): string {
  return newer === undefined
    ? 'the origin does not have its data durably'
    : `the newer ${describe(newer.index, newer.entry)} is not committed durably`;
}
