import { OperationError } from '../errors.js';
import { parsePrinted } from './decimal.js';
import { hasCounters } from './features.js';
import type { TargetVersion } from './target-version.js';

/** The counters of target 1.6.0, in the order of the status line. The kernel holds each in 64 bits. */
export const COUNTER_NAMES = [
  'reads',
  'read_hits',
  'writes',
  'write_hits_uncommitted',
  'write_hits_committed',
  'writes_around',
  'writes_allocate',
  'writes_blocked_on_freelist',
  'flushes',
  'discards',
] as const;

/** Events since the table was loaded or `clear_stats`; in blocks since kernel 6.0, in bios before (§3). */
export type StatusCounters = Readonly<Record<(typeof COUNTER_NAMES)[number], bigint>>;

/**
 * A status line. Dirty blocks are `total_blocks - free_blocks`, and say nothing where `error` is set: after an error and
 * a resume every block counts as free while the data is still in the cache only. A table that was loaded but never
 * resumed has no free blocks, and that does not mean full.
 */
export interface WritecacheStatus {
  readonly error: boolean;
  readonly total_blocks: number;
  readonly free_blocks: number;
  /** Being written back; part of those that are not free. */
  readonly writeback_blocks: number;
  /** null before target 1.6.0. */
  readonly counters: StatusCounters | null;
}

const SHORT_FIELDS = 4;
const LONG_FIELDS = SHORT_FIELDS + COUNTER_NAMES.length;

/**
 * Reads the parameters of a status line (kernel-target.md §3): 4 decimal fields, or 14 since target 1.6.0. Where the
 * version is told, the number of fields must be that version's.
 *
 * Throws OperationError `bad-status-line` for anything else, block counts that cannot be true included.
 */
export function parseStatus(parameters: string, version?: TargetVersion): WritecacheStatus {
  const fields = parameters.split(' ');
  if (!allowedFields(version).includes(fields.length)) {
    const count = fields.length === 1 ? '1 field' : `${String(fields.length)} fields`;
    throw badStatus(parameters, `it has ${count} and not ${allowedFields(version).join(' or ')}`);
  }
  const [error = '', ...rest] = fields;
  // Printed as 0 or 1 by every kernel seen. The documents speak of an error number, and those are negative.
  if (!/^(?:0|-?[1-9]\d{0,9})$/.test(error)) throw badStatus(parameters, `its error field is "${error}"`);
  const numbers = rest.map((field) => {
    const value = parsePrinted(field, 64);
    if (value === undefined) throw badStatus(parameters, `"${field}" is not a decimal number of 64 bits`);
    return value;
  });
  const [total = 0n, free = 0n, writeback = 0n, ...counted] = numbers;
  if (total > Number.MAX_SAFE_INTEGER) throw badStatus(parameters, 'no cache has so many blocks');
  if (free > total || writeback > total) {
    throw badStatus(parameters, 'it counts more blocks free or under writeback than there are');
  }
  return {
    error: error !== '0',
    total_blocks: Number(total),
    free_blocks: Number(free),
    writeback_blocks: Number(writeback),
    counters: counted.length === 0 ? null : namedCounters(counted),
  };
}

function allowedFields(version: TargetVersion | undefined): number[] {
  if (version === undefined) return [SHORT_FIELDS, LONG_FIELDS];
  return [hasCounters(version) ? LONG_FIELDS : SHORT_FIELDS];
}

function namedCounters(values: readonly bigint[]): StatusCounters {
  const entries = COUNTER_NAMES.map((name, place) => [name, values[place]]);
  return Object.fromEntries(entries) as StatusCounters;
}

function badStatus(line: string, why: string): OperationError {
  return new OperationError(`The status line ${JSON.stringify(line)} cannot be read: ${why}.`, {
    code: 'bad-status-line',
    hint: 'Compare it with what "dmsetup status" prints. If the kernel did print it, this is a version that wcache does not know: please report the line.',
  });
}
