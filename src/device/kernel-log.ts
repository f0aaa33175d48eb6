import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { formatDeviceNumber } from './device-number.js';
import { errnoCode } from './errno.js';

/** Reads the kernel's log record by record, from the oldest that is still there. */
export interface KernelLogReader {
  /** The next record; empty at the end, or throws EAGAIN there, and EPIPE when the next one was overwritten meanwhile. */
  read(): string;
  close(): void;
}

export interface KernelLogSource {
  /** Opens `/dev/kmsg` unless told; throws where it may not be read. */
  readonly openLog?: () => KernelLogReader;
}

const KMSG = '/dev/kmsg';

/** The longest that the kernel makes a record, with what it writes before and after the message. */
const MAX_RECORD_BYTES = 16384;

/** A log that grows faster than it is read must not keep anybody here. */
const MAX_READS = 200_000;

/**
 * Where the kernel's log ends now: the sequence number of its newest record, -1 when it has none. Null when it cannot
 * be read: it takes root, and containers have none. Never throws and never waits.
 */
export function kernelLogMark(source: KernelLogSource = {}): number | null {
  let newest = -1;
  const isReadable = eachRecord(source, (sequence) => {
    newest = sequence;
  });
  return isReadable ? newest : null;
}

/**
 * What the kernel logged after a mark, oldest first, without the time and with unprintable characters as `\x0a`; none
 * when the mark is null or the log cannot be read. Never throws and never waits.
 */
export function kernelLogSince(mark: number | null, source: KernelLogSource = {}): string[] {
  if (mark === null) return [];
  const messages: string[] = [];
  eachRecord(source, (sequence, message) => {
    if (sequence > mark) messages.push(message);
  });
  return messages;
}

function eachRecord(
  { openLog = openKmsg }: KernelLogSource,
  take: (sequence: number, message: string) => void,
): boolean {
  let reader: KernelLogReader;
  try {
    reader = openLog();
  } catch {
    return false;
  }
  try {
    for (let reads = 0; reads < MAX_READS; reads++) {
      const record = readRecord(reader);
      if (record === '') break;
      // 6,1234,5678901,-,caller=T1;the message, then lines of " KEY=value"
      const [, sequence, message] = /^\d+,(\d+),[^;]*;([^\n]*)/.exec(record ?? '') ?? [];
      if (sequence !== undefined && message !== undefined) take(Number(sequence), message);
    }
    return true;
  } catch {
    return false;
  } finally {
    reader.close();
  }
}

/** Empty at the end of the log; null for a record that was overwritten, or is longer than any should be. */
function readRecord(reader: KernelLogReader): string | null {
  try {
    return reader.read();
  } catch (error) {
    const code = errnoCode(error);
    if (code === 'EAGAIN') return '';
    if (code === 'EPIPE' || code === 'EINVAL') return null;
    throw error;
  }
}

function openKmsg(): KernelLogReader {
  // Some containers put their console there, where a reader would take what somebody types.
  if (formatDeviceNumber(statSync(KMSG, { bigint: true }).rdev) !== '1:11') throw new Error('another device');
  const fd = openSync(KMSG, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(MAX_RECORD_BYTES);
  return {
    read: () => buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, null)),
    close: () => {
      closeSync(fd);
    },
  };
}
