import type { CacheLayout, Content } from '../durability.js';

/**
 * What a target must keep to, so that a power cut loses nothing that it promised (kernel-target.md §5.9). In the words of
 * the messages: block i is the cache block with index i, and its entry is the one with the same index.
 */
export const RULES = {
  R1: 'the data of an entry are durable before the superblock that commits it is written',
  R2: 'an entry is durable before the superblock that commits it is written',
  R3: 'what was written before a flush, or with FUA, is durable when the flush or the write is acknowledged',
  R4: 'an older copy of a sector is freed only after the superblock that commits the newer one is durable',
  R5: 'a block is freed after writeback only when the origin has its data durably',
  R6: 'a cache block takes other data only after the free entry is durable',
  R7: 'seq_count of the superblock grows by one per commit and never falls',
  R8: 'a format writes the magic only when everything else is durable',
  R9: 'a sector is written back only when no older copy of it is committed on the medium',
} as const;
export type Rule = keyof typeof RULES;

export interface RuleViolation {
  readonly rule: Rule;
  /** Of the event that breaks the rule, in the trace. */
  readonly eventIndex: number;
  /** Which entry, sector and seq_count, as one sentence. */
  readonly message: string;
}

export interface RuleReport {
  /** In the order of the events. */
  readonly violations: readonly RuleViolation[];
  /** Rules that this trace does not show: that none of them is violated says nothing about them. */
  readonly undecided: readonly Rule[];
}

/** Whose trace it is. */
export interface RuleSubject extends CacheLayout {
  /** The cache device before the first event. */
  readonly cache: Content;
  /** The origin before the first event; null where the trace does not have what was written to it. */
  readonly origin: Content | null;
}
