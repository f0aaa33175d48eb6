import {
  BUCKET,
  BUCKET_BITS,
  BUCKET_BYTES,
  COPY_BUFFER_BYTES,
  NOTE_BYTES,
  PAGE_BYTES,
  RANK_BYTES,
  TALLIES,
} from './layout.js';
import type { ScanKernel } from './kernel.js';
import { PlainMarks } from './plain-marks.js';
import { BUCKET_MASK, WORD } from './plain-state.js';

const COPIES = COPY_BUFFER_BYTES / 16;

/**
 * The kernel in plain TypeScript, on the 32-bit words of its memory: the twin of src/wasm/assembly, in the same
 * order and under the same names, so that the two can be read side by side. Its other parts are plain-state.ts and
 * plain-marks.ts.
 */
export class PlainKernel extends PlainMarks implements ScanKernel {
  beginCopies(from: number, to: number): number {
    if (from === 0) this.low = this.firstPage;
    let count = 0;
    for (let bucket = from; bucket < Math.min(to, this.buckets); bucket += 1) {
      const d = this.directory + (bucket * BUCKET_BYTES) / 4;
      if (this.words[d + WORD.page] !== BUCKET.waiting) continue;
      const page = this.words[d + WORD.repeated] ?? 0;
      const repeated = this.countBits(page, PAGE_BYTES);
      const bytes = COPY_BUFFER_BYTES + RANK_BYTES + repeated * this.stateBytes;
      if (this.room() < bytes) continue;
      this.rank(page, this.low + COPY_BUFFER_BYTES);
      this.clear(this.low + COPY_BUFFER_BYTES + RANK_BYTES, repeated * this.stateBytes);
      this.words[d + WORD.page] = this.low + COPY_BUFFER_BYTES;
      this.words[d + WORD.buffer] = this.low;
      this.low += Math.ceil(bytes / 8) * 8;
      count += 1;
    }
    return count;
  }

  protected countBits(at: number, bytes: number): number {
    let count = 0;
    for (let word = at / 4; word < (at + bytes) / 4; word += 1) count += bitsOf(this.words[word] ?? 0);
    return count;
  }

  protected rank(page: number, to: number): void {
    let count = 0;
    for (let group = 0; group < PAGE_BYTES / 32; group += 1) {
      this.words[to / 4 + group] = count;
      count += this.countBits(page + group * 32, 32);
    }
  }

  resolve(at: number, count: number, firstIndex: number): void {
    const words = this.words;
    const { hi: limitHi, lo: limitLo } = this.limit;
    const { hi: oddHi, lo: oddLo } = this.oddBits;
    const first = at / 4;
    let to = this.sectors;
    for (let p = first; p < first + count * 4; p += 4) {
      words[to] = p * 4;
      const seqHi = words[p + 3] ?? 0;
      if (seqHi > limitHi || (seqHi === limitHi && (words[p + 2] ?? 0) >= limitLo)) continue;
      const lo = words[p] ?? 0;
      const hi = words[p + 1] ?? 0;
      if (((hi & oddHi) | (lo & oddLo)) !== 0) continue;
      if ((this.bucketOf(hi, lo) & this.partMask) === this.part) to += 1;
    }
    for (let q = this.sectors; q < to; q += 1) {
      const entry = (words[q] ?? 0) / 4;
      const lo = words[entry] ?? 0;
      const bucket = this.bucketOf(words[entry + 1] ?? 0, lo);
      const d = this.directory + (bucket * BUCKET_BYTES) / 4;
      if ((words[d + WORD.page] ?? 0) <= BUCKET.waiting) continue;
      const fill = words[d + WORD.fill] ?? 0;
      const item = (words[d + WORD.buffer] ?? 0) / 4 + fill * 4;
      const index = firstIndex + (entry - first) / 4;
      words[item] = words[entry + 2] ?? 0;
      words[item + 1] = words[entry + 3] ?? 0;
      words[item + 2] = ((index % 2 ** 12) << BUCKET_BITS) | this.offsetOf(lo);
      words[item + 3] = Math.floor(index / 2 ** 12);
      words[d + WORD.fill] = fill + 1;
      if (fill + 1 === COPIES) this.emptyCopies(d, bucket);
    }
  }

  protected emptyCopies(d: number, bucket: number): void {
    const words = this.words;
    const page = (words[d + WORD.repeated] ?? 0) / 4;
    const ranks = words[d + WORD.page] ?? 0;
    const first = (words[d + WORD.buffer] ?? 0) / 4;
    const last = first + (words[d + WORD.fill] ?? 0) * 4;
    words[d + WORD.fill] = 0;
    let to = this.scratch;
    for (let p = first; p < last; p += 4, to += 1) {
      const offset = (words[p + 2] ?? 0) & BUCKET_MASK;
      words[to] = ((words[page + (offset >>> 5)] ?? 0) >>> (offset & 31)) & 1;
    }
    let from = this.scratch;
    let copy = first;
    let touched = 0;
    to = this.scratch;
    for (let p = first; p < last; p += 4, from += 1) {
      if (words[from] === 0) continue;
      const number = this.numberOf(page, ranks / 4, (words[p + 2] ?? 0) & BUCKET_MASK);
      const state = ranks + RANK_BYTES + number * this.stateBytes;
      for (let word = 0; word < 4; word += 1) words[copy + word] = words[p + word] ?? 0;
      copy += 4;
      touched |= words[state / 4] ?? 0;
      words[to] = state;
      to += 1;
    }
    words[this.scratch + COPIES] = touched;
    from = this.scratch;
    for (let p = first; p < copy; p += 4, from += 1) {
      const low = words[p + 2] ?? 0;
      const index = (words[p + 3] ?? 0) * 2 ** 12 + (low >>> BUCKET_BITS);
      const sector = (bucket * 2 ** BUCKET_BITS + (low & BUCKET_MASK)) * 2 ** this.shift;
      this.judge((words[from] ?? 0) / 4, p, index, sector);
    }
  }

  protected numberOf(page: number, ranks: number, offset: number): number {
    const at = page + (offset >>> 5);
    let number =
      (this.words[ranks + (offset >>> 8)] ?? 0) + bitsOf((this.words[at] ?? 0) & ((1 << (offset & 31)) - 1));
    for (let before = page + ((offset >>> 8) << 3); before < at; before += 1) {
      number += bitsOf(this.words[before] ?? 0);
    }
    return number;
  }

  protected judge(state: number, item: number, index: number, sector: number): void {
    const words = this.words;
    const isWide = this.stateBytes === 16;
    const seqLo = words[item] ?? 0;
    const seqHi = words[item + 1] ?? 0;
    const kept = (isWide ? (words[state + 3] ?? 0) * 2 ** 32 : 0) + (words[state + 2] ?? 0);
    if (kept !== 0) {
      const keptLo = words[state] ?? 0;
      const keptHi = words[state + 1] ?? 0;
      const isIdentical = seqHi === keptHi && seqLo === keptLo;
      const wins = seqHi > keptHi || (seqHi === keptHi && seqLo >= keptLo);
      this.add(TALLIES.stale);
      if (isIdentical) this.add(TALLIES.identical);
      const bound = isIdentical ? this.identicalBound : this.staleBound;
      if (bound.isAbove(Math.floor(index / 2 ** 32), index % 2 ** 32)) {
        const places = [wins ? kept - 1 : index, index, sector].flatMap(halves);
        const lost = wins ? [keptLo, keptHi] : [seqLo, seqHi];
        this.note([...places, ...lost, isIdentical ? 1 : 0, 0]);
      }
      if (!wins) return;
    }
    words[state] = seqLo;
    words[state + 1] = seqHi;
    words[state + 2] = (index + 1) % 2 ** 32;
    if (isWide) words[state + 3] = Math.floor((index + 1) / 2 ** 32);
  }

  protected note(words: readonly number[]): void {
    this.words.set(words, this.notes + (this.noted * NOTE_BYTES) / 4);
    this.noted += 1;
    if (this.noted === this.mostNotes) this.giveNotes();
  }

  protected giveNotes(): void {
    const count = this.noted;
    this.noted = 0;
    if (count > 0) this.takeNotes(count);
  }

  endCopies(from: number, to: number): void {
    for (let bucket = from; bucket < Math.min(to, this.buckets); bucket += 1) {
      const d = this.directory + (bucket * BUCKET_BYTES) / 4;
      if ((this.words[d + WORD.page] ?? 0) <= BUCKET.waiting) continue;
      this.emptyCopies(d, bucket);
      this.words[d + WORD.page] = BUCKET.done;
      this.words[d + WORD.buffer] = this.noBuffer;
      this.words[d + WORD.repeated] = 0;
    }
    this.giveNotes();
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
