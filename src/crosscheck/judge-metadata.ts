import type { ScanOptions } from '../scan/index.js';
import type { Certificate, CrosscheckProblem } from './certificate.js';
import type { FinalState } from './final-state.js';
import { judgeByPrediction, judgeByRule } from './judge-entries.js';
import { differsFromPrediction, differsFromRules, superblockProblems } from './judge-superblock.js';
import type { JudgeQuestion } from './judge-question.js';
import { predictMetadata } from './predict.js';

export interface MetadataJudgement {
  readonly asPredicted: boolean | null;
  readonly compared: Certificate['metadata']['compared'];
  readonly differing: number;
  readonly problems: readonly CrosscheckProblem[];
}

/**
 * Holds the final metadata against the reference's prediction, byte for byte. Where something was written since the
 * evidence, that need not match: then against the rules that hold for every removal.
 */
export async function judgeMetadata(
  question: JudgeQuestion,
  final: FinalState,
  scan: ScanOptions,
): Promise<MetadataJudgement> {
  const { evidence } = question;
  const predicted = predictionFor(question, final);
  if (predicted !== null) {
    const fields = differsFromPrediction(final.superblock, predicted);
    const entries = await judgeByPrediction(final, predicted, scan);
    const isSame = fields.length === 0 && entries.differing === 0;
    if (isSame || mustMatch(question)) {
      return {
        ...{ asPredicted: fields.length === 0, compared: 'byte-for-byte', differing: entries.differing },
        problems: [...superblockProblems(fields), ...entries.problems],
      };
    }
  }
  const fields = evidence === null ? [] : differsFromRules(final.superblock, evidence.superblock);
  const entries = await judgeByRule(final, evidence?.metadata ?? null, scan);
  return {
    asPredicted: fields.length === 0 ? null : false,
    ...{ compared: 'by-rule', differing: entries.differing },
    problems: [...superblockProblems(fields), ...entries.problems],
  };
}

/** What is in memory only is not in the evidence: a target that had uncommitted entries commits them at the suspend. */
function mustMatch({ evidence, writesSinceEvidence }: JudgeQuestion): boolean {
  return writesSinceEvidence === 'none' && evidence?.counts.uncommitted === 0;
}

function predictionFor(question: JudgeQuestion, final: FinalState): Uint8Array | null {
  const { evidence, cache, origin, startSector, mode } = question;
  if (question.writesSinceEvidence === 'some') return null;
  // The device was read as the evidence tells, so that their metadata are of the same size.
  if (evidence?.metadata?.length !== final.metadata?.length || evidence?.metadata == null) return null;
  return predictMetadata({
    ...{ metadata: evidence.metadata, liveBlocks: evidence.counts.live, startSector, mode },
    ...{ cache: cache.device, origin: origin.device },
  });
}
