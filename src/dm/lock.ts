import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BusyError, NotPossibleHereError } from '../errors.js';
import { runProgram } from '../exec.js';

/** Only one process at a time changes what a lock stands for. The kernel gives it up when its holder ends, however. */
export interface Lock {
  readonly descriptor: number;
  release(): void;
}

export interface LockOptions {
  /** `/run/wcache` unless told. */
  readonly folder?: string;
  /** Others may hold it shared at the same time: several messages go well together, a swap of the table does not. */
  readonly shared?: boolean;
}

const CONFLICT = 75;

/**
 * Takes locks for all of `subjects` (a mapping's name, a device number), or none of them.
 *
 * The lock belongs to an open file, which flock(1) is only lent: no process has to stay for it, and nothing is left
 * behind by a crash.
 *
 * @throws {@link BusyError} `locked` when another wcache has one of them; {@link NotPossibleHereError} `no-lock` when
 *   no lock file can be made.
 */
export async function takeLock(
  subjects: readonly string[],
  { folder = '/run/wcache', shared = false }: LockOptions = {},
): Promise<Lock[]> {
  const taken: Lock[] = [];
  try {
    for (const subject of [...new Set(subjects)].sort()) {
      taken.push(await takeOne(subject, folder, shared));
    }
    return taken;
  } catch (error) {
    releaseAll(taken);
    throw error;
  }
}

export function releaseAll(locks: readonly Lock[]): void {
  for (const lock of locks) lock.release();
}

async function takeOne(subject: string, folder: string, shared: boolean): Promise<Lock> {
  const descriptor = openLockFile(subject, folder);
  const close = (): void => {
    closeSync(descriptor);
  };
  try {
    const words = [
      shared ? '--shared' : '--exclusive',
      '--nonblock',
      '--conflict-exit-code',
      String(CONFLICT),
      '3',
    ];
    const { status } = await runProgram('flock', words, {
      acceptStatus: [CONFLICT],
      descriptors: [descriptor],
    });
    if (status === CONFLICT) {
      throw new BusyError(`Another wcache is at work on ${subject}.`, {
        code: 'locked',
        hint: 'Wait until it has finished. A flush that was given up goes on in the kernel: `ps -C dmsetup` shows it.',
      });
    }
  } catch (error) {
    close();
    throw error;
  }
  return { descriptor, release: close };
}

function openLockFile(subject: string, folder: string): number {
  // A name may hold what a file's name may not, and be as long.
  const readable = subject.replaceAll(/[^\w.:-]/g, '_').slice(0, 60);
  const unique = createHash('sha256').update(subject).digest('hex').slice(0, 12);
  const path = join(folder, `${readable}-${unique}.lock`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (cause) {
    throw new NotPossibleHereError(`The lock file ${path} could not be opened.`, {
      code: 'no-lock',
      hint: 'wcache works on mappings as root, and needs /run to be writable.',
      cause,
    });
  }
}
