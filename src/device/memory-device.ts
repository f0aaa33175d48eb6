import type { BlockDevice, Bytes } from './block-device.js';
import { checkRange, checkSmallRange } from './transfer-errors.js';

export interface MemoryDeviceOptions {
  /** `memory` unless told. */
  readonly name?: string;
  /** 512 unless told. */
  readonly logicalBlockSizeBytes?: number;
}

/** A device whose medium is `bytes`, which may be looked at and changed at any time. A discard zeroes. */
export class MemoryDevice implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly bytes: Uint8Array;

  /** @param content the size in bytes of a device of zeros, or the bytes to use as they are (not copied). */
  constructor(content: Bytes | Uint8Array, options: MemoryDeviceOptions = {}) {
    this.bytes = typeof content === 'object' ? content : new Uint8Array(Number(content));
    this.sizeBytes = BigInt(this.bytes.length);
    this.name = options.name ?? 'memory';
    this.logicalBlockSizeBytes = options.logicalBlockSizeBytes ?? 512;
  }

  read(target: Uint8Array, offset: Bytes): void {
    const start = checkSmallRange(this, 'read', offset, target.length, this.bytes.length);
    target.set(this.bytes.subarray(start, start + target.length));
  }

  write(source: Uint8Array, offset: Bytes): void {
    this.bytes.set(source, checkSmallRange(this, 'written', offset, source.length, this.bytes.length));
  }

  flush(): void {
    // Memory is as durable as it will ever be.
  }

  discard(offset: Bytes, lengthBytes: Bytes): void {
    const start = Number(checkRange(this, 'discarded', offset, lengthBytes));
    this.bytes.fill(0, start, start + Number(lengthBytes));
  }

  close(): void {
    // Nothing is held.
  }
}
