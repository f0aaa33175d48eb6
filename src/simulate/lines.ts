import { createReadStream } from 'node:fs';
import { OperationError, NotPossibleHereError, UsageError } from '../errors.js';

/** A line with its number, from 1. */
export interface NumberedLine {
  readonly text: string;
  readonly number: number;
}

/** No format has lines as long; a file that does is no text. */
const MAX_LINE_BYTES = 65_536;

/**
 * The lines of a text file, or of stdin for `-`, in batches as they are read: a file of any size takes no more memory
 * than a small one.
 *
 * Throws UsageError `no-such-workload` and `bad-workload` (not a text), NotPossibleHereError `no-permission`, OperationError
 * `io-error`; the signal's reason.
 */
export async function* readLines(
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly NumberedLine[]> {
  const name = path === '-' ? 'stdin' : path;
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
  // Nothing may come on stdin for as long as one likes.
  const abandon = (): void => void stream.destroy(signal?.reason as Error);
  signal?.addEventListener('abort', abandon);
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  try {
    for await (const chunk of stream) {
      const text = decoder.decode(chunk as Buffer, { stream: true });
      if (text.includes('\0')) throw noText(name);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_BYTES) throw noText(name);
      yield lines.map((line) => ({ text: withoutEnd(line), number: ++number }));
    }
  } catch (cause) {
    throw cause instanceof Error && 'code' in cause && 'syscall' in cause ? readError(name, cause) : cause;
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
  if (rest !== '') yield [{ text: withoutEnd(rest), number: ++number }];
}

function withoutEnd(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function noText(name: string): UsageError {
  return new UsageError(`${name} is no text.`, {
    code: 'bad-workload',
    hint: 'What blktrace records is read by blkparse, and what that prints can be given here.',
  });
}

function readError(name: string, cause: Error & { readonly code: unknown }): Error {
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return new UsageError(
        `The workload ${name} cannot be read: ${cause.code === 'EISDIR' ? 'it is a directory' : 'there is no such file'}.`,
        { code: 'no-such-workload', hint: 'Give the path of a file, or - for stdin.', cause },
      );
    case 'EACCES':
    case 'EPERM':
      return new NotPossibleHereError(`The workload ${name} may not be read by you.`, {
        code: 'no-permission',
        hint: 'Look at its rights with ls -l, or give it on stdin.',
        cause,
      });
    default:
      return new OperationError(`The workload ${name} could not be read: ${cause.message}.`, {
        code: 'io-error',
        cause,
      });
  }
}
