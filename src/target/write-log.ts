import { OperationError } from '../errors.js';
import type { TraceDevice, TraceEvent } from './trace.js';

/**
 * What the kernel's dm-log-writes target writes to its log device. All numbers are little-endian. A first sector with
 * u64 magic, version, number of entries, u32 sector size; then each entry in a sector of its own (u64 sector, number of
 * sectors, flags, length of what follows inside the sector), behind it the data, in whole sectors. All sectors are of
 * the size that the first one tells.
 */
const MAGIC = 0x6a73_6677_7368_72n;
const VERSION = 1n;
const SUPER_BYTES = 28;
const ENTRY_BYTES = 32;
const MIN_SECTOR_BYTES = 512;
const MAX_SECTOR_BYTES = 65536;
const KNOWN_FLAGS = 31n;

/** Bits of {@link WriteLogEntry.flags}. */
export const WriteLogFlag = { flush: 1, fua: 2, discard: 4, mark: 8, metadata: 16 } as const;

export interface WriteLogEntry {
  /** On the logged device. */
  readonly offsetBytes: number;
  /** 0 for a mark, and for a flush without data. */
  readonly lengthBytes: number;
  /** See {@link WriteLogFlag}. */
  readonly flags: number;
  /** Part of the log, not a copy. Null for a discard and for a mark. */
  readonly data: Uint8Array | null;
  /** The text of a mark (`dmsetup message NAME 0 mark TEXT`), null for everything else. */
  readonly mark: string | null;
}

/**
 * The entries in the order of the log, which is that in which writes became durable: a write that no flush followed
 * comes before none that was flushed. Every beginning of them is therefore a state in which a power cut could have left
 * the device.
 *
 * Throws OperationError: `not-a-write-log`, or `broken-write-log` on reaching an entry that cannot be right.
 */
export function* parseWriteLog(log: Uint8Array): Generator<WriteLogEntry, void, undefined> {
  const { sectorBytes, entries } = readSuper(log);
  let position = sectorBytes;
  for (let number = 0n; number < entries; number += 1n) {
    const { entry, endsAt } = readEntry(log, position, sectorBytes, number);
    yield entry;
    position = endsAt;
  }
}

function readSuper(log: Uint8Array): { sectorBytes: number; entries: bigint } {
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  if (log.length < SUPER_BYTES || view.getBigUint64(0, true) !== MAGIC) {
    throw notAWriteLog('it does not begin with the magic of dm-log-writes');
  }
  const version = view.getBigUint64(8, true);
  if (version !== VERSION) throw notAWriteLog(`its version is ${String(version)}, and only 1 is known`);
  const sectorBytes = view.getUint32(24, true);
  const isPowerOfTwo = (sectorBytes & (sectorBytes - 1)) === 0;
  if (!isPowerOfTwo || sectorBytes < MIN_SECTOR_BYTES || sectorBytes > MAX_SECTOR_BYTES) {
    throw notAWriteLog(`its sectors would have ${String(sectorBytes)} bytes`);
  }
  return { sectorBytes, entries: view.getBigUint64(16, true) };
}

function readEntry(
  log: Uint8Array,
  position: number,
  sectorBytes: number,
  number: bigint,
): { entry: WriteLogEntry; endsAt: number } {
  const dataAt = position + sectorBytes;
  if (dataAt > log.length) throw broken(number, 'the log ends before it');
  const view = new DataView(log.buffer, log.byteOffset + position, ENTRY_BYTES);
  const [sector, sectors, bits, inline] = [0, 8, 16, 24].map((offset) => view.getBigUint64(offset, true)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  if (bits > KNOWN_FLAGS) throw broken(number, `its flags are ${String(bits)}, and the known ones end at 31`);
  const flags = Number(bits);
  if ((flags & WriteLogFlag.mark) !== 0) {
    const mark = readMark(log, position, sectorBytes, inline, number);
    return { entry: { offsetBytes: 0, lengthBytes: 0, flags, data: null, mark }, endsAt: dataAt };
  }
  if ((sector + sectors) * BigInt(sectorBytes) > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw broken(number, `it writes ${String(sectors)} sectors at ${String(sector)}, beyond any device`);
  }
  const offsetBytes = Number(sector) * sectorBytes;
  const lengthBytes = Number(sectors) * sectorBytes;
  if ((flags & WriteLogFlag.discard) !== 0) {
    return { entry: { offsetBytes, lengthBytes, flags, data: null, mark: null }, endsAt: dataAt };
  }
  const endsAt = dataAt + lengthBytes;
  if (endsAt > log.length) throw broken(number, 'the log ends before its data do');
  const data = log.subarray(dataAt, endsAt);
  return { entry: { offsetBytes, lengthBytes, flags, data, mark: null }, endsAt };
}

/** The text stands in the entry's own sector. */
function readMark(
  log: Uint8Array,
  position: number,
  sectorBytes: number,
  length: bigint,
  number: bigint,
): string {
  if (length > BigInt(sectorBytes - ENTRY_BYTES)) {
    throw broken(number, `its text would have ${String(length)} bytes, more than fit into a sector`);
  }
  const textAt = position + ENTRY_BYTES;
  return new TextDecoder().decode(log.subarray(textAt, textAt + Number(length)));
}

function notAWriteLog(why: string): OperationError {
  return new OperationError(`This is no log of writes: ${why}.`, {
    code: 'not-a-write-log',
    hint: 'Give the log device of a dm-log-writes mapping, or a copy of it.',
  });
}

function broken(number: bigint, why: string): OperationError {
  return new OperationError(`The log of writes cannot be read at entry ${String(number)}: ${why}.`, {
    code: 'broken-write-log',
    hint: 'The log device was too small, or something else wrote to it. The entries before this one can be used.',
  });
}

/** Where on the logged disk one of a target's two devices is. */
export interface LoggedRange {
  readonly device: TraceDevice;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/**
 * The log of one disk, of which the two devices of a target are parts, as what that target did. Each write counts as
 * durable at once, because the log has the writes in the order in which they became so; a flush is one of both devices.
 * What touches none of the ranges is left out, and so are marks.
 */
export function traceOfWriteLog(
  entries: Iterable<WriteLogEntry>,
  ranges: readonly LoggedRange[],
): TraceEvent[] {
  const events: TraceEvent[] = [];
  for (const entry of entries) {
    if (entry.mark !== null) continue;
    if ((entry.flags & WriteLogFlag.flush) !== 0) {
      events.push({ op: 'flush', device: 'cache' }, { op: 'flush', device: 'origin' });
    }
    for (const range of ranges) {
      const event = eventInRange(entry, range);
      if (event !== null) events.push(event);
    }
  }
  return events;
}

function eventInRange(entry: WriteLogEntry, range: LoggedRange): TraceEvent | null {
  const from = Math.max(entry.offsetBytes, range.offsetBytes);
  const to = Math.min(entry.offsetBytes + entry.lengthBytes, range.offsetBytes + range.sizeBytes);
  if (to <= from) return null;
  const { device } = range;
  const offsetBytes = from - range.offsetBytes;
  if (entry.data === null) return { op: 'discard', device, offsetBytes, lengthBytes: to - from };
  const data = entry.data.subarray(from - entry.offsetBytes, to - entry.offsetBytes);
  return { op: 'write', device, offsetBytes, data, fua: true };
}
