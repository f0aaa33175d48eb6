import type { BlockDevice, Bytes } from '../../src/device/index.js';

/** Another device, of which a test hears each read when it is done. */
export class WatchedDevice implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly reads: { readonly offset: number; readonly length: number }[] = [];
  readonly #inner: BlockDevice;
  readonly #onRead: (offset: number, length: number) => void;

  constructor(inner: BlockDevice, onRead: (offset: number, length: number) => void = () => undefined) {
    this.#inner = inner;
    this.#onRead = onRead;
    this.name = inner.name;
    this.sizeBytes = inner.sizeBytes;
    this.logicalBlockSizeBytes = inner.logicalBlockSizeBytes;
  }

  read(target: Uint8Array, offset: Bytes): void {
    this.#inner.read(target, offset);
    this.reads.push({ offset: Number(offset), length: target.length });
    this.#onRead(Number(offset), target.length);
  }

  write(source: Uint8Array, offset: Bytes): void {
    this.#inner.write(source, offset);
  }

  flush(): void {
    this.#inner.flush();
  }

  discard(offset: Bytes, lengthBytes: Bytes): void {
    this.#inner.discard(offset, lengthBytes);
  }

  close(): void {
    this.#inner.close();
  }
}
