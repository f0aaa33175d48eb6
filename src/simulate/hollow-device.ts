import { WrongDeviceError } from '../errors.js';
import type { BlockDevice, Bytes } from '../device/index.js';
import {
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  encodeSuperblock,
  freshSuperblock,
  type Geometry,
} from '../format/index.js';

/**
 * A device of any size that takes no memory: what is written to it is gone, and what is read from it means nothing. Enough
 * for an origin whose content nobody asks for.
 */
export class HollowDevice implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes = 512;

  constructor(name: string, sizeBytes: bigint) {
    this.name = name;
    this.sizeBytes = sizeBytes;
  }

  read(target: Uint8Array, offset: Bytes): void {
    this.requireInside(offset, target.length);
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
    if (BigInt(offset) + BigInt(lengthBytes) <= this.sizeBytes) return;
    throw new WrongDeviceError(`${this.name} ends at byte ${String(this.sizeBytes)}.`, {
      code: 'device-ended',
    });
  }
}

/**
 * A cache device that was just formatted, and stays so to everyone who reads its metadata: a target reads them once, before
 * it writes any, and keeps in memory what it needs of them later.
 */
export class HollowCache extends HollowDevice {
  readonly #startBytes: number;
  readonly #entriesEndBytes: number;
  readonly #superblock: Uint8Array;

  constructor(sizeBytes: bigint, startSector: bigint, geometry: Geometry) {
    super('the cache', sizeBytes);
    this.#startBytes = Number(startSector) * SECTOR_BYTES;
    this.#entriesEndBytes = this.#startBytes + Number(geometry.entriesEndBytes);
    this.#superblock = encodeSuperblock(freshSuperblock(geometry.blockSize, geometry.nBlocks));
  }

  override read(target: Uint8Array, offset: Bytes): void {
    super.read(target, offset);
    const from = Number(offset);
    if (from >= this.#entriesEndBytes || from + target.length <= this.#startBytes) return;
    const [first, end] = [this.#startBytes - from, this.#entriesEndBytes - from];
    target.fill(0xff, Math.max(0, first), end);
    for (let at = Math.max(0, first); at < first + SUPERBLOCK_BYTES && at < target.length; at++) {
      target[at] = this.#superblock[at - first] ?? 0;
    }
  }
}
