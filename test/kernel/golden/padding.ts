/** Bytes from `from` up to `to` of an image. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Between the last entry and the first block. In ssd mode a kernel formats this with whatever its memory held, so it differs each time and
 * may be anything. Undefined where there is no superblock.
 */
export function paddingOf(image: Uint8Array, startSector: number): ByteRange | undefined {
  const start = startSector * 512;
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  // The magic is not looked at: a torn format has padding, too.
  if (view.getUint32(start + 4, true) !== 1) return undefined;
  const blockSize = view.getUint32(start + 8, true);
  const nBlocks = Number(view.getBigUint64(start + 16, true));
  const entriesEnd = 64 + 16 * nBlocks;
  return { from: start + entriesEnd, to: start + Math.ceil(entriesEnd / blockSize) * blockSize };
}

/** A copy without the kernel memory in the padding. */
export function withoutPadding(image: Uint8Array, startSector: number): Uint8Array {
  const copy = image.slice();
  const padding = paddingOf(copy, startSector);
  if (padding !== undefined) copy.fill(0, padding.from, padding.to);
  return copy;
}

/** Where two images differ first, in words that a failing test can print; null where they are the same. */
export function firstDifference(a: Uint8Array, b: Uint8Array): string | null {
  if (a.length !== b.length) return `lengths ${String(a.length)} and ${String(b.length)}`;
  // A comparison byte by byte is slow, and nearly always there is no difference.
  if (Buffer.compare(a, b) === 0) return null;
  const offset = a.findIndex((byte, at) => byte !== b[at]);
  const shown = [a, b].map((bytes) => Buffer.from(bytes.subarray(offset, offset + 16)).toString('hex'));
  return `at byte ${String(offset)}: ${shown.join(' and ')}`;
}
