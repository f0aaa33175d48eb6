import type { ScanOptions } from '../scan/index.js';
import type { Certificate } from './certificate.js';
import { closerVerdict, lookCloser, mayBeOutdated } from './closer-look.js';
import { Comparison } from './comparison.js';
import { EvidenceTallies, type BlockJudgement } from './evidence-tallies.js';
import type { Evidence } from './evidence.js';
import type { FinalState } from './final-state.js';
import type { JudgeQuestion } from './judge-question.js';
import { judgeLate } from './late-blocks.js';
import { WindowVerdict } from './window-reading.js';

/** Blocks whose copies are looked for in one pass over the entries. */
const BLOCKS_PER_PASS = 1 << 20;

/** As much as both the request and the evidence give. */
export function levelOf({ level, evidence }: JudgeQuestion): Certificate['level'] {
  return evidence === null || level === 'metadata' ? level : evidence.level;
}

/**
 * What has become of the blocks of an evidence. The origin has the content of the evidence: proved, as long as no later copy
 * of the block is known to be another. It has what the cache still holds as a later copy: proved to be newer. Else what the
 * window saw counts; else the block is lost if nothing can have been written since, and undecided if something was.
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
  const toBeSeen = compared.bySector().filter((block) => {
    const isLost = window?.verdicts[block] === WindowVerdict.lost;
    if (isLost) tallies.add(block, 'lost');
    return !isLost && (compared.isOpen(block) || mayBeOutdated(question, block));
  });
  for (let from = 0; from < toBeSeen.length; from += BLOCKS_PER_PASS) {
    const some = toBeSeen.subarray(from, from + BLOCKS_PER_PASS);
    const look = await lookCloser(question, compared, final, some, scan);
    for (const block of some) tallies.add(block, closerVerdict(question, look, block));
  }
  return tallies.judgement(await judgeLate(question, final));
}
