import { BUCKET_BITS, BUFFER_BYTES, PAGE_BYTES } from './layout.js';
import type { ScanKernel } from './kernel.js';

/** Words of a bucket in the directory. */
export const WORD = { page: 0, buffer: 1, fill: 2, repeated: 3 } as const;
export const BUCKET_MASK = 2 ** BUCKET_BITS - 1;

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

/** What a kernel in plain TypeScript knows: the question, the limits, and where things lie in its memory. */
export abstract class PlainState {
  protected readonly words: Uint32Array;
  protected readonly takeNotes: (count: number) => void;
  protected readonly limit = new Halves();
  protected readonly noteFrom = new Halves();
  protected readonly oddBits = new Halves();
  protected readonly staleBound = new Halves();
  protected readonly identicalBound = new Halves();
  protected shift = 0;
  protected stateBytes = 12;
  protected part = 0;
  protected partMask = 0;
  protected tally = 0;
  protected directory = 0;
  protected sectors = 0;
  protected scratch = 0;
  protected notes = 0;
  protected mostNotes = 0;
  protected noBuffer = 0;
  protected firstPage = 0;
  protected end = 0;
  protected baseBytes = 0;
  protected mostBytes = 0;
  protected low = 0;
  protected high = 0;
  protected isUsed = false;
  protected buckets = 0;
  protected noted = 0;

  constructor(memory: Uint8Array, takeNotes: (count: number) => void) {
    this.words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
    this.takeNotes = takeNotes;
  }

  setQuestion(limit: bigint, noteFrom: bigint, oddBits: bigint, shift: bigint, stateBytes: number): void {
    this.stateBytes = stateBytes;
    this.limit.set(limit);
    this.noteFrom.set(noteFrom);
    this.oddBits.set(oddBits);
    this.shift = Number(shift);
  }

  setPart(part: number, parts: number): void {
    this.part = part;
    this.partMask = parts - 1;
  }

  setPlaces(...places: Parameters<ScanKernel['setPlaces']>): void {
    const [tally, directory, sectors, scratch, notes, mostNotes, noBuffer, firstPage, end] = places;
    this.tally = tally / 4;
    this.directory = directory / 4;
    this.sectors = sectors / 4;
    this.scratch = scratch / 4;
    this.notes = notes / 4;
    this.mostNotes = mostNotes;
    this.noBuffer = noBuffer;
    this.firstPage = firstPage;
    this.end = end;
    this.low = firstPage;
    this.high = end;
  }

  setBudget(base: number, most: number): void {
    this.baseBytes = base;
    this.mostBytes = most;
  }

  setBounds(stale: bigint, identical: bigint): void {
    this.staleBound.set(stale);
    this.identicalBound.set(identical);
  }

  protected budget(): number {
    return Math.min(this.baseBytes + (this.buckets * PAGE_BYTES) / (this.partMask + 1), this.mostBytes);
  }

  protected room(): number {
    const used = this.low - this.firstPage + (this.end - this.high);
    return Math.max(0, Math.min(this.budget() - used, this.high - this.low));
  }

  protected hasRoomForBucket(): boolean {
    const opened = Math.floor((this.low - this.firstPage) / (PAGE_BYTES + BUFFER_BYTES)) + 1;
    return opened * (2 * PAGE_BYTES + BUFFER_BYTES) <= this.budget();
  }

  protected clear(at: number, bytes: number): void {
    this.words.fill(0, at / 4, (at + bytes) / 4);
  }

  protected add(tally: number): void {
    const at = this.tally + tally * 2;
    const lo = (this.words[at] ?? 0) + 1;
    this.words[at] = lo;
    if (lo === 2 ** 32) this.words[at + 1] = (this.words[at + 1] ?? 0) + 1;
  }

  /** Odd sectors aside, a block's number has 36 bits, so a bucket's has 16. */
  protected bucketOf(hi: number, lo: number): number {
    return Math.floor((hi * 2 ** 32 + lo) / 2 ** (this.shift + BUCKET_BITS));
  }

  /** The block's place in its bucket, of which all bits are in the lower half of its sector. */
  protected offsetOf(lo: number): number {
    return (lo >>> this.shift) & BUCKET_MASK;
  }
}
