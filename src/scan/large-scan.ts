import { availableParallelism } from 'node:os';
import type { EntryRun, ScanOptions } from './chunks.js';
import { CopySearch, type SearchQuestion } from './copy-search.js';
import type { Counted, CountQuestion } from './count-entries.js';
import { EntryNotes } from './entry-notes.js';
import { JudgedCopies } from './judged-copies.js';
import { FIRST_PAGE, TALLIES } from './kernel/layout.js';
import { LEAST_PAGES_BYTES, hasAddressesForThreads } from './kernel/make-kernel.js';
import { SearchThread, allDone } from './search-thread.js';
import { judgeOdd, oddChoice } from './odd-copies.js';
import { Passes } from './passes.js';

/** Unless told; in addition to one bit for each block of the origin. */
const USUAL_MEMORY_BYTES = 68 << 20;
/** The bits for all origin blocks never take more than this for each block of the cache. */
const BITMAP_BYTES_PER_BLOCK = 6;
/** Fewer entries are counted before another thread has begun. */
const LEAST_FOR_THREADS = 8 << 20;
/** More only wait for the memory. */
const MOST_THREADS = 4;

export interface LargeScan {
  readonly counted: Counted;
  readonly notes: EntryNotes;
  readonly copies: JudgedCopies;
}

/**
 * Counts and judges all entries of a large cache: a pass in which the kernels count them and mark their origin blocks,
 * and further ones only where blocks come more than once. Memory is as {@link ScanOptions.memoryBytes} tells.
 */
export async function scanLarge(question: CountQuestion, options: ScanOptions): Promise<LargeScan> {
  const { nBlocks, blockSize, seqCount, originSectors } = question;
  const notes = new EntryNotes(seqCount, blockSize, originSectors);
  const copies = new JudgedCopies(options.summaryOnly === true);
  const parts = partsFor(question, options);
  const { memoryBytes = USUAL_MEMORY_BYTES } = options;
  const isLimited = options.memoryBytes !== undefined;
  const baseBytes = Math.floor(memoryBytes / parts) - (isLimited ? FIRST_PAGE : 0);
  const most = isLimited ? memoryBytes : Math.max(memoryBytes, BITMAP_BYTES_PER_BLOCK * nBlocks);
  const mostBytes = Math.floor(most / parts) - (isLimited ? FIRST_PAGE : 0);
  const search: SearchQuestion = {
    ...{ seqCount, blockSize, nBlocks, noteFrom: notes.noteFrom, part: 0, parts },
    ...{ baseBytes, mostBytes, kernel: options.kernel },
  };
  const threads: SearchThread[] = [];
  try {
    const own = new CopySearch(search, copies);
    for (let part = 1; part < parts; part += 1) {
      threads.push(new SearchThread({ ...search, part }, question, copies));
    }
    const passes = new Passes(question, options, own.memory.buffers);
    const counter = new KernelCounter(own, notes, question);
    for await (const run of passes.run()) counter.take(run);
    const leftOut = await own.finish(() => passes.run());
    const others = await allDone(threads, options);
    const apart = [leftOut, ...others].flatMap((buckets) => [...buckets]);
    if (counter.odd > 0 || apart.length > 0) {
      await judgeOdd(passes, question, oddChoice(blockSize, apart), copies, options.memoryBytes);
    }
    return { counted: counter, notes, copies };
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

/**
 * Powers of two. One where the device is not read faster by several, and where each loser is wanted: there may be more of
 * them than messages between threads are good for.
 */
function partsFor(
  { device, nBlocks }: CountQuestion,
  { threads, memoryBytes = USUAL_MEMORY_BYTES, summaryOnly }: ScanOptions,
): number {
  if (device.shared === undefined || summaryOnly !== true) return 1;
  const usual = nBlocks < LEAST_FOR_THREADS ? 1 : Math.min(MOST_THREADS, availableParallelism());
  const fitting = memoryBytes / (LEAST_PAGES_BYTES + FIRST_PAGE);
  const wanted = 2 ** Math.floor(Math.log2(Math.max(1, Math.min(threads ?? usual, fitting))));
  return wanted > 1 && hasAddressesForThreads() ? wanted : 1;
}

/** Counts what a kernel classifies, and looks at the few entries that deserve it. */
class KernelCounter implements Counted {
  free = 0;
  committed = 0;
  uncommitted = 0;
  odd = 0;
  maxOriginalSector: bigint | null = null;
  maxSeqCount: bigint | null = null;
  readonly #search: CopySearch;
  readonly #notes: EntryNotes;
  readonly #question: CountQuestion;

  constructor(search: CopySearch, notes: EntryNotes, question: CountQuestion) {
    this.#search = search;
    this.#notes = notes;
    this.#question = question;
  }

  take(run: EntryRun): void {
    const { words, count } = run;
    const search = this.#search;
    search.memory.kernel.classify(words.byteOffset, count);
    const committed = search.tally(TALLIES.committed);
    const free = search.tally(TALLIES.free);
    const odd = search.tally(TALLIES.odd);
    const uncommitted = count - committed - free;
    this.committed += committed;
    this.free += free;
    this.uncommitted += uncommitted;
    this.odd += odd;
    const future = Math.max(0, search.tally(TALLIES.above) - free);
    const notes = this.#notes;
    const wantsExamples = (uncommitted > 0 && !notes.hasUncommitted) || (future > 0 && !notes.hasFuture);
    const futureBefore = notes.future.count;
    if (odd > 0 || search.tally(TALLIES.beyond) > 0 || wantsExamples) this.#note(run);
    // Counted by the kernel, as there may be many where a cache is running.
    notes.future.count = futureBefore + future;
    if (committed === 0) return;
    this.maxOriginalSector = larger(this.maxOriginalSector, search.exactTally(TALLIES.maxSector));
    this.maxSeqCount = larger(this.maxSeqCount, search.exactTally(TALLIES.maxSeqCount));
    search.take(run);
  }

  /** Goes through a run entry by entry. */
  #note({ words, firstIndex, count }: EntryRun): void {
    const { seqCount, blockSize } = this.#question;
    const { noteFrom } = this.#notes;
    const [seqHi, seqLo] = [Number(seqCount >> 32n), Number(seqCount & 0xffff_ffffn)];
    const [noteHi, noteLo] = [Number(noteFrom >> 32n), Number(noteFrom & 0xffff_ffffn)];
    const mask = blockSize / 512 - 1;
    for (let entry = 0, at = 0; entry < count; entry += 1, at += 4) {
      const entrySeqLo = words[at + 2] ?? 0;
      const entrySeqHi = words[at + 3] ?? 0;
      if (entrySeqHi > seqHi || (entrySeqHi === seqHi && entrySeqLo >= seqLo)) {
        if (entrySeqHi !== ALL_ONES || entrySeqLo !== ALL_ONES) {
          this.#notes.uncommitted(firstIndex + entry, words, at);
        }
        continue;
      }
      const lo = words[at] ?? 0;
      const hi = words[at + 1] ?? 0;
      if ((lo & mask) !== 0 || hi > noteHi || (hi === noteHi && lo >= noteLo)) {
        this.#notes.committed(firstIndex + entry, words, at);
      }
    }
  }
}

const ALL_ONES = 0xffff_ffff;

function larger(one: bigint | null, other: bigint): bigint {
  return one === null || other > one ? other : one;
}
