/** What the dm-log-writes target writes to its log device (drivers/md/dm-log-writes.c); all numbers are little-endian. */
const MAGIC = 0x6a73_6677_7368_72n;
const VERSION = 1n;
const DISCARD = 4n;
const MARK = 8n;

export interface LoggedWrite {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Null for a discard. */
  readonly data: Uint8Array | null;
}

/**
 * The writes in the order in which they became durable: a write that was not followed by a flush comes before none that was. Every beginning of
 * this list is therefore a state in which a power cut could have left the device.
 */
export function readWriteLog(log: Uint8Array): LoggedWrite[] {
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  const u64 = (offset: number): bigint => view.getBigUint64(offset, true);
  if (u64(0) !== MAGIC || u64(8) !== VERSION) throw new Error('this is no write log of dm-log-writes');
  const entries = u64(16);
  const sector = view.getUint32(24, true);
  const writes: LoggedWrite[] = [];
  let position = sector;
  for (let entry = 0n; entry < entries; entry += 1n) {
    const flags = u64(position + 16);
    const offsetBytes = Number(u64(position)) * sector;
    const lengthBytes = Number(u64(position + 8)) * sector;
    position += sector;
    if ((flags & MARK) !== 0n) continue;
    if ((flags & DISCARD) !== 0n) {
      writes.push({ offsetBytes, lengthBytes, data: null });
      continue;
    }
    if (lengthBytes > 0) {
      writes.push({ offsetBytes, lengthBytes, data: log.subarray(position, position + lengthBytes) });
    }
    position += lengthBytes;
  }
  return writes;
}

/** Applies writes one after the other to a device of zeros; `visit` sees it before the first and after each, and ends it by returning true. */
export function replay(
  writes: readonly LoggedWrite[],
  sizeBytes: number,
  visit: (bytes: Uint8Array, applied: number) => boolean,
): Uint8Array | undefined {
  const bytes = new Uint8Array(sizeBytes);
  for (let applied = 0; applied <= writes.length; applied += 1) {
    const last = writes[applied - 1];
    if (last?.data === null) bytes.fill(0, last.offsetBytes, last.offsetBytes + last.lengthBytes);
    else if (last !== undefined) bytes.set(last.data, last.offsetBytes);
    if (visit(bytes, applied)) return bytes;
  }
  return undefined;
}
