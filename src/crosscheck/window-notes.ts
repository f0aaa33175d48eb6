import type { BlockColumns } from './block-columns.js';
import type { BlockExample } from './certificate.js';
import { blockExample } from './examples.js';
import type { CopyGroup } from './exact-compare.js';
import { SectorLookup } from './sector-lookup.js';
import { WindowVerdict, type WindowQuestion, type WindowReading } from './window-reading.js';

export type WindowNote = 'proved' | 'lost' | 'undecided' | 'nothing';

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
  readonly #lateLost: BlockExample[] = [];
  readonly #lateUndecided: BlockExample[] = [];
  #lateProved = 0;

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

  note(note: WindowNote, { columns, groups, evidence }: WindowGroups, number: number): void {
    if (note === 'nothing') return;
    const block = evidence[number] ?? -1;
    if (block >= 0) {
      this.#verdicts[block] = WindowVerdict[note];
    } else if (note === 'proved') {
      this.#lateProved += 1;
    } else {
      const examples = note === 'lost' ? this.#lateLost : this.#lateUndecided;
      examples.push(blockExample(columns, groups[number]?.at(-1) ?? 0));
    }
  }

  get findings(): Pick<WindowReading, 'lateProved' | 'lateLost' | 'lateUndecided' | 'verdicts'> {
    return {
      lateProved: this.#lateProved,
      lateLost: this.#lateLost,
      lateUndecided: this.#lateUndecided,
      verdicts: this.#verdicts,
    };
  }
}
