import {
  ENTRY_BYTES,
  encodeEntry,
  encodeSuperblock,
  freshSuperblock,
  SUPERBLOCK_BYTES,
} from '../../../src/format/index.js';
import type { TracedRequest, TraceDevice, TraceEvent } from '../../../src/target/index.js';
import type { RuleSubject } from '../../../src/target/rules/index.js';
import { BLOCK, smallGeometry } from './workload.js';

const BLOCKS = 6;
const ORIGIN_BLOCKS = 16;
export const FREE = 0xffff_ffff_ffff_ffffn;

/** A trace written by hand: what a target in ssd or pmem mode would do, one line per event. */
export class TraceBuilder {
  readonly events: TraceEvent[] = [];
  readonly #mode: 'p' | 's';
  readonly #geometry = smallGeometry(BLOCKS);
  readonly #metadata: Uint8Array;
  readonly #initial: Uint8Array;

  /** @param entries what is committed at first, where the superblock has seq_count 5: sector, seq_count. */
  constructor(mode: 'p' | 's', entries: Readonly<Record<number, readonly [number, number]>> = {}) {
    this.#mode = mode;
    this.#metadata = new Uint8Array(Number(this.#geometry.dataOffsetBytes)).fill(0xff);
    this.#metadata.set(this.#superblock(5));
    for (const [index, [sector, seq]] of Object.entries(entries)) this.#encode(Number(index), sector, seq);
    this.#initial = new Uint8Array(Number(this.#geometry.dataEndBytes));
    this.#initial.set(this.#metadata);
    for (const index of Object.keys(entries)) {
      this.#initial.fill(200 + Number(index), this.#dataAt(Number(index)), this.#dataAt(Number(index) + 1));
    }
  }

  get subject(): RuleSubject {
    const origin = new Uint8Array(ORIGIN_BLOCKS * BLOCK);
    return { mode: this.#mode, geometry: this.#geometry, startSector: 0, cache: this.#initial, origin };
  }

  /** Writes one entry; in ssd mode with its whole sector. */
  entry(index: number, sector: number, seq: number | 'free'): this {
    const place = this.#encode(index, sector, seq);
    return this.#mode === 's'
      ? this.metadata()
      : this.#write('cache', place, this.#metadata.slice(place, place + ENTRY_BYTES));
  }

  /** All metadata as they are now. */
  metadata(fua = false): this {
    return this.#write('cache', 0, this.#metadata.slice(), { fua });
  }

  superblock(seq: number, magic = true): this {
    this.#metadata.set(this.#superblock(seq));
    if (!magic) this.#metadata.fill(0, 0, 4);
    if (this.#mode === 's') return this.metadata(true);
    return this.#write('cache', 24, this.#metadata.slice(24, 32)).flush();
  }

  /** @param fill what every byte of the block is. */
  data(index: number, fill: number, held?: number): this {
    const flags = held === undefined ? {} : { held };
    return this.#write('cache', this.#dataAt(index), new Uint8Array(BLOCK).fill(fill), flags);
  }

  done(held: number): this {
    this.events.push({ op: 'done', held });
    return this;
  }

  origin(sector: number, fill: number): this {
    return this.#write('origin', sector * 512, new Uint8Array(BLOCK).fill(fill));
  }

  flush(device: TraceDevice = 'cache'): this {
    this.events.push({ op: 'flush', device });
    return this;
  }

  discard(sector: number): this {
    this.events.push({ op: 'discard', device: 'origin', offsetBytes: sector * 512, lengthBytes: BLOCK });
    return this;
  }

  request(id: number, request: TracedRequest): this {
    this.events.push({ op: 'request', id, request });
    return this;
  }

  acknowledge(id: number): this {
    this.events.push({ op: 'acknowledge', id });
    return this;
  }

  /** From here on the cache is blank, and this is what a format would make. */
  get blank(): RuleSubject {
    return { ...this.subject, cache: new Uint8Array(this.#initial.length) };
  }

  #superblock(seq: number): Uint8Array {
    return encodeSuperblock({ ...freshSuperblock(BLOCK, BigInt(BLOCKS)), seq_count: BigInt(seq) });
  }

  #encode(index: number, sector: number, seq: number | 'free'): number {
    const place = SUPERBLOCK_BYTES + index * ENTRY_BYTES;
    const seqCount = seq === 'free' ? FREE : BigInt(seq);
    encodeEntry({ original_sector: BigInt(sector), seq_count: seqCount }, this.#metadata, place);
    return place;
  }

  #dataAt(index: number): number {
    return Number(this.#geometry.dataOffsetBytes) + index * BLOCK;
  }

  #write(
    device: TraceDevice,
    offsetBytes: number,
    data: Uint8Array,
    { fua = false, held }: { fua?: boolean; held?: number } = {},
  ): this {
    this.events.push({ op: 'write', device, offsetBytes, data, fua, ...(held !== undefined && { held }) });
    return this;
  }
}
