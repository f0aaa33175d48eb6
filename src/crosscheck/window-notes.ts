import type { BlockColumns } from './block-columns.js';
import type { BlockExample } from './certificate.js';
import { digestOf } from './digest.js';
import { blockExample } from './examples.js';
import type { CopyGroup } from './exact-compare.js';
import { SectorLookup } from './sector-lookup.js';
import { WindowVerdict, type WindowQuestion, type WindowReading } from './window-reading.js';

/** `unseen`: there was no time for it. */
export type WindowNote = 'proved' | 'lost' | 'undecided' | 'unreadable' | 'unseen';

/** Blocks of the final metadata, each with its copies, and where they are in the evidence. */
export interface WindowGroups {
  readonly columns: BlockColumns;
  readonly groups: readonly CopyGroup[];
  /** The position of each in the evidence; -1 for one that is not there. */
  readonly evidence: Int32Array;
}

/** Keeps what the window finds of each block: with the evidence where the block is there, else as a late one. */
export class WindowNotes {
  readonly #comparison: WindowQuestion['comparison'];
  readonly #verdicts: Uint8Array;
  readonly #late = {
    lost: new Array<BlockExample>(),
    undecided: new Array<BlockExample>(),
    unreadable: new Array<BlockExample>(),
  };
  #lateProved = 0;
  #unreadable = 0;

  constructor(comparison: WindowQuestion['comparison']) {
    this.#comparison = comparison;
    this.#verdicts = new Uint8Array(comparison?.evidence.blocks.count ?? 0);
  }

  /** Finds the blocks in the evidence. */
  locate(columns: BlockColumns, groups: readonly CopyGroup[]): WindowGroups {
    const evidence = new Int32Array(groups.length).fill(-1);
    const blocks = this.#comparison?.evidence.blocks;
    if (blocks !== undefined && blocks.count > 0) {
      const lookup = new SectorLookup();
      for (const [number, [first = 0]] of groups.entries()) {
        lookup.set(columns.sectorHi[first] ?? 0, columns.sectorLo[first] ?? 0, number);
      }
      for (let block = 0; block < blocks.count; block += 1) {
        const number = lookup.get(blocks.sectorHi[block] ?? 0, blocks.sectorLo[block] ?? 0);
        if (number !== undefined) evidence[number] = block;
      }
    }
    return { columns, groups, evidence };
  }

  /**
   * The entry in which a block was when the evidence was taken, if its content then is the one that is given; else null.
   *
   * @param block its position in the evidence, or -1.
   */
  indexOfSame(block: number, content: Uint8Array): number | null {
    const blocks = this.#comparison?.evidence.blocks;
    if (blocks === undefined || block < 0 || digestOf(content) !== blocks.digest[block]) return null;
    return blocks.index[block] ?? null;
  }

  note(note: WindowNote, { columns, groups, evidence }: WindowGroups, number: number): void {
    const block = evidence[number] ?? -1;
    if (note === 'unreadable') this.#unreadable += 1;
    if (block >= 0) {
      this.#verdicts[block] = WindowVerdict[note === 'unseen' ? 'undecided' : note];
    } else if (note === 'proved') {
      this.#lateProved += 1;
    } else if (note === 'unseen') {
      return;
    } else {
      this.#late[note].push(blockExample(columns, groups[number]?.at(-1) ?? 0));
    }
  }

  get findings(): Omit<WindowReading, 'complete' | 'failure' | 'notFree' | 'unseen'> {
    return {
      lateProved: this.#lateProved,
      lateLost: this.#late.lost,
      lateUndecided: this.#late.undecided,
      lateUnreadable: this.#late.unreadable,
      unreadable: this.#unreadable,
      verdicts: this.#verdicts,
    };
  }
}
