import type { BlockDevice, Bytes } from './block-device.js';

export type DeviceRecord =
  | { readonly op: 'write'; readonly offsetBytes: bigint; readonly data: Uint8Array }
  | { readonly op: 'flush' }
  | { readonly op: 'discard'; readonly offsetBytes: bigint; readonly lengthBytes: bigint };

/** Another device with a record of everything that changed it, in order. What failed is not recorded. */
export class RecordingDevice implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly #inner: BlockDevice;
  readonly #records: DeviceRecord[] = [];

  constructor(inner: BlockDevice) {
    this.#inner = inner;
    this.name = inner.name;
    this.sizeBytes = inner.sizeBytes;
    this.logicalBlockSizeBytes = inner.logicalBlockSizeBytes;
  }

  /** What happened so far, oldest first; it grows as the device is used. */
  get records(): readonly DeviceRecord[] {
    return this.#records;
  }

  /** Forgets what happened so far. */
  clearRecords(): void {
    this.#records.length = 0;
  }

  read(target: Uint8Array, offset: Bytes): void {
    this.#inner.read(target, offset);
  }

  write(source: Uint8Array, offset: Bytes): void {
    this.#inner.write(source, offset);
    // A copy: the caller may use its buffer again.
    this.#records.push({ op: 'write', offsetBytes: BigInt(offset), data: new Uint8Array(source) });
  }

  flush(): void {
    this.#inner.flush();
    this.#records.push({ op: 'flush' });
  }

  discard(offset: Bytes, lengthBytes: Bytes): void {
    this.#inner.discard(offset, lengthBytes);
    this.#records.push({ op: 'discard', offsetBytes: BigInt(offset), lengthBytes: BigInt(lengthBytes) });
  }

  close(): void {
    this.#inner.close();
  }
}
