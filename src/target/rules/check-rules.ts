import { ALL_ONES, SECTOR_BYTES } from '../../format/index.js';
import type { TraceEvent } from '../trace.js';
import { checkMagic, checkSeqCount } from './commit-rules.js';
import { checkEntryChange, type UnexplainedFree } from './entry-rules.js';
import { checkPromises } from './flush-rule.js';
import { RuleState } from './rule-state.js';
import { RULES, type Rule, type RuleReport, type RuleSubject } from './rule.js';
import { checkBlockWrite, checkOriginWrite, originBlocks, writtenBackFrom } from './write-rules.js';

type WriteEvent = Extract<TraceEvent, { op: 'write' }>;

/**
 * Holds a trace against the ordering rules (kernel-target.md §5.9), event by event: {@link take} is a TraceSink once it
 * is bound. What the rules except is no violation: overwrites in place in ssd mode, and frees by a discard.
 */
export class RuleChecker {
  readonly #state: RuleState;
  readonly #unexplained: UnexplainedFree[] = [];

  constructor(subject: RuleSubject) {
    this.#state = new RuleState(subject);
  }

  /** Throws RangeError for a write that does not lie on its device. */
  take(event: TraceEvent): void {
    this.#lookBefore(event);
    this.#state.durability.apply(event, this.#state.eventIndex);
    this.#lookAfter(event);
    this.#state.eventIndex += 1;
  }

  report(): RuleReport {
    const { violations, undecided, program, origin } = this.#state;
    const all = [
      ...violations,
      ...this.#unexplained.map(({ rule, eventIndex, message }) => ({
        rule,
        eventIndex,
        message: `${message}.`,
      })),
    ].sort((a, b) => a.eventIndex - b.eventIndex);
    const shown = new Set<Rule>(undecided);
    if (!program.sawRequests || origin === null) shown.add('R3');
    if (origin === null) for (const rule of ['R5', 'R9'] as const) shown.add(rule);
    const names = Object.keys(RULES) as Rule[];
    return { violations: all, undecided: names.filter((rule) => shown.has(rule)) };
  }

  #lookBefore(event: TraceEvent): void {
    const { origin } = this.#state;
    if (event.op === 'write' && event.device === 'cache') this.#lookAtCacheWrite(event);
    else if (event.op === 'write' && origin !== null) this.#lookAtOriginWrite(event);
    else if (event.op === 'discard' && event.device === 'origin') this.#lookAtDiscard(event);
    else if (event.op === 'request') this.#lookAtRequest(event);
  }

  #lookAfter(event: TraceEvent): void {
    if (event.op !== 'acknowledge') return;
    checkPromises(this.#state, this.#state.program.acknowledge(event.id, this.#state.eventIndex));
  }

  #lookAtCacheWrite({ offsetBytes, data }: WriteEvent): void {
    const { cache, program } = this.#state;
    if (offsetBytes < cache.dataStartBytes && offsetBytes + data.length > cache.startBytes) {
      this.#lookAtMetadata(offsetBytes, data);
    }
    for (const index of cache.blocksIn(offsetBytes, data.length)) {
      checkBlockWrite(this.#state, index);
      this.#state.filled.add(index);
      this.#state.discarded.delete(index);
      const from = cache.dataStartBytes + index * cache.blockSize - offsetBytes;
      program.wrote(data.slice(from, from + cache.blockSize));
    }
  }

  #lookAtMetadata(offsetBytes: number, data: Uint8Array): void {
    const { cache } = this.#state;
    const before = cache.superblock();
    const after = cache.superblockAfter(offsetBytes, data);
    if (before.hasMagic && after.hasMagic) this.#lookAtEntries(offsetBytes, data, before.seqCount);
    else if (after.hasMagic) checkMagic(this.#state, offsetBytes, data);
    if (before.hasMagic && after.hasMagic) checkSeqCount(this.#state, before, after);
  }

  #lookAtEntries(offsetBytes: number, data: Uint8Array, seqCount: bigint): void {
    const { cache, uncommitted, filled, discarded } = this.#state;
    for (const change of cache.changesBy(offsetBytes, data)) {
      const unexplained = checkEntryChange(this.#state, change, seqCount);
      if (unexplained !== null) this.#unexplained.push(unexplained);
      const { index, after } = change;
      cache.note(index, after);
      if (after.seq_count === ALL_ONES) {
        filled.delete(index);
        discarded.delete(index);
      }
      if (after.seq_count !== ALL_ONES && after.seq_count >= seqCount) uncommitted.set(index, after);
      else uncommitted.delete(index);
    }
  }

  #lookAtOriginWrite({ offsetBytes, data }: WriteEvent): void {
    const { program } = this.#state;
    for (const block of originBlocks(this.#state, offsetBytes, data)) {
      checkOriginWrite(this.#state, block.sector, block.data);
      const isAround =
        block.sector === program.expectedSector &&
        writtenBackFrom(this.#state, BigInt(block.sector), block.data) === null;
      if (isAround) program.wrote(block.data.slice());
    }
  }

  #lookAtRequest({ id, request }: Extract<TraceEvent, { op: 'request' }>): void {
    this.#state.program.request(id, request, this.#state.eventIndex);
    if (request.kind !== 'discard') return;
    this.#state.discard(request.startSector * SECTOR_BYTES, request.lengthSectors * SECTOR_BYTES);
  }

  #lookAtDiscard({ offsetBytes, lengthBytes }: Extract<TraceEvent, { op: 'discard' }>): void {
    this.#state.discard(offsetBytes, lengthBytes);
    if (this.#state.program.sawRequests) return;
    // In a trace without requests, what the origin is told is all that tells why entries before were freed.
    const first = BigInt(offsetBytes / SECTOR_BYTES);
    const end = first + BigInt(lengthBytes / SECTOR_BYTES);
    const kept = this.#unexplained.filter(({ sector }) => sector < first || sector >= end);
    this.#unexplained.splice(0, this.#unexplained.length, ...kept);
  }
}

/** Holds a whole trace against the ordering rules. */
export function checkRules(subject: RuleSubject, events: Iterable<TraceEvent>): RuleReport {
  const checker = new RuleChecker(subject);
  for (const event of events) checker.take(event);
  return checker.report();
}
