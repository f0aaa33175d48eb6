import {
  BUCKET,
  BUCKET_BITS,
  BUCKET_BYTES,
  BUFFER_BYTES,
  COPY_BUFFER_BYTES,
  NOTE_BYTES,
  PAGE_BYTES,
  RANK_BYTES,
  TALLIES,
} from './layout.js';
import type { ScanKernel } from './kernel.js';

const BUCKET_MASK = 2 ** BUCKET_BITS - 1;
const MARKS = BUFFER_BYTES / 4;
const COPIES = COPY_BUFFER_BYTES / 16;
const ALL_ONES = 0xffff_ffff;

// Words of a bucket in the directory.
const PAGE = 0;
const BUFFER = 1;
const FILL = 2;
const REPEATED = 3;

/** A 64-bit value as two halves. */
class Halves {
  hi = 0;
  lo = 0;

  set(value: bigint): void {
    this.hi = Number(value >> 32n);
    this.lo = Number(value & 0xffff_ffffn);
  }

  isAbove(hi: number, lo: number): boolean {
    return this.hi > hi || (this.hi === hi && this.lo > lo);
  }
}

/**
 * The kernel in plain TypeScript, on the 32-bit words of its memory: the twin of src/wasm/assembly/scan.ts, in the same
 * order and under the same names, so that the two can be read side by side.
 */
export class PlainKernel implements ScanKernel {
  readonly #words: Uint32Array;
  readonly #takeNotes: (count: number) => void;
  readonly #limit = new Halves();
  readonly #noteFrom = new Halves();
  readonly #oddBits = new Halves();
  readonly #staleBound = new Halves();
  readonly #identicalBound = new Halves();
  #shift = 0;
  #stateBytes = 12;
  #part = 0;
  #partMask = 0;
  #tally = 0;
  #directory = 0;
  #sectors = 0;
  #scratch = 0;
  #notes = 0;
  #mostNotes = 0;
  #noBuffer = 0;
  #firstPage = 0;
  #end = 0;
  #baseBytes = 0;
  #mostBytes = 0;
  #low = 0;
  #high = 0;
  #isUsed = false;
  #buckets = 0;
  #noted = 0;

  constructor(memory: Uint8Array, takeNotes: (count: number) => void) {
    this.#words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
    this.#takeNotes = takeNotes;
  }

  setQuestion(limit: bigint, noteFrom: bigint, oddBits: bigint, shift: bigint, stateBytes: number): void {
    this.#stateBytes = stateBytes;
    this.#limit.set(limit);
    this.#noteFrom.set(noteFrom);
    this.#oddBits.set(oddBits);
    this.#shift = Number(shift);
  }

  setPart(part: number, parts: number): void {
    this.#part = part;
    this.#partMask = parts - 1;
  }

  setPlaces(...places: Parameters<ScanKernel['setPlaces']>): void {
    const [tally, directory, sectors, scratch, notes, mostNotes, noBuffer, firstPage, end] = places;
    this.#tally = tally / 4;
    this.#directory = directory / 4;
    this.#sectors = sectors / 4;
    this.#scratch = scratch / 4;
    this.#notes = notes / 4;
    this.#mostNotes = mostNotes;
    this.#noBuffer = noBuffer;
    this.#firstPage = firstPage;
    this.#end = end;
    this.#low = firstPage;
    this.#high = end;
  }

  setBudget(base: number, most: number): void {
    this.#baseBytes = base;
    this.#mostBytes = most;
  }

  setBounds(stale: bigint, identical: bigint): void {
    this.#staleBound.set(stale);
    this.#identicalBound.set(identical);
  }

  #budget(): number {
    return Math.min(this.#baseBytes + this.#buckets * PAGE_BYTES, this.#mostBytes);
  }

  #room(): number {
    const used = this.#low - this.#firstPage + (this.#end - this.#high);
    return Math.max(0, Math.min(this.#budget() - used, this.#high - this.#low));
  }

  #hasRoomForBucket(): boolean {
    const opened = Math.floor((this.#low - this.#firstPage) / (PAGE_BYTES + BUFFER_BYTES)) + 1;
    return opened * (2 * PAGE_BYTES + BUFFER_BYTES) <= this.#budget();
  }

  classify(at: number, count: number): void {
    const words = this.#words;
    const { hi: limitHi, lo: limitLo } = this.#limit;
    const { hi: oddHi, lo: oddLo } = this.#oddBits;
    const { hi: noteHi, lo: noteLo } = this.#noteFrom;
    let committed = 0;
    let free = 0;
    let above = 0;
    let odd = 0;
    let beyond = 0;
    let [maxHi, maxLo, maxSeqHi, maxSeqLo] = [0, 0, 0, 0];
    const last = (at + count * 16) / 4;
    for (let p = at / 4; p < last; p += 4) {
      const lo = words[p] ?? 0;
      const hi = words[p + 1] ?? 0;
      const seqLo = words[p + 2] ?? 0;
      const seqHi = words[p + 3] ?? 0;
      if (seqHi > limitHi || (seqHi === limitHi && seqLo >= limitLo)) {
        if (seqHi === ALL_ONES && seqLo === ALL_ONES) free += 1;
        if (seqHi !== limitHi || seqLo !== limitLo) above += 1;
        continue;
      }
      committed += 1;
      if (((hi & oddHi) | (lo & oddLo)) !== 0) odd += 1;
      if (hi > noteHi || (hi === noteHi && lo >= noteLo)) beyond += 1;
      if (hi > maxHi || (hi === maxHi && lo > maxLo)) {
        maxHi = hi;
        maxLo = lo;
      }
      if (seqHi > maxSeqHi || (seqHi === maxSeqHi && seqLo > maxSeqLo)) {
        maxSeqHi = seqHi;
        maxSeqLo = seqLo;
      }
    }
    this.#tell(TALLIES.committed, 0, committed);
    this.#tell(TALLIES.free, 0, free);
    this.#tell(TALLIES.above, 0, above);
    this.#tell(TALLIES.odd, 0, odd);
    this.#tell(TALLIES.beyond, 0, beyond);
    this.#tell(TALLIES.maxSector, maxHi, maxLo);
    this.#tell(TALLIES.maxSeqCount, maxSeqHi, maxSeqLo);
  }

  #tell(tally: number, hi: number, lo: number): void {
    this.#words[this.#tally + tally * 2] = lo;
    this.#words[this.#tally + tally * 2 + 1] = hi;
  }

  #add(tally: number): void {
    const at = this.#tally + tally * 2;
    const lo = (this.#words[at] ?? 0) + 1;
    this.#words[at] = lo;
    if (lo === 2 ** 32) this.#words[at + 1] = (this.#words[at + 1] ?? 0) + 1;
  }

  mark(at: number, count: number): void {
    const words = this.#words;
    const { hi: limitHi, lo: limitLo } = this.#limit;
    const { hi: oddHi, lo: oddLo } = this.#oddBits;
    const last = (at + count * 16) / 4;
    let to = this.#sectors;
    for (let p = at / 4; p < last; p += 4) {
      const lo = words[p] ?? 0;
      const hi = words[p + 1] ?? 0;
      words[to] = lo;
      words[to + 1] = hi;
      const seqHi = words[p + 3] ?? 0;
      if (seqHi > limitHi || (seqHi === limitHi && (words[p + 2] ?? 0) >= limitLo)) continue;
      if (((hi & oddHi) | (lo & oddLo)) !== 0) continue;
      if ((this.#bucketOf(hi, lo) & this.#partMask) === this.#part) to += 2;
    }
    for (let p = this.#sectors; p < to; p += 2) {
      const lo = words[p] ?? 0;
      const hi = words[p + 1] ?? 0;
      const bucket = this.#bucketOf(hi, lo);
      const d = this.#directory + (bucket * BUCKET_BYTES) / 4;
      if (words[d + BUFFER] === 0) this.#open(d, bucket);
      const fill = words[d + FILL] ?? 0;
      words[(words[d + BUFFER] ?? 0) / 4 + fill] = this.#offsetOf(lo);
      words[d + FILL] = fill + 1;
      if (fill + 1 === MARKS) this.#emptyMarks(d);
    }
  }

  /** Odd sectors aside, a block's number has 36 bits, so a bucket's has 16. */
  #bucketOf(hi: number, lo: number): number {
    return Math.floor((hi * 2 ** 32 + lo) / 2 ** (this.#shift + BUCKET_BITS));
  }

  /** The block's place in its bucket, of which all bits are in the lower half of its sector. */
  #offsetOf(lo: number): number {
    return (lo >>> this.#shift) & BUCKET_MASK;
  }

  #open(d: number, bucket: number): void {
    if (bucket >= this.#buckets) this.#buckets = bucket + 1;
    if (!this.#hasRoomForBucket()) {
      this.#skip(d);
      return;
    }
    if (this.#isUsed) this.#clear(this.#low, PAGE_BYTES);
    this.#words[d + PAGE] = this.#low;
    this.#words[d + BUFFER] = this.#low + PAGE_BYTES;
    this.#low += PAGE_BYTES + BUFFER_BYTES;
  }

  #clear(at: number, bytes: number): void {
    this.#words.fill(0, at / 4, (at + bytes) / 4);
  }

  #skip(d: number): void {
    this.#words[d + PAGE] = BUCKET.skipped;
    this.#words[d + BUFFER] = this.#noBuffer;
    this.#words[d + REPEATED] = 0;
  }

  #emptyMarks(d: number): void {
    const words = this.#words;
    const page = words[d + PAGE] ?? 0;
    const count = words[d + FILL] ?? 0;
    words[d + FILL] = 0;
    if (page <= BUCKET.waiting) return;
    const first = (words[d + BUFFER] ?? 0) / 4;
    for (let p = first; p < first + count; p += 1) {
      const offset = words[p] ?? 0;
      const word = page / 4 + (offset >>> 5);
      const bits = words[word] ?? 0;
      const bit = 1 << (offset & 31);
      if ((bits & bit) === 0) {
        words[word] = bits | bit;
      } else if (!this.#repeat(d, offset)) {
        return;
      }
    }
  }

  #repeat(d: number, offset: number): boolean {
    let page = this.#words[d + REPEATED] ?? 0;
    if (page === 0) {
      if (this.#room() < PAGE_BYTES) {
        this.#skip(d);
        return false;
      }
      this.#high -= PAGE_BYTES;
      page = this.#high;
      if (this.#isUsed) this.#clear(page, PAGE_BYTES);
      this.#words[d + REPEATED] = page;
    }
    const word = page / 4 + (offset >>> 5);
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (offset & 31));
    return true;
  }

  endMarks(): void {
    for (let bucket = 0; bucket < this.#buckets; bucket += 1) {
      const d = this.#directory + (bucket * BUCKET_BYTES) / 4;
      if (this.#words[d + FILL] !== 0) this.#emptyMarks(d);
      if ((this.#words[d + PAGE] ?? 0) <= BUCKET.waiting) continue;
      this.#words[d + PAGE] = this.#words[d + REPEATED] === 0 ? BUCKET.done : BUCKET.waiting;
      this.#words[d + BUFFER] = this.#noBuffer;
    }
    this.#low = this.#firstPage;
    this.#isUsed = true;
  }

  bucketsIn(state: number): number {
    let count = 0;
    for (let bucket = 0; bucket < this.#buckets; bucket += 1) {
      if (this.#words[this.#directory + (bucket * BUCKET_BYTES) / 4 + PAGE] === state) count += 1;
    }
    return count;
  }

  nextMarks(): void {
    this.#low = this.#firstPage;
    this.#high = this.#end;
    for (let bucket = 0; bucket < this.#buckets; bucket += 1) {
      const d = this.#directory + (bucket * BUCKET_BYTES) / 4;
      if (this.#words[d + PAGE] !== BUCKET.skipped) continue;
      this.#words[d + PAGE] = BUCKET.fresh;
      this.#words[d + BUFFER] = 0;
    }
  }

  beginCopies(): number {
    this.#low = this.#firstPage;
    let count = 0;
    for (let bucket = 0; bucket < this.#buckets; bucket += 1) {
      const d = this.#directory + (bucket * BUCKET_BYTES) / 4;
      if (this.#words[d + PAGE] !== BUCKET.waiting) continue;
      const page = this.#words[d + REPEATED] ?? 0;
      const repeated = this.#countBits(page, PAGE_BYTES);
      const bytes = COPY_BUFFER_BYTES + RANK_BYTES + repeated * this.#stateBytes;
      if (this.#room() < bytes) continue;
      this.#rank(page, this.#low + COPY_BUFFER_BYTES);
      this.#clear(this.#low + COPY_BUFFER_BYTES + RANK_BYTES, repeated * this.#stateBytes);
      this.#words[d + PAGE] = this.#low + COPY_BUFFER_BYTES;
      this.#words[d + BUFFER] = this.#low;
      this.#low += Math.ceil(bytes / 8) * 8;
      count += 1;
    }
    return count;
  }

  #countBits(at: number, bytes: number): number {
    let count = 0;
    for (let word = at / 4; word < (at + bytes) / 4; word += 1) count += bitsOf(this.#words[word] ?? 0);
    return count;
  }

  #rank(page: number, to: number): void {
    let count = 0;
    for (let group = 0; group < PAGE_BYTES / 32; group += 1) {
      this.#words[to / 4 + group] = count;
      count += this.#countBits(page + group * 32, 32);
    }
  }

  resolve(at: number, count: number, firstIndex: number): void {
    const words = this.#words;
    const { hi: limitHi, lo: limitLo } = this.#limit;
    const { hi: oddHi, lo: oddLo } = this.#oddBits;
    const first = at / 4;
    let to = this.#sectors;
    for (let p = first; p < first + count * 4; p += 4) {
      words[to] = p * 4;
      const seqHi = words[p + 3] ?? 0;
      if (seqHi > limitHi || (seqHi === limitHi && (words[p + 2] ?? 0) >= limitLo)) continue;
      const lo = words[p] ?? 0;
      const hi = words[p + 1] ?? 0;
      if (((hi & oddHi) | (lo & oddLo)) !== 0) continue;
      if ((this.#bucketOf(hi, lo) & this.#partMask) === this.#part) to += 1;
    }
    for (let q = this.#sectors; q < to; q += 1) {
      const entry = (words[q] ?? 0) / 4;
      const lo = words[entry] ?? 0;
      const bucket = this.#bucketOf(words[entry + 1] ?? 0, lo);
      const d = this.#directory + (bucket * BUCKET_BYTES) / 4;
      if ((words[d + PAGE] ?? 0) <= BUCKET.waiting) continue;
      const fill = words[d + FILL] ?? 0;
      const item = (words[d + BUFFER] ?? 0) / 4 + fill * 4;
      const index = firstIndex + (entry - first) / 4;
      words[item] = words[entry + 2] ?? 0;
      words[item + 1] = words[entry + 3] ?? 0;
      words[item + 2] = ((index % 2 ** 12) << BUCKET_BITS) | this.#offsetOf(lo);
      words[item + 3] = Math.floor(index / 2 ** 12);
      words[d + FILL] = fill + 1;
      if (fill + 1 === COPIES) this.#emptyCopies(d, bucket);
    }
  }

  #emptyCopies(d: number, bucket: number): void {
    const words = this.#words;
    const page = (words[d + REPEATED] ?? 0) / 4;
    const ranks = words[d + PAGE] ?? 0;
    const first = (words[d + BUFFER] ?? 0) / 4;
    const last = first + (words[d + FILL] ?? 0) * 4;
    words[d + FILL] = 0;
    let to = this.#scratch;
    for (let p = first; p < last; p += 4, to += 1) {
      const offset = (words[p + 2] ?? 0) & BUCKET_MASK;
      words[to] = ((words[page + (offset >>> 5)] ?? 0) >>> (offset & 31)) & 1;
    }
    let from = this.#scratch;
    let copy = first;
    let touched = 0;
    to = this.#scratch;
    for (let p = first; p < last; p += 4, from += 1) {
      if (words[from] === 0) continue;
      const number = this.#numberOf(page, ranks / 4, (words[p + 2] ?? 0) & BUCKET_MASK);
      const state = ranks + RANK_BYTES + number * this.#stateBytes;
      for (let word = 0; word < 4; word += 1) words[copy + word] = words[p + word] ?? 0;
      copy += 4;
      touched |= words[state / 4] ?? 0;
      words[to] = state;
      to += 1;
    }
    words[this.#scratch + COPIES] = touched;
    from = this.#scratch;
    for (let p = first; p < copy; p += 4, from += 1) {
      const low = words[p + 2] ?? 0;
      const index = (words[p + 3] ?? 0) * 2 ** 12 + (low >>> BUCKET_BITS);
      const sector = (bucket * 2 ** BUCKET_BITS + (low & BUCKET_MASK)) * 2 ** this.#shift;
      this.#judge((words[from] ?? 0) / 4, p, index, sector);
    }
  }

  #numberOf(page: number, ranks: number, offset: number): number {
    const at = page + (offset >>> 5);
    let number =
      (this.#words[ranks + (offset >>> 8)] ?? 0) +
      bitsOf((this.#words[at] ?? 0) & ((1 << (offset & 31)) - 1));
    for (let before = page + ((offset >>> 8) << 3); before < at; before += 1) {
      number += bitsOf(this.#words[before] ?? 0);
    }
    return number;
  }

  #judge(state: number, item: number, index: number, sector: number): void {
    const words = this.#words;
    const isWide = this.#stateBytes === 16;
    const seqLo = words[item] ?? 0;
    const seqHi = words[item + 1] ?? 0;
    const kept = (isWide ? (words[state + 3] ?? 0) * 2 ** 32 : 0) + (words[state + 2] ?? 0);
    if (kept !== 0) {
      const keptLo = words[state] ?? 0;
      const keptHi = words[state + 1] ?? 0;
      const isIdentical = seqHi === keptHi && seqLo === keptLo;
      const wins = seqHi > keptHi || (seqHi === keptHi && seqLo >= keptLo);
      this.#add(TALLIES.stale);
      if (isIdentical) this.#add(TALLIES.identical);
      const bound = isIdentical ? this.#identicalBound : this.#staleBound;
      if (bound.isAbove(Math.floor(index / 2 ** 32), index % 2 ** 32)) {
        const places = [wins ? kept - 1 : index, index, sector].flatMap(halves);
        const lost = wins ? [keptLo, keptHi] : [seqLo, seqHi];
        this.#note([...places, ...lost, isIdentical ? 1 : 0, 0]);
      }
      if (!wins) return;
    }
    words[state] = seqLo;
    words[state + 1] = seqHi;
    words[state + 2] = (index + 1) % 2 ** 32;
    if (isWide) words[state + 3] = Math.floor((index + 1) / 2 ** 32);
  }

  #note(words: readonly number[]): void {
    this.#words.set(words, this.#notes + (this.#noted * NOTE_BYTES) / 4);
    this.#noted += 1;
    if (this.#noted === this.#mostNotes) this.#giveNotes();
  }

  #giveNotes(): void {
    const count = this.#noted;
    this.#noted = 0;
    if (count > 0) this.#takeNotes(count);
  }

  endCopies(): void {
    for (let bucket = 0; bucket < this.#buckets; bucket += 1) {
      const d = this.#directory + (bucket * BUCKET_BYTES) / 4;
      if ((this.#words[d + PAGE] ?? 0) <= BUCKET.waiting) continue;
      this.#emptyCopies(d, bucket);
      this.#words[d + PAGE] = BUCKET.done;
      this.#words[d + BUFFER] = this.#noBuffer;
      this.#words[d + REPEATED] = 0;
    }
    this.#giveNotes();
  }
}

/** The words of a value below 2^53. */
function halves(value: number): [number, number] {
  return [value % 2 ** 32, Math.floor(value / 2 ** 32)];
}

function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
