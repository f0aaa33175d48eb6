import { SECTOR_BYTES } from '../format/index.js';
import { entryRuns } from '../scan/chunks.js';
import { u64, type ScanOptions } from '../scan/index.js';
import type { BlockExample, CrosscheckProblem } from './certificate.js';
import { entryWords, isFree, isUsed, type EntryWords } from './entry-words.js';
import type { FinalState } from './final-state.js';
import { problem, Tally } from './findings.js';

/** How the entries are, held against what they have to be. */
export interface EntriesJudgement {
  /** Those that are not free, and those of `problems`. */
  readonly differing: number;
  readonly problems: readonly CrosscheckProblem[];
}

/** Says of a used or unused free entry what is wrong with it; null where nothing is. */
type Fault = (words: EntryWords, at: number, index: number) => string | null;

/** Byte for byte against the entries that the reference predicts. */
export function judgeByPrediction(
  final: FinalState,
  predicted: Uint8Array,
  scan: ScanOptions,
): Promise<EntriesJudgement> {
  const expected = entryWords(predicted);
  return judgeEntries(final, scan, (words, at, index) => {
    const there = index * 4;
    const isSame =
      words[at] === expected[there] &&
      words[at + 1] === expected[there + 1] &&
      words[at + 2] === expected[there + 2] &&
      words[at + 3] === expected[there + 3];
    return isSame ? null : 'not as the reference implementation predicts';
  });
}

/**
 * Against the rules: a sector is a multiple of the block size, or all ones in an entry that was never used; and one that was
 * used never becomes unused again. `before` is the metadata of the evidence, if there is any.
 */
export function judgeByRule(
  final: FinalState,
  before: Uint8Array | null,
  scan: ScanOptions,
): Promise<EntriesJudgement> {
  const sectorMask = final.inspection.geometry.blockSize / SECTOR_BYTES - 1;
  const then = before === null ? null : entryWords(before);
  return judgeEntries(final, scan, (words, at, index) => {
    if (!isUsed(words, at)) {
      return then !== null && isUsed(then, index * 4) ? 'unused, and was used before' : null;
    }
    return ((words[at] ?? 0) & sectorMask) === 0 ? null : 'for a sector that no block begins at';
  });
}

/** Entries that are not free are told of elsewhere, and only counted here. */
async function judgeEntries(
  { source, inspection }: FinalState,
  scan: ScanOptions,
  faultOf: Fault,
): Promise<EntriesJudgement> {
  const { geometry, startSector } = inspection;
  const kinds = new Map<string, Tally>();
  const faulty = new Tally();
  let notFree = 0;
  const startBytes = startSector * BigInt(SECTOR_BYTES);
  for await (const { words, firstIndex, count } of entryRuns(
    source,
    startBytes,
    Number(geometry.nBlocks),
    scan,
  )) {
    for (let entry = 0, at = 0; entry < count; entry += 1, at += 4) {
      if (!isFree(words, at)) {
        notFree += 1;
        continue;
      }
      const fault = faultOf(words, at, firstIndex + entry);
      if (fault === null) continue;
      faulty.add(() => entryExample(words, at, firstIndex + entry));
      const kind = kinds.get(fault) ?? new Tally();
      kind.count += 1;
      kinds.set(fault, kind);
    }
  }
  const what = [...kinds].map(([fault, { count }]) => `${String(count)} ${fault}`).join('; ');
  return {
    differing: notFree + faulty.count,
    problems: problem('metadata-differs', faulty, `Free entries are not as a removal leaves them: ${what}.`),
  };
}

function entryExample(words: EntryWords, at: number, index: number): BlockExample {
  return {
    original_sector: String(u64(words[at + 1] ?? 0, words[at] ?? 0)),
    index,
    seq_count: String(u64(words[at + 3] ?? 0, words[at + 2] ?? 0)),
  };
}
