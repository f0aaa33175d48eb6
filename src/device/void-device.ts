import { WrongDeviceError } from '../errors.js';
import type { BlockDevice, Bytes } from './block-device.js';

/** A device of any size that holds nothing: it reads as zeros, and what is written to it is gone. */
export class VoidDevice implements BlockDevice {
  readonly logicalBlockSizeBytes = 512;

  constructor(
    readonly name: string,
    readonly sizeBytes: bigint,
  ) {}

  read(target: Uint8Array, offset: Bytes): void {
    this.requireInside(offset, target.length);
    target.fill(0);
  }

  write(source: Uint8Array, offset: Bytes): void {
    this.requireInside(offset, source.length);
  }

  flush(): void {
    // Nothing waits.
  }

  discard(offset: Bytes, lengthBytes: Bytes): void {
    this.requireInside(offset, lengthBytes);
  }

  close(): void {
    // Nothing is held.
  }

  protected requireInside(offset: Bytes, lengthBytes: Bytes): void {
    if (BigInt(offset) >= 0n && BigInt(offset) + BigInt(lengthBytes) <= this.sizeBytes) return;
    throw new WrongDeviceError(`${this.name} ends at byte ${String(this.sizeBytes)}.`, {
      code: 'device-ended',
    });
  }
}
