import { SECTOR_BYTES, SEQ_COUNT_OFFSET } from '../format/index.js';
import type { Behaviour } from './behaviour.js';
import {
  EntryBytes,
  entryOffset,
  FREE_SEQ_BYTES,
  freshRegion,
  isFresh,
  REGION_BYTES,
  u64Bytes,
  walkRegion,
  type VisitEntry,
  type VisitGap,
} from './entries.js';
import type { Medium } from './medium.js';
import { readRegions, type MetadataPlace } from './metadata-reader.js';
import type { Metadata } from './metadata.js';

const PAGE_BYTES = 4096;

/**
 * The metadata of ssd mode: a copy of all of it is in memory, where an entry says what it will say as soon as a block is
 * allocated. To the device go whole regions of 64 KiB (kernel-target.md §5.3), so that entries that nobody has committed yet
 * may come along: they carry the superblock's own seq_count, and count as free there.
 *
 * Regions without a used entry take no memory.
 */
export class SsdMetadata implements Metadata {
  readonly #cache: Medium;
  readonly #place: MetadataPlace;
  readonly #behaviour: Behaviour;
  readonly #blockSize: number;
  readonly #regions = new Map<number, Uint8Array>();
  readonly #marked = new Set<number>();
  readonly #entry = new EntryBytes();

  constructor(cache: Medium, place: MetadataPlace, blockSize: number, behaviour: Behaviour) {
    this.#cache = cache;
    this.#place = place;
    this.#blockSize = blockSize;
    this.#behaviour = behaviour;
  }

  get seqCount(): bigint {
    return new DataView(this.#writable(0).buffer).getBigUint64(SEQ_COUNT_OFFSET, true);
  }

  readAll(): boolean {
    this.#regions.clear();
    const isRead = readRegions(this.#cache, this.#place, (region, number) => {
      if (!isFresh(region)) this.#regions.set(number, region.slice());
    });
    if (!isRead) this.#forgetEntries();
    return isRead;
  }

  walk(entry: VisitEntry, gap: VisitGap): void {
    for (let number = 0; number * REGION_BYTES < this.#place.lengthBytes; number += 1) {
      walkRegion(this.#region(number), number * REGION_BYTES, this.#place.nBlocks, entry, gap);
    }
  }

  store(index: number, sector: number, seqCount: bigint): void {
    const offset = entryOffset(index);
    const region = this.#writable(Math.floor(offset / REGION_BYTES));
    region.set(this.#entry.of(sector, seqCount), offset % REGION_BYTES);
  }

  clear(index: number): void {
    const offset = entryOffset(index) + 8;
    this.#writable(Math.floor(offset / REGION_BYTES)).set(FREE_SEQ_BYTES, offset % REGION_BYTES);
    this.mark(index);
  }

  mark(index: number): void {
    this.#marked.add(Math.floor(entryOffset(index) / REGION_BYTES));
  }

  markAll(): void {
    for (let number = 0; number * REGION_BYTES < this.#place.lengthBytes; number += 1) {
      this.#marked.add(number);
    }
  }

  persist(waitForData: () => void = () => undefined): string | null {
    const isWritten = this.#writeMarked();
    if (this.#behaviour.waitsBeforeFlush) waitForData();
    const isFlushed = this.#cache.tryFlush();
    if (!this.#behaviour.waitsBeforeFlush) waitForData();
    this.#marked.clear();
    if (!isWritten) return 'error writing metadata';
    return isFlushed ? null : 'error flushing metadata';
  }

  commitSuperblock(seqCount: bigint): string | null {
    this.#writable(0).set(u64Bytes(seqCount), SEQ_COUNT_OFFSET);
    if (this.#behaviour.superblockWrite === 'region') {
      this.#marked.add(0);
      return this.persist();
    }
    const lengthBytes = Math.min(this.#superblockWriteBytes(), this.#place.lengthBytes);
    const isWritten = this.#cache.tryWrite(this.#bytes(0, lengthBytes), this.#place.startBytes, {
      fua: true,
    });
    return isWritten ? null : 'error writing superblock';
  }

  /** One write for each row of regions. */
  #writeMarked(): boolean {
    let isWritten = true;
    const marked = [...this.#marked].sort((a, b) => a - b);
    for (let from = 0, to = 1; from < marked.length; from = to, to += 1) {
      while (marked[to] === (marked[to - 1] ?? 0) + 1) to += 1;
      const offset = (marked[from] ?? 0) * REGION_BYTES;
      const endBytes = Math.min(((marked[to - 1] ?? 0) + 1) * REGION_BYTES, this.#place.lengthBytes);
      const bytes = this.#bytes(offset, endBytes - offset);
      isWritten = this.#cache.tryWrite(bytes, this.#place.startBytes + offset) && isWritten;
    }
    return isWritten;
  }

  #superblockWriteBytes(): number {
    const { superblockWrite } = this.#behaviour;
    if (superblockWrite === 'sectors-per-page') return PAGE_BYTES * SECTOR_BYTES;
    return superblockWrite === 'page' ? PAGE_BYTES : Math.max(PAGE_BYTES, this.#blockSize);
  }

  /** A stretch of the metadata that begins with a region. */
  #bytes(offset: number, lengthBytes: number): Uint8Array {
    const first = offset / REGION_BYTES;
    if (lengthBytes <= REGION_BYTES) return this.#region(first).subarray(0, lengthBytes);
    const bytes = new Uint8Array(lengthBytes);
    for (let at = 0, number = first; at < lengthBytes; at += REGION_BYTES, number += 1) {
      bytes.set(this.#region(number).subarray(0, lengthBytes - at), at);
    }
    return bytes;
  }

  #region(number: number): Uint8Array {
    return this.#regions.get(number) ?? freshRegion(this.#lengthOf(number));
  }

  #writable(number: number): Uint8Array {
    let region = this.#regions.get(number);
    if (region === undefined) {
      region = Uint8Array.from(freshRegion(this.#lengthOf(number)));
      this.#regions.set(number, region);
    }
    return region;
  }

  #lengthOf(number: number): number {
    return Math.min(REGION_BYTES, this.#place.lengthBytes - number * REGION_BYTES);
  }

  /** What the target does where it cannot read: nothing counts as cached, and the superblock stays as far as it is known. */
  #forgetEntries(): void {
    const first = this.#writable(0);
    this.#regions.clear();
    first.fill(0xff, entryOffset(0));
    this.#regions.set(0, first);
  }
}
