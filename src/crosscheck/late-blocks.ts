import { ascending } from './places.js';
import { compareRetained } from './compare-retained.js';
import { blockExample } from './examples.js';
import type { FinalState } from './final-state.js';
import { Tally } from './findings.js';
import type { JudgeQuestion } from './judge-question.js';
import { RetainedCopies } from './retained-copies.js';

/** What has become of blocks that were written after the evidence, and are not in it. */
export interface LateBlocks {
  readonly proved: Tally;
  readonly lost: Tally;
  readonly undecided: Tally;
  readonly unreadable: Tally;
  readonly 'beyond-end': Tally;
}

/**
 * What the window has found of them. Those that it had no time for are compared now: where the origin has their newest copy,
 * that proves as much. Not so where a sample was asked for, which leaves blocks out anyway.
 */
export async function judgeLate(question: JudgeQuestion, final: FinalState): Promise<LateBlocks> {
  const { window, evidence } = question;
  const late = {
    proved: new Tally(),
    lost: new Tally(),
    undecided: new Tally(),
    unreadable: new Tally(),
    'beyond-end': new Tally(),
  };
  if (window === null) return late;
  late.proved.addAll(window.lateProved, []);
  late.lost.addAll(window.lateLost.length, window.lateLost);
  late.undecided.addAll(window.lateUndecided.length, window.lateUndecided);
  late.unreadable.addAll(window.lateUnreadable.length, window.lateUnreadable);
  if (window.unseen.count === 0 || evidence?.level !== 'full') return late;
  const unseen = new RetainedCopies(window.unseen);
  const blocks = ascending(unseen.blockCount);
  const verdictOf = await compareRetained({ ...question, onProgress: undefined }, final, unseen, blocks);
  for (const block of blocks) {
    late[verdictOf(block)].add(() => blockExample(window.unseen, unseen.copiesOf(block)[0] ?? 0));
  }
  return late;
}
