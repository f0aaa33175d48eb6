import type { Certificate, CrosscheckProblem, Undecided } from './certificate.js';
import type { Evidence } from './evidence.js';
import { blockExample } from './examples.js';
import {
  beyondEndProblem,
  changedMeanwhile,
  lostProblem,
  notCompared,
  unreadableProblem,
  writtenLater,
} from './block-texts.js';
import { Tally, together } from './findings.js';
import type { LateBlocks } from './late-blocks.js';

/** What has become of the blocks. */
export interface BlockJudgement {
  readonly counts: Certificate['blocks'];
  readonly problems: readonly CrosscheckProblem[];
  readonly undecided: readonly Undecided[];
}

/** What is found of a block whose content of the evidence is not on the origin. */
export type OpenVerdict =
  'proved' | 'proved-newer' | 'lost' | 'beyond-end' | 'not-written-back' | 'unreadable' | 'written-later';

/** Counts the verdicts on the blocks of an evidence; what was proved and not told of is the rest. */
export class EvidenceTallies {
  readonly #evidence: Evidence;
  readonly #tallies: Record<OpenVerdict, Tally> = {
    proved: new Tally(),
    'proved-newer': new Tally(),
    lost: new Tally(),
    'beyond-end': new Tally(),
    'not-written-back': new Tally(),
    unreadable: new Tally(),
    'written-later': new Tally(),
  };

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  /** @param block its position in the evidence. */
  add(block: number, verdict: OpenVerdict): void {
    this.#tallies[verdict].add(() => blockExample(this.#evidence.blocks, block));
  }

  nothingCompared(): BlockJudgement {
    const { live } = this.#evidence.counts;
    return {
      counts: { ...NO_BLOCKS, live, undecided: live },
      problems: [],
      undecided: notCompared(live),
    };
  }

  /** @param late blocks that are not in the evidence. */
  judgement(late: LateBlocks): BlockJudgement {
    const { blocks, counts, changed, unreadable: neverRead } = this.#evidence;
    const own = this.#tallies;
    const lost = together(own.lost, late.lost);
    const beyondEnd = together(own['beyond-end'], late['beyond-end']);
    const later = together(own['written-later'], late.undecided);
    const unreadable = together(together(own.unreadable, neverRead), late.unreadable);
    const leftOut = counts.live - blocks.count - changed - neverRead.count;
    const others = Object.entries(own).filter(([verdict]) => verdict !== 'proved');
    return {
      counts: {
        live: counts.live,
        examined: blocks.count,
        proved: blocks.count - others.reduce((sum, [, { count }]) => sum + count, 0),
        proved_newer: own['proved-newer'].count,
        proved_late: late.proved.count,
        undecided: later.count + changed + leftOut,
        lost: lost.count + beyondEnd.count,
        not_written_back: own['not-written-back'].count,
        unreadable: unreadable.count,
      },
      problems: [...lostProblem(lost), ...beyondEndProblem(beyondEnd), ...unreadableProblem(unreadable)],
      undecided: [...writtenLater(later), ...changedMeanwhile(changed), ...notCompared(leftOut)],
    };
  }
}

export const NO_BLOCKS: Certificate['blocks'] = {
  live: 0,
  examined: 0,
  proved: 0,
  proved_newer: 0,
  proved_late: 0,
  undecided: 0,
  lost: 0,
  not_written_back: 0,
  unreadable: 0,
};
