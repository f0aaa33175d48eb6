import type { ScanOptions } from '../scan/index.js';
import { beyondEndProblem, noEvidence, notCompared, unreadableProblem } from './block-texts.js';
import { cacheDigests, originDigests, type Digests } from './digest-columns.js';
import { NO_BLOCKS, type BlockJudgement } from './evidence-tallies.js';
import { blockExample } from './examples.js';
import type { FinalState } from './final-state.js';
import { Tally } from './findings.js';
import type { JudgeQuestion } from './judge-question.js';
import { retainedCopies, type RetainedCopies } from './retained-copies.js';
import { inStretches, wantedBlocks } from './sample.js';
import { ascending, cacheData } from './places.js';

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
  const verdictOf = await compare(question, final, all, chosen);
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

async function compare(
  { cache, origin, signal, onProgress }: JudgeQuestion,
  { inspection }: FinalState,
  all: RetainedCopies,
  chosen: Uint32Array,
): Promise<(block: number) => 'proved' | 'undecided' | 'unreadable' | 'beyond-end'> {
  const { columns } = all;
  const data = cacheData(inspection.startSector, inspection.geometry);
  const copies = copiesByIndex(all, chosen);
  const total = copies.length + chosen.length;
  const inCache = await cacheDigests(cache.device, data, columns, copies, {
    signal,
    onProgress: (done) => onProgress?.(done, total),
  });
  const firsts = chosen.map((block) => all.copiesOf(block)[0] ?? 0);
  const onOrigin = await originDigests(origin.device, data.blockSize, columns, firsts, {
    signal,
    onProgress: (done) => onProgress?.(copies.length + done, total),
  });
  onProgress?.(total, total);
  return (block) => verdict(all.copiesOf(block), inCache, onOrigin);
}

/** The columns are in the order of the indexes. */
function copiesByIndex(all: RetainedCopies, chosen: Uint32Array): Uint32Array {
  const isChosen = new Uint8Array(all.columns.count);
  for (const block of chosen) {
    for (const copy of all.copiesOf(block)) isChosen[copy] = 1;
  }
  return ascending(all.columns.count).filter((copy) => isChosen[copy] === 1);
}

function verdict(
  copies: Uint32Array,
  inCache: Digests,
  onOrigin: Digests,
): 'proved' | 'undecided' | 'unreadable' | 'beyond-end' {
  const [first = 0] = copies;
  const why = onOrigin.whyMissing(first);
  if (why !== null) return why;
  if (copies.some((copy) => inCache.of(copy) === onOrigin.of(first))) return 'proved';
  return copies.some((copy) => inCache.whyMissing(copy) !== null) ? 'unreadable' : 'undecided';
}
