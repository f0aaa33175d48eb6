import { once } from 'node:events';
import { toJson } from '../documents/json.js';

/**
 * Writes to stdout and waits until the reader has taken it, so that memory does not grow however much is written
 * and a closed pipe is noticed at the next write (`main.ts` ends the process then).
 */
export async function write(chunk: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(chunk)) {
    await once(process.stdout, 'drain');
  }
}

/** Writes one JSON document whose array `key` is too long to be held: its items come one after the other. */
export async function writeStreamedDocument(
  head: Record<string, unknown>,
  key: string,
  items: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  const opened = toJson(head).replace(/\n\}$/, '');
  await write(`${opened},\n  ${JSON.stringify(key)}: [`);
  let separator = '\n    ';
  for await (const item of items) {
    await write(`${separator}${item}`);
    separator = ',\n    ';
  }
  await write(`${separator.startsWith(',') ? '\n  ' : ''}]\n}\n`);
}
