import type { BlockDevice, Bytes } from './block-device.js';
import { checkRange, deviceEnded, ioError, type DeviceAction } from './transfer-errors.js';

export interface FaultyRange {
  readonly offsetBytes: Bytes;
  readonly lengthBytes: Bytes;
  /** What fails there; a discard counts as a write. */
  readonly on: 'read' | 'write' | 'both';
}

export interface Faults {
  readonly ranges?: readonly FaultyRange[];
  /** Acts like a device that shrank to this after it was opened; `sizeBytes` still promises the old size. */
  readonly endsAtBytes?: Bytes;
  /** So many reads, writes, flushes and discards succeed; the next one and all after it fail. */
  readonly failAfterOperations?: number;
}

/**
 * Another device that fails on purpose. A failed operation reaches the inner device not at all, so what the
 * inner device holds is what a machine that died at that moment would leave.
 */
export class FaultyDevice implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly #inner: BlockDevice;
  #faults: Faults;
  #operationCount = 0;

  constructor(inner: BlockDevice, faults: Faults = {}) {
    this.#inner = inner;
    this.#faults = faults;
    this.name = inner.name;
    this.sizeBytes = inner.sizeBytes;
    this.logicalBlockSizeBytes = inner.logicalBlockSizeBytes;
  }

  /** How many operations were asked for since the faults were set, those that failed included. */
  get operationCount(): number {
    return this.#operationCount;
  }

  /** Replaces all faults and starts the countdown anew. */
  setFaults(faults: Faults): void {
    this.#faults = faults;
    this.#operationCount = 0;
  }

  read(target: Uint8Array, offset: Bytes): void {
    this.#count('read', offset);
    this.#checkFaults('read', 'read', offset, target.length);
    this.#inner.read(target, offset);
  }

  write(source: Uint8Array, offset: Bytes): void {
    this.#count('written', offset);
    this.#checkFaults('written', 'write', offset, source.length);
    this.#inner.write(source, offset);
  }

  flush(): void {
    this.#count('flushed', undefined);
    this.#inner.flush();
  }

  discard(offset: Bytes, lengthBytes: Bytes): void {
    this.#count('discarded', offset);
    this.#checkFaults('discarded', 'write', offset, lengthBytes);
    this.#inner.discard(offset, lengthBytes);
  }

  close(): void {
    this.#inner.close();
  }

  #count(action: DeviceAction, offset: Bytes | undefined): void {
    const { failAfterOperations } = this.#faults;
    this.#operationCount++;
    if (failAfterOperations !== undefined && this.#operationCount > failAfterOperations) {
      throw ioError(this.name, action, offset, injectedError());
    }
  }

  #checkFaults(action: DeviceAction, on: 'read' | 'write', offset: Bytes, lengthBytes: Bytes): void {
    const start = checkRange(this, action, offset, lengthBytes);
    const end = start + BigInt(lengthBytes);
    const { ranges = [], endsAtBytes } = this.#faults;
    if (endsAtBytes !== undefined && end > BigInt(endsAtBytes)) {
      throw deviceEnded(this.name, BigInt(endsAtBytes), this.sizeBytes);
    }
    for (const range of ranges) {
      const rangeStart = BigInt(range.offsetBytes);
      const rangeEnd = rangeStart + BigInt(range.lengthBytes);
      if ((range.on === on || range.on === 'both') && start < rangeEnd && rangeStart < end) {
        throw ioError(this.name, action, start > rangeStart ? start : rangeStart, injectedError());
      }
    }
  }
}

// The same shape as the operating system's own, so that the sentence is the same as well.
function injectedError(): Error {
  return Object.assign(new Error('EIO: injected'), { code: 'EIO', errno: -5 });
}
