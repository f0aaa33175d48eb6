import { VoidDevice, type Bytes } from '../device/index.js';
import {
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  encodeSuperblock,
  freshSuperblock,
  type Geometry,
} from '../format/index.js';

/**
 * A cache device that was just formatted, and stays so to everyone who reads its metadata: a target reads them once, before
 * it writes any, and keeps in memory what it needs of them later.
 */
export class HollowCache extends VoidDevice {
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
