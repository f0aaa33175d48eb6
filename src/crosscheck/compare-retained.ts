import { cacheDigests, originDigests, type Digests } from './digest-columns.js';
import type { FinalState } from './final-state.js';
import type { JudgeQuestion } from './judge-question.js';
import { ascending, cacheData } from './places.js';
import type { RetainedCopies } from './retained-copies.js';

/** `proved`: the origin has what a copy has; `undecided`: it has something else. */
export type RetainedVerdict = 'proved' | 'undecided' | 'unreadable' | 'beyond-end';

/** Compares copies of some blocks with the origin, by their digests. */
export async function compareRetained(
  { cache, origin, signal, onProgress }: JudgeQuestion,
  { inspection }: FinalState,
  all: RetainedCopies,
  chosen: Uint32Array,
): Promise<(block: number) => RetainedVerdict> {
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

function verdict(copies: Uint32Array, inCache: Digests, onOrigin: Digests): RetainedVerdict {
  const [first = 0] = copies;
  const why = onOrigin.whyMissing(first);
  if (why !== null) return why;
  if (copies.some((copy) => inCache.of(copy) === onOrigin.of(first))) return 'proved';
  return copies.some((copy) => inCache.whyMissing(copy) !== null) ? 'unreadable' : 'undecided';
}
