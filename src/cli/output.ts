import { once } from 'node:events';
import { toJson } from '../documents/json.js';
import { isOutputBroken } from './broken-output.js';
import { reportError } from './report-error.js';

/**
 * Writes to stdout and waits until the reader has taken it, so that memory does not grow however much is written
 * and a closed pipe is noticed at the next write (`main.ts` ends the process then).
 */
export async function write(chunk: string | Uint8Array): Promise<void> {
  // Known only while wcache outlives its output; nothing would answer any more.
  if (isOutputBroken()) return;
  if (!process.stdout.write(chunk)) {
    await once(process.stdout, 'drain');
  }
}

/** As {@link write}, for memory that is used again afterwards. */
export function writeShared(bytes: Uint8Array): Promise<void> {
  // Only what is longer than this is waited for; a shorter piece may still be on its way to a pipe.
  const isShort = bytes.length <= process.stdout.writableHighWaterMark;
  return write(isShort ? Uint8Array.from(bytes) : bytes);
}

/**
 * Writes one JSON document whose array `key` is too long to be held: its items come one after the other, those that are
 * bytes in memory that is used again. Where they end in a failure, the document still ends as one: with the error as `error`, and its exit status as the process's.
 */
export async function writeStreamedDocument(
  head: Record<string, unknown>,
  key: string,
  items: AsyncIterable<string | Uint8Array> | Iterable<string>,
): Promise<void> {
  const opened = toJson(head).replace(/\n\}$/, '');
  await write(`${opened},\n  ${JSON.stringify(key)}: [`);
  let separator = '\n    ';
  let failure = '';
  try {
    for await (const item of items) {
      if (typeof item === 'string') {
        await write(`${separator}${item}`);
      } else {
        await write(separator);
        await writeShared(item);
      }
      separator = ',\n    ';
    }
  } catch (cause) {
    const { error } = reportError(cause, false).document;
    process.exitCode = error.exit_status;
    failure = `,\n  "error": ${toJson(error, 0)}`;
  }
  await write(`${separator.startsWith(',') ? '\n  ' : ''}]${failure}\n}\n`);
}
