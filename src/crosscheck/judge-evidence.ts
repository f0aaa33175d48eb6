import type { ScanOptions } from '../scan/index.js';
import type { Certificate } from './certificate.js';
import { Comparison } from './comparison.js';
import { cacheDigests, originDigests } from './digest-columns.js';
import { EvidenceTallies, type BlockJudgement, type OpenVerdict } from './evidence-tallies.js';
import type { Evidence } from './evidence.js';
import type { FinalState } from './final-state.js';
import type { JudgeQuestion } from './judge-question.js';
import { laterCopies } from './later-copies.js';
import { ascending, cacheData } from './places.js';
import { WindowVerdict } from './window-reading.js';

/** Blocks whose copies are looked for in one pass over the entries. */
const BLOCKS_PER_PASS = 1 << 20;

/** As much as both the request and the evidence give. */
export function levelOf({ level, evidence }: JudgeQuestion): Certificate['level'] {
  return evidence === null || level === 'metadata' ? level : evidence.level;
}

/**
 * What has become of the blocks of an evidence. The origin has the content of the evidence: proved. It has what the cache
 * still holds as a later copy of the block: proved to be newer. Else what the window saw counts; else the block is lost if
 * nothing can have been written since, and undecided if something was.
 *
 * Throws {@link InterruptedError} when the signal fires.
 */
export async function judgeEvidence(
  question: JudgeQuestion,
  evidence: Evidence,
  final: FinalState,
  scan: ScanOptions,
): Promise<BlockJudgement> {
  const tallies = new EvidenceTallies(evidence);
  if (levelOf(question) === 'metadata') return tallies.nothingCompared();
  const { comparison, origin, window, signal, onProgress } = question;
  const compared = comparison ?? new Comparison(evidence);
  await compared.compare(origin.device, { signal, onProgress });
  const lost = lostInWindow(window?.verdicts);
  for (const block of lost) tallies.add(block, 'lost');
  const open = compared.openOrder().filter((block) => window?.verdicts[block] !== WindowVerdict.lost);
  for (let from = 0; from < open.length; from += BLOCKS_PER_PASS) {
    await judgeOpen(question, evidence, final, open.subarray(from, from + BLOCKS_PER_PASS), tallies, scan);
  }
  return tallies.judgement(window);
}

function lostInWindow(verdicts: Uint8Array | undefined): number[] {
  const lost: number[] = [];
  verdicts?.forEach((verdict, block) => {
    if (verdict === WindowVerdict.lost) lost.push(block);
  });
  return lost;
}

async function judgeOpen(
  { cache, origin, window, writesSinceEvidence, writesSinceSuspend, signal }: JudgeQuestion,
  evidence: Evidence,
  final: FinalState,
  open: Uint32Array,
  tallies: EvidenceTallies,
  scan: ScanOptions,
): Promise<void> {
  const { blocks, blockSize } = evidence;
  const data = cacheData(final.inspection.startSector, final.inspection.geometry);
  const later = await laterCopies(final, evidence, open, scan);
  const onOrigin = await originDigests(origin.device, blockSize, blocks, open, { signal });
  const inCache = await cacheDigests(cache.device, data, later.columns, ascending(later.columns.count), {
    signal,
  });
  const isNewer = new Set(
    later.blocks.filter((block, copy) => {
      const digest = inCache.of(copy);
      return digest !== null && digest === onOrigin.of(block);
    }),
  );
  const nothingWritten = writesSinceEvidence === 'none' && writesSinceSuspend === 'none';
  const verdictOf = (block: number): OpenVerdict => {
    // Written back since it was compared.
    if (onOrigin.of(block) === blocks.digest[block]) return 'proved';
    if (later.committed.has(block)) return 'not-written-back';
    if (onOrigin.whyMissing(block) === 'beyond-end') return 'beyond-end';
    if (isNewer.has(block) || window?.verdicts[block] === WindowVerdict.proved) return 'proved-newer';
    if (onOrigin.whyMissing(block) === 'unreadable') return 'unreadable';
    return nothingWritten ? 'lost' : 'written-later';
  };
  for (const block of open) tallies.add(block, verdictOf(block));
}
