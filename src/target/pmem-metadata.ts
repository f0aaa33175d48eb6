import { SEQ_COUNT_OFFSET } from '../format/index.js';
import { EntryBytes, entryOffset, FREE_SEQ_BYTES, REGION_BYTES, u64Bytes, walkRegion } from './entries.js';
import type { VisitEntry, VisitGap } from './entries.js';
import type { Medium } from './medium.js';
import { readRegions, type MetadataPlace } from './metadata-reader.js';
import type { Metadata } from './metadata.js';

/**
 * The metadata of pmem mode: there is no copy, each store is one to the medium, in any order, and durable after the next
 * barrier (kernel-target.md §5.3).
 */
export class PmemMetadata implements Metadata {
  readonly #cache: Medium;
  readonly #place: MetadataPlace;
  readonly #entry = new EntryBytes();

  constructor(cache: Medium, place: MetadataPlace) {
    this.#cache = cache;
    this.#place = place;
  }

  get seqCount(): bigint {
    const bytes = new Uint8Array(8);
    this.#cache.tryRead(bytes, this.#place.startBytes + SEQ_COUNT_OFFSET);
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  readAll(): boolean {
    return true;
  }

  walk(entry: VisitEntry, gap: VisitGap): void {
    readRegions(this.#cache, this.#place, (region, number) => {
      walkRegion(region, number * REGION_BYTES, this.#place.nBlocks, entry, gap);
    });
  }

  store(index: number, sector: number, seqCount: bigint): void {
    this.#cache.tryWrite(this.#entry.of(sector, seqCount), this.#place.startBytes + entryOffset(index));
  }

  clear(index: number): void {
    this.#cache.tryWrite(FREE_SEQ_BYTES, this.#place.startBytes + entryOffset(index) + 8);
  }

  mark(): void {
    // It is on the medium already.
  }

  markAll(): void {
    // As above.
  }

  persist(waitForData?: () => void): string | null {
    waitForData?.();
    return this.#cache.tryFlush() ? null : 'error flushing metadata';
  }

  commitSuperblock(seqCount: bigint): string | null {
    this.#cache.tryWrite(u64Bytes(seqCount), this.#place.startBytes + SEQ_COUNT_OFFSET);
    return this.persist();
  }
}
