import {
  classifyEntry,
  decodeEntry,
  decodeSuperblock,
  ENTRY_BYTES,
  SUPERBLOCK_BYTES,
} from '../../../src/format/index.js';
import { COUNTER_NAMES } from '../../../src/table/index.js';
import type { Observation } from './play.js';

const STATUS_FIELDS = ['error', 'total_blocks', 'free_blocks', 'writeback_blocks', ...COUNTER_NAMES];

/** What is different, in words: nothing if they agree. */
export function differences(reference: Observation, kernel: Observation, everything: boolean): string[] {
  const found: string[] = [];
  if (reference.result !== kernel.result) {
    found.push(`result: reference ${reference.result}, kernel ${kernel.result}`);
  }
  found.push(...statusDifferences(reference.status, kernel.status));
  found.push(...metadataDifferences(reference.metadata, kernel.metadata));
  if (everything) {
    found.push(...blockDifferences('cache block', reference.data, kernel.data));
    found.push(...blockDifferences('origin block', reference.origin, kernel.origin));
  }
  return found;
}

function statusDifferences(reference: string, kernel: string): string[] {
  if (reference === kernel) return [];
  const [ours, its] = [reference.split(' '), kernel.split(' ')];
  if (ours.length !== its.length) return [`status: reference "${reference}", kernel "${kernel}"`];
  return ours.flatMap((value, field) =>
    value === its[field]
      ? []
      : [`status ${STATUS_FIELDS[field] ?? ''}: reference ${value}, kernel ${its[field] ?? ''}`],
  );
}

function metadataDifferences(reference: Buffer, kernel: Buffer): string[] {
  const found: string[] = [];
  const [ours, its] = [reference, kernel].map((bytes) => decodeSuperblock(bytes).seq_count);
  if (ours !== its) found.push(`superblock seq_count: reference ${String(ours)}, kernel ${String(its)}`);
  for (let at = SUPERBLOCK_BYTES; at < reference.length; at += ENTRY_BYTES) {
    const entries = [reference, kernel].map((bytes) => entryIn(bytes, at));
    if (entries[0] === entries[1]) continue;
    const index = (at - SUPERBLOCK_BYTES) / ENTRY_BYTES;
    found.push(`entry ${String(index)}: reference ${String(entries[0])}, kernel ${String(entries[1])}`);
  }
  if (found.length === 0 && !reference.equals(kernel)) {
    const at = reference.findIndex((byte, place) => byte !== kernel[place]);
    found.push(`superblock byte ${String(at)}`);
  }
  return found;
}

function entryIn(bytes: Buffer, at: number): string {
  const entry = decodeEntry(bytes, at);
  const kind = classifyEntry(entry, decodeSuperblock(bytes).seq_count);
  const signed = (value: bigint): string => String(BigInt.asIntN(64, value));
  return `sector ${signed(entry.original_sector)} seq ${signed(entry.seq_count)} (${kind})`;
}

function blockDifferences(what: string, reference: readonly string[], kernel: readonly string[]): string[] {
  return reference.flatMap((identity, block) => {
    const its = kernel[block];
    return identity === its
      ? []
      : [`${what} ${String(block)}: reference ${short(identity)}, kernel ${short(String(its))}`];
  });
}

/** Content that nobody wrote is long. */
function short(identity: string): string {
  return identity.length > 80 ? `${identity.slice(0, 80)}…` : identity;
}
