import type { Certificate } from './certificate.js';
import { readFinalState, type FinalState } from './final-state.js';
import { judgeCommitted } from './judge-committed.js';
import { judgeEvidence, levelOf } from './judge-evidence.js';
import { judgeMetadata } from './judge-metadata.js';
import type { JudgedDevice, JudgeQuestion } from './judge-question.js';
import { judgeRetained } from './judge-retained.js';
import { superblockDocument } from './judge-superblock.js';

/**
 * Judges a removal by what is on the devices in the end, and by the evidence from before, if there is any. Nothing is
 * written. What cannot be decided is told as that, and is no problem.
 *
 * Blocks that cannot be read are problems. Throws {@link WrongDeviceError} `too-small`, `no-entries` or `other-cache` for a
 * cache device that cannot be the one, what the device throws where its metadata cannot be read, and
 * {@link InterruptedError} when the signal fires.
 */
export async function judge(question: JudgeQuestion): Promise<Certificate> {
  const { cache, startSector, evidence, signal } = question;
  const scan = signal === undefined ? {} : { signal };
  const final = await readFinalState(cache.device, startSector, evidence, scan);
  const metadata = await judgeMetadata(question, final, scan);
  const committed = await judgeCommitted(question, final, scan);
  const blocks =
    evidence === null
      ? await judgeRetained(question, final, scan)
      : await judgeEvidence(question, evidence, final, scan);
  const problems = [...blocks.problems, ...committed, ...metadata.problems];
  return {
    format: 1,
    made: new Date().toISOString(),
    ...subjectOf(question),
    superblock: {
      before: evidence === null ? null : superblockDocument(evidence.superblock),
      after: superblockDocument(final.superblock),
      as_predicted: metadata.asPredicted,
    },
    metadata: { ...entryCounts(final), compared: metadata.compared, differing: metadata.differing },
    blocks: blocks.counts,
    problems,
    undecided: [...blocks.undecided],
    ok: problems.length === 0,
  };
}

function subjectOf(
  question: JudgeQuestion,
): Pick<Certificate, 'name' | 'cache' | 'origin' | 'level' | 'evidence_taken'> {
  const { name, cache, origin, startSector, evidence } = question;
  return {
    name,
    cache: { ...deviceDocument(cache), start_sector: String(startSector) },
    origin: deviceDocument(origin),
    level: levelOf(question),
    evidence_taken: evidence?.takenAt ?? null,
  };
}

function deviceDocument({ path, ids }: JudgedDevice): Certificate['origin'] {
  return { path, ids: [...ids] };
}

function entryCounts({
  inspection,
}: FinalState): Pick<Certificate['metadata'], 'entries' | 'free' | 'committed' | 'uncommitted'> {
  const { free, committed, uncommitted } = inspection.entries;
  return { entries: Number(inspection.geometry.nBlocks), free, committed, uncommitted };
}
