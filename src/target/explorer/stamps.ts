/** What a block was found to hold: the version that was written to it (0: what it held at first), or something else. */
export type Found = number | string;

/** Content that tells in every 8 bytes of itself to which sector and in which version it was written. */
export function stamped(sector: number, version: number, lengthBytes: number): Uint8Array {
  const content = new Uint8Array(lengthBytes);
  const view = new DataView(content.buffer);
  for (let at = 0; at < lengthBytes; at += 8) {
    view.setUint32(at, sector, true);
    view.setUint32(at + 4, version, true);
  }
  return content;
}

/** What a discard leaves, on a device that zeroes. */
export const ZEROS = 'zeros';

/** @param initial what the block held before anything was written. */
export function recognize(content: Uint8Array, sector: number, initial: Uint8Array): Found {
  if (Buffer.compare(content, initial) === 0) return 0;
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const [writtenTo, version] = [view.getUint32(0, true), view.getUint32(4, true)];
  if (Buffer.compare(content, stamped(writtenTo, version, content.length)) !== 0) return 'a mixture';
  if (version === 0 && writtenTo === 0) return ZEROS;
  return writtenTo === sector ? version : `sector ${String(writtenTo)}'s version ${String(version)}`;
}
