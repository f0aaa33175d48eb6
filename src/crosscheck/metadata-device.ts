import { VoidDevice, type BlockDevice, type Bytes } from '../device/index.js';
import { SECTOR_BYTES } from '../format/index.js';

/**
 * A device of which a stretch is bytes in memory, and the rest is another device, or void. A write into the stretch changes
 * these bytes; any other is gone.
 */
export class OverlaidDevice extends VoidDevice {
  readonly #stretch: Uint8Array;
  readonly #startBytes: bigint;
  readonly #below: BlockDevice | null;

  constructor(
    like: Pick<BlockDevice, 'name' | 'sizeBytes'>,
    startSector: bigint,
    stretch: Uint8Array,
    below: BlockDevice | null = null,
  ) {
    super(like.name, like.sizeBytes);
    this.#stretch = stretch;
    this.#startBytes = startSector * BigInt(SECTOR_BYTES);
    this.#below = below;
  }

  override read(target: Uint8Array, offset: Bytes): void {
    const overlap = this.#overlap(offset, target.length);
    if (overlap?.length !== target.length) {
      if (this.#below === null) super.read(target, offset);
      else this.#below.read(target, offset);
    }
    if (overlap === null) return;
    const { inStretch, inTransfer, length } = overlap;
    target.set(this.#stretch.subarray(inStretch, inStretch + length), inTransfer);
  }

  override write(source: Uint8Array, offset: Bytes): void {
    super.write(source, offset);
    const overlap = this.#overlap(offset, source.length);
    if (overlap === null) return;
    const { inStretch, inTransfer, length } = overlap;
    this.#stretch.set(source.subarray(inTransfer, inTransfer + length), inStretch);
  }

  #overlap(
    offset: Bytes,
    lengthBytes: number,
  ): { inStretch: number; inTransfer: number; length: number } | null {
    const before = Number(BigInt(offset) - this.#startBytes);
    const inStretch = Math.max(0, before);
    const inTransfer = Math.max(0, -before);
    const length = Math.min(lengthBytes - inTransfer, this.#stretch.length - inStretch);
    return length > 0 ? { inStretch, inTransfer, length } : null;
  }
}

/** Where metadata can be read from: the copy in memory, else the device itself. */
export function metadataSource(
  cache: BlockDevice,
  startSector: bigint,
  metadata: Uint8Array | null,
): BlockDevice {
  return metadata === null ? cache : new OverlaidDevice(cache, startSector, metadata);
}
