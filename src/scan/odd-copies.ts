import { resolveCopies, type SectorChoice } from './copies.js';
import { oddBits } from './copy-search.js';
import type { CountQuestion } from './count-entries.js';
import { mix, newHashSeed } from './hash.js';
import type { JudgedCopies } from './judged-copies.js';
import { BUCKET_BITS } from './kernel/layout.js';
import type { Passes } from './passes.js';
import { SeenSectors } from './seen-sectors.js';

/** What a sector takes for each block of the cache, at most (seen-sectors.ts). */
const BYTES_PER_BLOCK = 8;

/**
 * Which sectors the search with a bit for each block left out: those inside of a block or out of its reach, and those of
 * buckets that lie too far apart.
 */
export function oddChoice(blockSize: number, leftOut: readonly number[]): SectorChoice {
  const bits = oddBits(blockSize);
  const [bitsHi, bitsLo] = [Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
  const buckets = new Set(leftOut);
  const sectorsPerBucket = (blockSize / 512) * 2 ** BUCKET_BITS;
  return (hi, lo) =>
    ((hi & bitsHi) | (lo & bitsLo)) !== 0 ||
    (buckets.size > 0 && buckets.has(Math.floor((hi * 2 ** 32 + lo) / sectorsPerBucket)));
}

/** Finds and judges the copies of chosen sectors, wherever they are: slower, and in memory for the cache's blocks. */
export async function judgeOdd(
  passes: Passes,
  { nBlocks, blockSize, seqCount }: CountQuestion,
  chosen: SectorChoice,
  judged: JudgedCopies,
  memoryBytes: number | undefined,
): Promise<void> {
  const parts = memoryBytes === undefined ? 1 : Math.ceil((BYTES_PER_BLOCK * nBlocks) / memoryBytes);
  const seed = newHashSeed().place;
  for (let part = 0; part < parts; part += 1) {
    const isOfPart: SectorChoice =
      parts === 1 ? chosen : (hi, lo) => mix(hi, lo, seed) % parts === part && chosen(hi, lo);
    const seen = new SeenSectors(Math.ceil(nBlocks / parts), blockSize);
    const committed = await see(passes, seqCount, isOfPart, seen);
    if (!seen.hasRepeats) continue;
    const question = { seqCount, committed, repeated: seen.repeated, chosen: isOfPart };
    await resolveCopies(passes, question, judged, memoryBytes);
  }
}

async function see(
  passes: Passes,
  seqCount: bigint,
  chosen: SectorChoice,
  seen: SeenSectors,
): Promise<number> {
  const [seqHi, seqLo] = [Number(seqCount >> 32n), Number(seqCount & 0xffff_ffffn)];
  let committed = 0;
  for await (const { words, count } of passes.run()) {
    for (let entry = 0, at = 0; entry < count; entry += 1, at += 4) {
      const entrySeqHi = words[at + 3] ?? 0;
      if (entrySeqHi > seqHi || (entrySeqHi === seqHi && (words[at + 2] ?? 0) >= seqLo)) continue;
      const lo = words[at] ?? 0;
      const hi = words[at + 1] ?? 0;
      if (!chosen(hi, lo)) continue;
      seen.add(hi, lo);
      committed += 1;
    }
  }
  return committed;
}
