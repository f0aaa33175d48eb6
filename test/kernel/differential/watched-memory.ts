import { MemoryDevice, type Bytes } from '../../../src/device/index.js';
import { SECTOR_BYTES } from '../../../src/format/index.js';

/** Memory that remembers which of its sectors were touched. */
export class WatchedMemory extends MemoryDevice {
  readonly #touched: Set<number>;

  constructor(bytes: Uint8Array, touched = new Set<number>()) {
    super(bytes);
    this.#touched = touched;
  }

  /** The same memory as a device that ends earlier. */
  shortened(bytes: number): WatchedMemory {
    return new WatchedMemory(this.bytes.subarray(0, bytes), this.#touched);
  }

  override write(source: Uint8Array, offset: Bytes): void {
    super.write(source, offset);
    this.#touch(Number(offset), source.length);
  }

  override discard(offset: Bytes, lengthBytes: Bytes): void {
    super.discard(offset, lengthBytes);
    this.#touch(Number(offset), Number(lengthBytes));
  }

  /** The sectors that were touched since this was asked for last. */
  takeTouched(): readonly number[] {
    const touched = [...this.#touched];
    this.#touched.clear();
    return touched;
  }

  #touch(offset: number, bytes: number): void {
    const end = Math.ceil((offset + bytes) / SECTOR_BYTES);
    for (let sector = Math.floor(offset / SECTOR_BYTES); sector < end; sector += 1) this.#touched.add(sector);
  }
}
