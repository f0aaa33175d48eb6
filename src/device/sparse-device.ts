import type { BlockDevice, Bytes } from './block-device.js';
import { checkRange, type DeviceAction } from './transfer-errors.js';

/** Fills `target`, which is zeroed, with what the device holds from `offsetBytes` on before it is written. */
export type SparseFill = (target: Uint8Array, offsetBytes: bigint) => void;

export interface SparseDeviceOptions {
  /** `sparse` unless told. */
  readonly name?: string;
  /** 512 unless told. */
  readonly logicalBlockSizeBytes?: number;
  /** What unwritten bytes read as: one byte value, or a function of their place. 0 unless told. */
  readonly fill?: number | SparseFill;
}

const PAGE_BYTES = 4096;

interface Piece {
  readonly page: number;
  /** Offset in the page, in bytes. */
  readonly from: number;
  /** Offset in the transfer, in bytes. */
  readonly at: number;
  readonly bytes: number;
}

/**
 * A device of any size up to 2^63 bytes that keeps in memory only the 4 KiB pages that were written; all else
 * reads as its fill. A discarded range reads as the fill again, and its whole pages are forgotten.
 */
export class SparseDevice implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly #fill: SparseFill;
  // A page number stays below 2^51, so a plain number is exact and faster than a bigint.
  readonly #pages = new Map<number, Uint8Array>();

  /** @throws RangeError when the size is not a whole number from 0 to 2^63. */
  constructor(sizeBytes: Bytes, options: SparseDeviceOptions = {}) {
    this.sizeBytes = BigInt(sizeBytes);
    if (this.sizeBytes < 0n || this.sizeBytes > 2n ** 63n) {
      throw new RangeError(`A device cannot be ${String(sizeBytes)} bytes long.`);
    }
    this.name = options.name ?? 'sparse';
    this.logicalBlockSizeBytes = options.logicalBlockSizeBytes ?? 512;
    const fill = options.fill ?? 0;
    this.#fill = typeof fill === 'function' ? fill : (target) => void target.fill(fill);
  }

  /** How much memory the written pages take. */
  get storedBytes(): number {
    return this.#pages.size * PAGE_BYTES;
  }

  /** Where the written pages lie, in bytes, ascending; each is 4 KiB. */
  storedPageOffsets(): bigint[] {
    return [...this.#pages.keys()].sort((a, b) => a - b).map((page) => BigInt(page) * BigInt(PAGE_BYTES));
  }

  read(target: Uint8Array, offset: Bytes): void {
    for (const { page, from, at, bytes } of this.#pieces('read', offset, target.length)) {
      const content = this.#pages.get(page) ?? this.#filledPage(page);
      target.set(content.subarray(from, from + bytes), at);
    }
  }

  write(source: Uint8Array, offset: Bytes): void {
    for (const { page, from, at, bytes } of this.#pieces('written', offset, source.length)) {
      let content = this.#pages.get(page);
      if (content === undefined) {
        content = this.#filledPage(page);
        this.#pages.set(page, content);
      }
      content.set(source.subarray(at, at + bytes), from);
    }
  }

  flush(): void {
    // Memory is as durable as it will ever be.
  }

  discard(offset: Bytes, lengthBytes: Bytes): void {
    const start = checkRange(this, 'discarded', offset, lengthBytes);
    const end = start + BigInt(lengthBytes);
    // Over the stored pages rather than over the range: that may have 2^51 of them.
    for (const [page, content] of this.#pages) {
      const pageStart = BigInt(page) * BigInt(PAGE_BYTES);
      const from = start > pageStart ? start - pageStart : 0n;
      const to = end - pageStart < BigInt(PAGE_BYTES) ? end - pageStart : BigInt(PAGE_BYTES);
      if (to <= from) continue;
      if (to - from === BigInt(PAGE_BYTES)) this.#pages.delete(page);
      else content.set(this.#filledPage(page).subarray(Number(from), Number(to)), Number(from));
    }
  }

  close(): void {
    // Nothing is held.
  }

  #filledPage(page: number): Uint8Array {
    const content = new Uint8Array(PAGE_BYTES);
    this.#fill(content, BigInt(page) * BigInt(PAGE_BYTES));
    return content;
  }

  *#pieces(action: DeviceAction, offset: Bytes, lengthBytes: number): Generator<Piece> {
    const start = checkRange(this, action, offset, lengthBytes);
    let page = Number(start / BigInt(PAGE_BYTES));
    let from = Number(start % BigInt(PAGE_BYTES));
    for (let at = 0; at < lengthBytes; page++) {
      const bytes = Math.min(PAGE_BYTES - from, lengthBytes - at);
      yield { page, from, at, bytes };
      at += bytes;
      from = 0;
    }
  }
}
