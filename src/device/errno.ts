import { getSystemErrorMap } from 'node:util';

// What Linux's block layer returns and libuv has no name for.
const unnamed: Readonly<Record<number, string>> = { 67: 'ENOLINK', 123: 'ENOMEDIUM', 124: 'EMEDIUMTYPE' };

// libuv's words for these are right but say little to somebody who looks at a disk.
const ownWords: Readonly<Record<string, string>> = {
  EIO: 'the device reported an I/O error',
  ENODATA: 'the device reported a medium error',
  EREMOTEIO: 'the device reported that it cannot do that',
  ENOLINK: 'the connection to the device was lost',
  ETIMEDOUT: 'the device did not answer in time',
  ENOSPC: 'there is no space left on it',
  EFBIG: 'it cannot become that large',
  ENXIO: 'there is no device behind it',
  ENODEV: 'there is no device behind it',
  ENOMEDIUM: 'there is no medium in it',
  EMEDIUMTYPE: 'it is the wrong type of medium',
};

/** The code (`EIO`) of an error of the operating system; undefined for anything else. */
export function errnoCode(error: unknown): string | undefined {
  const errno = errnoOf(error);
  return errno === undefined ? undefined : (unnamed[-errno] ?? (error as NodeJS.ErrnoException).code);
}

/** An error of the operating system in words, with its code: `the device reported an I/O error (EIO)`. */
export function errnoWords(error: unknown): string {
  const errno = errnoOf(error);
  const code = errnoCode(error);
  if (errno === undefined || code === undefined) {
    return error instanceof Error ? error.message : String(error);
  }
  const words = ownWords[code] ?? getSystemErrorMap().get(errno)?.[1];
  return words === undefined ? code : `${words} (${code})`;
}

function errnoOf(error: unknown): number | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).errno : undefined;
}
