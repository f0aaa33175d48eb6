import { BUCKET, BUCKET_BYTES, BUFFER_BYTES, PAGE_BYTES, TALLIES } from './layout.js';
import { PlainState, WORD } from './plain-state.js';

const MARKS = BUFFER_BYTES / 4;
const ALL_ONES = 0xffff_ffff;

/** What the entries are, and which blocks of the origin come again. */
export abstract class PlainMarks extends PlainState {
  classify(at: number, count: number): void {
    const words = this.words;
    const { hi: limitHi, lo: limitLo } = this.limit;
    const { hi: oddHi, lo: oddLo } = this.oddBits;
    const { hi: noteHi, lo: noteLo } = this.noteFrom;
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
    this.tell(TALLIES.committed, 0, committed);
    this.tell(TALLIES.free, 0, free);
    this.tell(TALLIES.above, 0, above);
    this.tell(TALLIES.odd, 0, odd);
    this.tell(TALLIES.beyond, 0, beyond);
    this.tell(TALLIES.maxSector, maxHi, maxLo);
    this.tell(TALLIES.maxSeqCount, maxSeqHi, maxSeqLo);
  }

  protected tell(tally: number, hi: number, lo: number): void {
    this.words[this.tally + tally * 2] = lo;
    this.words[this.tally + tally * 2 + 1] = hi;
  }

  mark(at: number, count: number): void {
    const words = this.words;
    const { hi: limitHi, lo: limitLo } = this.limit;
    const { hi: oddHi, lo: oddLo } = this.oddBits;
    const last = (at + count * 16) / 4;
    let to = this.sectors;
    for (let p = at / 4; p < last; p += 4) {
      const lo = words[p] ?? 0;
      const hi = words[p + 1] ?? 0;
      words[to] = lo;
      words[to + 1] = hi;
      const seqHi = words[p + 3] ?? 0;
      if (seqHi > limitHi || (seqHi === limitHi && (words[p + 2] ?? 0) >= limitLo)) continue;
      if (((hi & oddHi) | (lo & oddLo)) !== 0) continue;
      if ((this.bucketOf(hi, lo) & this.partMask) === this.part) to += 2;
    }
    for (let p = this.sectors; p < to; p += 2) {
      const lo = words[p] ?? 0;
      const hi = words[p + 1] ?? 0;
      const bucket = this.bucketOf(hi, lo);
      const d = this.directory + (bucket * BUCKET_BYTES) / 4;
      if (words[d + WORD.buffer] === 0) this.open(d, bucket);
      const fill = words[d + WORD.fill] ?? 0;
      words[(words[d + WORD.buffer] ?? 0) / 4 + fill] = this.offsetOf(lo);
      words[d + WORD.fill] = fill + 1;
      if (fill + 1 === MARKS) this.emptyMarks(d);
    }
  }

  protected open(d: number, bucket: number): void {
    if (bucket >= this.buckets) this.buckets = bucket + 1;
    if (!this.hasRoomForBucket()) {
      this.skip(d);
      return;
    }
    if (this.isUsed) this.clear(this.low, PAGE_BYTES);
    this.words[d + WORD.page] = this.low;
    this.words[d + WORD.buffer] = this.low + PAGE_BYTES;
    this.low += PAGE_BYTES + BUFFER_BYTES;
  }

  protected skip(d: number): void {
    this.words[d + WORD.page] = BUCKET.skipped;
    this.words[d + WORD.buffer] = this.noBuffer;
    this.words[d + WORD.repeated] = 0;
  }

  protected emptyMarks(d: number): void {
    const words = this.words;
    const page = words[d + WORD.page] ?? 0;
    const count = words[d + WORD.fill] ?? 0;
    words[d + WORD.fill] = 0;
    if (page <= BUCKET.waiting) return;
    const first = (words[d + WORD.buffer] ?? 0) / 4;
    for (let p = first; p < first + count; p += 1) {
      const offset = words[p] ?? 0;
      const word = page / 4 + (offset >>> 5);
      const bits = words[word] ?? 0;
      const bit = 1 << (offset & 31);
      if ((bits & bit) === 0) {
        words[word] = bits | bit;
      } else {
        this.repeat(d, offset);
      }
    }
  }

  protected repeat(d: number, offset: number): void {
    let page = this.words[d + WORD.repeated] ?? 0;
    if (page === 0) {
      this.high -= PAGE_BYTES;
      page = this.high;
      if (this.isUsed) this.clear(page, PAGE_BYTES);
      this.words[d + WORD.repeated] = page;
    }
    const word = page / 4 + (offset >>> 5);
    this.words[word] = (this.words[word] ?? 0) | (1 << (offset & 31));
  }

  endMarks(from: number, to: number): void {
    for (let bucket = from; bucket < Math.min(to, this.buckets); bucket += 1) {
      const d = this.directory + (bucket * BUCKET_BYTES) / 4;
      if (this.words[d + WORD.fill] !== 0) this.emptyMarks(d);
      if ((this.words[d + WORD.page] ?? 0) <= BUCKET.waiting) continue;
      this.words[d + WORD.page] = this.words[d + WORD.repeated] === 0 ? BUCKET.done : BUCKET.waiting;
      this.words[d + WORD.buffer] = this.noBuffer;
    }
    this.isUsed = true;
  }

  bucketsIn(state: number): number {
    let count = 0;
    for (let bucket = 0; bucket < this.buckets; bucket += 1) {
      if (this.words[this.directory + (bucket * BUCKET_BYTES) / 4 + WORD.page] === state) count += 1;
    }
    return count;
  }

  nextMarks(): void {
    this.low = this.firstPage;
    this.high = this.end;
    for (let bucket = 0; bucket < this.buckets; bucket += 1) {
      const d = this.directory + (bucket * BUCKET_BYTES) / 4;
      if (this.words[d + WORD.page] !== BUCKET.skipped) continue;
      this.words[d + WORD.page] = BUCKET.fresh;
      this.words[d + WORD.buffer] = 0;
    }
  }
}
