import { ColumnsBuilder, type BlockColumns } from './block-columns.js';
import { hasSameSector, isFree } from './entry-words.js';
import { compareGroups, type CopyGroup, type GroupResult } from './exact-compare.js';
import { SectorLookup } from './sector-lookup.js';
import { sectorOrder } from './sector-order.js';
import type { CacheData } from './places.js';
import type { WindowCopies } from './window-copies.js';
import { WindowNotes, type WindowGroups } from './window-notes.js';
import type { WindowQuestion } from './window-reading.js';
import { copiesVerdict } from './window-verdict.js';

/** Blocks that are compared between two looks at the clock. */
const BATCH_BLOCKS = 128;

/** Compares copies with the origin as long as there is time. */
export class WindowReader {
  readonly notes: WindowNotes;
  readonly #question: WindowQuestion;
  readonly #deadline: number;
  #isComplete = true;

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

  compare(copies: WindowCopies, data: CacheData): void {
    const all = this.notes.locate(copies.columns, groupsOf(copies.columns, copies.order));
    const unlike: number[] = [];
    this.#forEach(all.columns, all.groups, data, (number, { originMissing, isEqual }) => {
      const verdict = copiesVerdict(copies, { copies: all.groups[number] ?? [], isEqual });
      if (verdict === 'open') return;
      if (originMissing === 'beyond-end') this.notes.note('lost', all, number);
      else if (verdict === 'proved') this.notes.note('proved', all, number);
      else if (verdict === 'unlike') unlike.push(number);
      else this.notes.note('undecided', all, number);
    });
    this.#judgeUnlike(copies, all, unlike, data);
  }

  /**
   * The origin has none of the copies that are known to be new. Where a commit was made since, a free entry that had the same
   * sector before may have been used again, which leaves no trace: what it has may be newer.
   */
  #judgeUnlike(copies: WindowCopies, all: WindowGroups, unlike: readonly number[], data: CacheData): void {
    const isLost = this.#question.pastCache === 'none';
    const others = isLost && !copies.sameSeqCount ? untouchedCopies(copies, all, unlike) : null;
    // Until the copies in such entries have been seen to be other ones too.
    const unclear = new Set(others?.numbers);
    if (others !== null) {
      this.#forEach(others.columns, others.groups, data, (number, { isEqual }) => {
        const isOther = others.groups[number]?.every((copy) => isEqual(copy) === false) === true;
        if (isOther) unclear.delete(others.numbers[number] ?? -1);
      });
    }
    for (const number of unlike) {
      this.notes.note(isLost && !unclear.has(number) ? 'lost' : 'undecided', all, number);
    }
  }

  #forEach(
    columns: BlockColumns,
    groups: readonly CopyGroup[],
    data: CacheData,
    visit: (number: number, result: GroupResult) => void,
  ): void {
    const { cache, origin } = this.#question;
    for (let from = 0; from < groups.length; from += BATCH_BLOCKS) {
      if (performance.now() > this.#deadline) {
        this.#isComplete = false;
        return;
      }
      const batch = groups.slice(from, from + BATCH_BLOCKS);
      for (const [at, result] of compareGroups({ cache, origin, data }, columns, batch).entries()) {
        visit(from + at, result);
      }
    }
  }
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
