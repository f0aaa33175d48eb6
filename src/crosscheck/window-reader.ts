import { ColumnsBuilder, onlyThose, type BlockColumns } from './block-columns.js';
import { hasSameSector, isFree } from './entry-words.js';
import { compareGroups, type CopyGroup, type GroupResult } from './exact-compare.js';
import { SectorLookup } from './sector-lookup.js';
import { sectorOrder } from './sector-order.js';
import type { CacheData } from './places.js';
import { CopyKind, type WindowCopies } from './window-copies.js';
import { WindowNotes, type WindowGroups } from './window-notes.js';
import type { WindowQuestion } from './window-reading.js';
import { copiesVerdict, newestCopies } from './window-verdict.js';

/** Blocks that are compared between two looks at the clock. */
const BATCH_BLOCKS = 128;

/** Compares copies with the origin as long as there is time. */
export class WindowReader {
  readonly notes: WindowNotes;
  readonly #question: WindowQuestion;
  readonly #deadline: number;
  #isComplete = true;
  #unseen = new ColumnsBuilder(0).build();

  /** @param deadline by performance.now(), in milliseconds. */
  constructor(question: WindowQuestion, deadline: number) {
    this.#question = question;
    this.#deadline = deadline;
    this.notes = new WindowNotes(question.comparison);
  }

  /** Whether there was time for everything. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** The newest copies of blocks that are not in the evidence, and that there was no time for. */
  get unseen(): BlockColumns {
    return this.#unseen;
  }

  compare(copies: WindowCopies, data: CacheData): void {
    const all = this.notes.locate(copies.columns, groupsOf(copies.columns, copies.order));
    const unlike: number[] = [];
    const seen = this.#forEach(all.columns, all.groups, data, (number, { originMissing, isEqual }) => {
      const verdict = copiesVerdict(copies, { copies: all.groups[number] ?? [], isEqual });
      if (originMissing === 'beyond-end') {
        // An open block that was not written since is left to the judgement that follows.
        if (isTouched(copies, all, number)) this.notes.note('lost', all, number);
      } else if (verdict === 'unlike') unlike.push(number);
      else if (verdict !== 'open') this.notes.note(NOTE[verdict], all, number);
    });
    this.#noteUnseen(copies, all, seen);
    this.#judgeUnlike(copies, all, unlike, data);
  }

  /** Of a block of the evidence, what was proved before may have been written again since. */
  #noteUnseen(copies: WindowCopies, all: WindowGroups, from: number): void {
    const isUnseen = new Uint8Array(copies.columns.count);
    for (let number = from; number < all.groups.length; number += 1) {
      if (!isTouched(copies, all, number)) continue;
      this.notes.note('unseen', all, number);
      if (all.evidence[number] !== -1) continue;
      for (const copy of newestCopies(copies, all.groups[number] ?? [])) isUnseen[copy] = 1;
    }
    if (from < all.groups.length) this.#unseen = onlyThose(copies.columns, isUnseen);
  }

  /**
   * The origin has none of the copies that are known to be new. Where a commit was made since, a free entry that had the same
   * sector before may have been used again, which leaves no trace: what it has may be newer. Not so where it has what it had
   * when the evidence was taken.
   */
  #judgeUnlike(copies: WindowCopies, all: WindowGroups, unlike: readonly number[], data: CacheData): void {
    const isLost = this.#question.pastCache === 'none';
    const others = isLost && !copies.sameSeqCount ? untouchedCopies(copies, all, unlike) : null;
    // Until the copies in such entries have been seen to be other ones too.
    const unclear = new Set(others?.numbers);
    if (others !== null) {
      this.#forEach(others.columns, others.groups, data, (at, { isEqual, onOrigin }) => {
        const number = others.numbers[at] ?? -1;
        const evidenceIndex = this.notes.indexOfSame(all.evidence[number] ?? -1, onOrigin);
        const isNoNewer = (copy: number): boolean =>
          isEqual(copy) === false || others.columns.index[copy] === evidenceIndex;
        if (others.groups[at]?.every(isNoNewer) === true) unclear.delete(number);
      });
    }
    for (const number of unlike) {
      this.notes.note(isLost && !unclear.has(number) ? 'lost' : 'undecided', all, number);
    }
  }

  /** Returns how many it came to. */
  #forEach(
    columns: BlockColumns,
    groups: readonly CopyGroup[],
    data: CacheData,
    visit: (number: number, result: GroupResult) => void,
  ): number {
    const { cache, origin } = this.#question;
    for (let from = 0; from < groups.length; from += BATCH_BLOCKS) {
      if (performance.now() > this.#deadline) {
        this.#isComplete = false;
        return from;
      }
      const batch = groups.slice(from, from + BATCH_BLOCKS);
      for (const [at, result] of compareGroups({ cache, origin, data }, columns, batch).entries()) {
        visit(from + at, result);
      }
    }
    return groups.length;
  }
}

const NOTE = { proved: 'proved', unclear: 'undecided', unread: 'unreadable' } as const;

/** Whether a block was dirty at the last look, or was written since. */
function isTouched({ kinds }: WindowCopies, { groups }: WindowGroups, number: number): boolean {
  return groups[number]?.some((copy) => kinds[copy] !== CopyKind.later) === true;
}

/** The copies of each sector together, by sector. */
function groupsOf({ sectorHi, sectorLo }: BlockColumns, order: Uint32Array): CopyGroup[] {
  const groups: number[][] = [];
  let [hi, lo] = [-1, -1];
  for (const copy of order) {
    if (sectorHi[copy] !== hi || sectorLo[copy] !== lo) groups.push([]);
    [hi, lo] = [sectorHi[copy] ?? 0, sectorLo[copy] ?? 0];
    groups.at(-1)?.push(copy);
  }
  return groups;
}

/** Copies in entries that were free with the same sector at the last look already; `numbers` tells of which blocks. */
function untouchedCopies(
  { words, wordsBefore }: WindowCopies,
  { columns, groups }: WindowGroups,
  wanted: readonly number[],
): { columns: BlockColumns; groups: CopyGroup[]; numbers: number[] } | null {
  if (words === null || wordsBefore === null || wanted.length === 0) return null;
  const lookup = new SectorLookup();
  for (const number of wanted) {
    const first = groups[number]?.[0] ?? 0;
    lookup.set(columns.sectorHi[first] ?? 0, columns.sectorLo[first] ?? 0, number);
  }
  const builder = new ColumnsBuilder(16);
  for (let at = 0; at < words.length; at += 4) {
    const [lo, hi] = [words[at] ?? 0, words[at + 1] ?? 0];
    if (!isFree(wordsBefore, at) || !hasSameSector(words, wordsBefore, at)) continue;
    if (lookup.get(hi, lo) !== undefined) builder.add(at / 4, hi, lo, 0, 0);
  }
  const others = builder.build();
  const grouped = groupsOf(others, sectorOrder(others.sectorHi, others.sectorLo, others.count));
  const numbers = grouped.map(
    ([first = 0]) => lookup.get(others.sectorHi[first] ?? 0, others.sectorLo[first] ?? 0) ?? -1,
  );
  return { columns: others, groups: grouped, numbers };
}
