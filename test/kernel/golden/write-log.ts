import { parseWriteLog, type WriteLogEntry } from '../../../src/target/write-log.js';

/** The writes and discards of a log of dm-log-writes, in the order in which they became durable. */
export function readWriteLog(log: Uint8Array): WriteLogEntry[] {
  return [...parseWriteLog(log)].filter(({ lengthBytes }) => lengthBytes > 0);
}

/** Applies writes one after the other to a device of zeros; `visit` sees it before the first and after each, and ends it by returning true. */
export function replay(
  writes: readonly WriteLogEntry[],
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
