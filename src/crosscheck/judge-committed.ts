import type { ScanOptions } from '../scan/index.js';
import { notWrittenBackProblem, uncommittedProblem } from './block-texts.js';
import type { BlockColumns } from './block-columns.js';
import type { CrosscheckProblem } from './certificate.js';
import { cacheDigests, originDigests } from './digest-columns.js';
import { blockExample, MAX_EXAMPLES } from './examples.js';
import type { FinalState } from './final-state.js';
import type { JudgeQuestion } from './judge-question.js';
import { liveColumns } from './live-columns.js';
import { wantedBlocks } from './sample.js';
import { sectorOrder } from './sector-order.js';
import { ascending, cacheData } from './places.js';

/**
 * What is said of entries that are not free in the end: nothing was written back from them. Of the committed ones the blocks
 * are compared, as far as the level asks for it, to say how stale the origin is.
 */
export async function judgeCommitted(
  question: JudgeQuestion,
  final: FinalState,
  scan: ScanOptions,
): Promise<CrosscheckProblem[]> {
  const { entries } = final.inspection;
  const uncommitted = {
    count: entries.uncommitted,
    examples: entries.uncommittedExamples.slice(0, MAX_EXAMPLES).map((example) => ({
      original_sector: String(example.original_sector),
      index: example.index,
      seq_count: String(example.seq_count),
    })),
  };
  return [...(await liveProblem(question, final, scan)), ...uncommittedProblem(uncommitted)];
}

async function liveProblem(
  question: JudgeQuestion,
  final: FinalState,
  scan: ScanOptions,
): Promise<CrosscheckProblem[]> {
  const { inspection, source } = final;
  const { live } = inspection.entries;
  const wanted = Math.max(wantedBlocks(question.level, live), Math.min(live, MAX_EXAMPLES));
  const columns = await liveColumns(source, inspection, wanted, scan);
  const examples = Array.from({ length: Math.min(columns.count, MAX_EXAMPLES) }, (_, block) =>
    blockExample(columns, block),
  );
  const compared =
    question.level === 'metadata'
      ? { compared: 0, differing: 0 }
      : await compareWithOrigin(question, final, columns);
  return notWrittenBackProblem({ count: live, examples }, compared);
}

/** What cannot be read is not compared. */
async function compareWithOrigin(
  { cache, origin, signal }: JudgeQuestion,
  { inspection }: FinalState,
  columns: BlockColumns,
): Promise<{ compared: number; differing: number }> {
  const data = cacheData(inspection.startSector, inspection.geometry);
  const bySector = sectorOrder(columns.sectorHi, columns.sectorLo, columns.count);
  const inCache = await cacheDigests(cache.device, data, columns, ascending(columns.count), { signal });
  const onOrigin = await originDigests(origin.device, data.blockSize, columns, bySector, { signal });
  let [compared, differing] = [0, 0];
  for (let block = 0; block < columns.count; block += 1) {
    const [newest, there] = [inCache.of(block), onOrigin.of(block)];
    if (newest === null || there === null) continue;
    compared += 1;
    if (newest !== there) differing += 1;
  }
  return { compared, differing };
}
