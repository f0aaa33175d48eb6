import {
  ALL_ONES,
  decodeEntry,
  ENTRY_BYTES,
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_MAGIC,
  type Entry,
  SEQ_COUNT_OFFSET,
} from '../../format/index.js';
import type { DeviceDurability } from '../durability.js';
import type { RuleSubject } from './rule.js';

export interface EntryChange {
  readonly index: number;
  readonly before: Entry;
  readonly after: Entry;
}

/** What of the superblock the rules look at. */
export interface SuperblockView {
  readonly hasMagic: boolean;
  readonly seqCount: bigint;
}

/** The cache device's bytes as metadata and blocks: as they were written last, and as a power cut may leave them. */
export class CacheView {
  readonly nBlocks: number;
  readonly blockSize: number;
  readonly #durability: DeviceDurability;
  readonly #startBytes: number;
  readonly #dataStartBytes: number;
  readonly #isPmem: boolean;
  /** Which entries ever named a sector, on the medium or only as written. */
  readonly #byOrigin = new Map<bigint, Set<number>>();

  constructor(subject: RuleSubject, durability: DeviceDurability) {
    this.nBlocks = Number(subject.geometry.nBlocks);
    this.blockSize = subject.geometry.blockSize;
    this.#durability = durability;
    this.#startBytes = subject.startSector * SECTOR_BYTES;
    this.#dataStartBytes = this.#startBytes + Number(subject.geometry.dataOffsetBytes);
    this.#isPmem = subject.mode === 'p';
    const entries = this.#entriesAt(this.entryBytesAt(0), this.nBlocks);
    entries.forEach((entry, index) => {
      this.note(index, entry);
    });
  }

  get startBytes(): number {
    return this.#startBytes;
  }

  /** Where the metadata end and block 0 begins. */
  get dataStartBytes(): number {
    return this.#dataStartBytes;
  }

  entryBytesAt(index: number): number {
    return this.#startBytes + SUPERBLOCK_BYTES + index * ENTRY_BYTES;
  }

  /** Remembers which sector an entry names, for {@link entriesOf}. */
  note(index: number, entry: Entry): void {
    if (entry.seq_count === ALL_ONES) return;
    const known = this.#byOrigin.get(entry.original_sector);
    if (known === undefined) this.#byOrigin.set(entry.original_sector, new Set([index]));
    else known.add(index);
  }

  /** The entries that name the sector as written last, or might after a power cut; and perhaps more. */
  entriesOf(sector: bigint): Iterable<number> {
    return this.#byOrigin.get(sector) ?? [];
  }

  superblock(): SuperblockView {
    return superblockOf(this.#durability.newest(this.#startBytes, SUPERBLOCK_BYTES));
  }

  durableSuperblock(): SuperblockView {
    return superblockOf(this.#durability.durable(this.#startBytes, SUPERBLOCK_BYTES));
  }

  /** The superblock as it will be after this write. */
  superblockAfter(offsetBytes: number, data: Uint8Array): SuperblockView {
    const bytes = this.#durability.newest(this.#startBytes, SUPERBLOCK_BYTES).slice();
    overlay(bytes, this.#startBytes, data, offsetBytes);
    return superblockOf(bytes);
  }

  entry(index: number): Entry {
    return decodeEntry(this.#durability.newest(this.entryBytesAt(index), ENTRY_BYTES));
  }

  durableEntry(index: number): Entry {
    return decodeEntry(this.#durability.durable(this.entryBytesAt(index), ENTRY_BYTES));
  }

  /** All that a power cut may leave of the entry. */
  possibleEntries(index: number): Entry[] {
    const at = this.entryBytesAt(index);
    if (this.#isPmem) {
      const [sectors, seqCounts] = [at, at + 8].map((place) => this.#durability.possible(place).contents);
      return (sectors ?? []).flatMap((sector) =>
        (seqCounts ?? []).map((seqCount) => ({
          original_sector: u64(sector),
          seq_count: u64(seqCount),
        })),
      );
    }
    const { startBytes, contents } = this.#durability.possible(at);
    return contents.map((content) => decodeEntry(content, at - startBytes));
  }

  /** The entries that this write changes. */
  changesBy(offsetBytes: number, data: Uint8Array): EntryChange[] {
    const first = Math.max(0, Math.floor((offsetBytes - this.entryBytesAt(0)) / ENTRY_BYTES));
    const end = Math.min(offsetBytes + data.length, this.entryBytesAt(this.nBlocks));
    const last = Math.ceil((end - this.entryBytesAt(0)) / ENTRY_BYTES);
    if (last <= first) return [];
    const place = this.entryBytesAt(first);
    const before = this.#durability.newest(place, (last - first) * ENTRY_BYTES);
    const after = before.slice();
    overlay(after, place, data, offsetBytes);
    const changes: EntryChange[] = [];
    for (let at = 0; at < before.length; at += ENTRY_BYTES) {
      if (isSame(before.subarray(at, at + ENTRY_BYTES), after.subarray(at, at + ENTRY_BYTES))) continue;
      const index = first + at / ENTRY_BYTES;
      changes.push({ index, before: decodeEntry(before, at), after: decodeEntry(after, at) });
    }
    return changes;
  }

  /** The block's data as written last. */
  data(index: number): Uint8Array {
    return this.#durability.newest(this.#dataStartBytes + index * this.blockSize, this.blockSize);
  }

  durableData(index: number): Uint8Array {
    return this.#durability.durable(this.#dataStartBytes + index * this.blockSize, this.blockSize);
  }

  /** Whether a power cut leaves the block's data as written last, whatever it takes. */
  hasSettledData(index: number): boolean {
    const [first, ...others] = this.#durability.possible(
      this.#dataStartBytes + index * this.blockSize,
    ).contents;
    return first === undefined || others.every((other) => isSame(first, other));
  }

  /** The blocks of which this write has at least a part. */
  blocksIn(offsetBytes: number, lengthBytes: number): number[] {
    const first = Math.max(0, Math.floor((offsetBytes - this.#dataStartBytes) / this.blockSize));
    const end = Math.ceil((offsetBytes + lengthBytes - this.#dataStartBytes) / this.blockSize);
    const blocks: number[] = [];
    for (let index = first; index < Math.min(end, this.nBlocks); index += 1) blocks.push(index);
    return blocks;
  }

  /**
   * The first byte of the metadata that differs on the medium, or may, from what they are after this write; the magic
   * apart. Null where there is none.
   */
  unsettledBesidesMagic(offsetBytes: number, data: Uint8Array): number | null {
    const end = this.entryBytesAt(this.nBlocks);
    const after = this.#durability.newest(this.#startBytes, end - this.#startBytes).slice();
    overlay(after, this.#startBytes, data, offsetBytes);
    for (let at = this.#startBytes; at < end;) {
      const { startBytes, contents } = this.#durability.possible(at);
      const length = Math.min(contents[0]?.length ?? 0, end - startBytes);
      // The magic is the first four bytes of the first atom.
      const skip = at === this.#startBytes ? 4 : 0;
      const wanted = after.subarray(at - this.#startBytes + skip, at - this.#startBytes + length);
      if (!contents.every((content) => isSame(content.subarray(skip, length), wanted))) return at;
      at = startBytes + length;
    }
    return null;
  }

  #entriesAt(place: number, count: number): Entry[] {
    const bytes = this.#durability.newest(place, count * ENTRY_BYTES);
    return Array.from({ length: count }, (_, i) => decodeEntry(bytes, i * ENTRY_BYTES));
  }
}

function superblockOf(bytes: Uint8Array): SuperblockView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SUPERBLOCK_BYTES);
  return {
    hasMagic: view.getUint32(0, true) === SUPERBLOCK_MAGIC,
    seqCount: view.getBigUint64(SEQ_COUNT_OFFSET, true),
  };
}

/** Puts into `bytes`, which stand at `place`, what `data` at `offset` changes of them. */
function overlay(bytes: Uint8Array, place: number, data: Uint8Array, offset: number): void {
  const from = Math.max(place, offset);
  const to = Math.min(place + bytes.length, offset + data.length);
  if (to > from) bytes.set(data.subarray(from - offset, to - offset), from - place);
}

function u64(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}

/** Whether two pieces have the same bytes. */
export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
