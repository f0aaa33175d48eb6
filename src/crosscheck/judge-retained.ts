import type { ScanOptions } from '../scan/index.js';
import { beyondEndProblem, noEvidence, notCompared, unreadableProblem } from './block-texts.js';
import { compareRetained } from './compare-retained.js';
import { NO_BLOCKS, type BlockJudgement } from './evidence-tallies.js';
import { blockExample } from './examples.js';
import type { FinalState } from './final-state.js';
import { Tally } from './findings.js';
import type { JudgeQuestion } from './judge-question.js';
import { retainedCopies, type RetainedCopies } from './retained-copies.js';
import { inStretches, wantedBlocks } from './sample.js';

/**
 * What can be said without evidence: the blocks that the cache still holds copies of are compared with the origin. One that
 * is the same as a copy is proved; any other may have been written later, and is undecided. Blocks that are in use in the
 * cache still were not written back, and are told of elsewhere.
 *
 * Throws {@link InterruptedError} when the signal fires.
 */
export async function judgeRetained(
  question: JudgeQuestion,
  final: FinalState,
  scan: ScanOptions,
): Promise<BlockJudgement> {
  const all = await retainedCopies(final, scan);
  const [free, inUse] = blocksByUse(all);
  const wanted = wantedBlocks(question.level, free.length);
  const takes = inStretches(free.length, wanted);
  // The blocks are in the order of their sectors.
  const chosen = free.filter((_, position) => takes(position));
  const tallies = {
    proved: new Tally(),
    undecided: new Tally(),
    unreadable: new Tally(),
    'beyond-end': new Tally(),
  };
  const verdictOf = await compareRetained(question, final, all, chosen);
  for (const block of chosen) {
    tallies[verdictOf(block)].add(() => blockExample(all.columns, all.copiesOf(block)[0] ?? 0));
  }
  const leftOut = free.length - chosen.length;
  return {
    counts: {
      ...NO_BLOCKS,
      live: all.blockCount,
      examined: chosen.length,
      proved: tallies.proved.count,
      undecided: tallies.undecided.count + leftOut,
      lost: tallies['beyond-end'].count,
      not_written_back: inUse,
      unreadable: tallies.unreadable.count,
    },
    problems: [...beyondEndProblem(tallies['beyond-end']), ...unreadableProblem(tallies.unreadable)],
    undecided: [...noEvidence(tallies.undecided), ...notCompared(leftOut)],
  };
}

/** The blocks of which all copies are free, and how many others there are. */
function blocksByUse(all: RetainedCopies): [free: Uint32Array, inUse: number] {
  const free = new Uint32Array(all.blockCount);
  let count = 0;
  for (let block = 0; block < all.blockCount; block += 1) {
    if (all.isInUse(block)) continue;
    free[count] = block;
    count += 1;
  }
  return [free.subarray(0, count), all.blockCount - count];
}
