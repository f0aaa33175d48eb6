import { constants } from 'node:fs';
import { access, mkdtemp, readFile, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';

/** Makes a directory for one guest, in memory where there is room for `bytes`. */
export async function makeScratch(bytes: number): Promise<string> {
  const parent = (await canHold(SHARED_MEMORY, bytes)) ? SHARED_MEMORY : tmpdir();
  if (!/^[\w./-]+$/.test(parent)) {
    throw new Error(
      `${parent} cannot be used for temporary files: a kernel command line cannot carry that path`,
    );
  }
  return mkdtemp(join(parent, 'wcache-lab-'));
}

async function canHold(directory: string, bytes: number): Promise<boolean> {
  try {
    await access(directory, constants.W_OK);
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize > bytes && !(await isMountedNoExec(directory));
  } catch {
    return false;
  }
}

/** User-mode Linux maps its memory file executable. */
async function isMountedNoExec(directory: string): Promise<boolean> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const options = mounts.findLast((fields) => fields[1] === directory)?.[3] ?? '';
  return options.split(',').includes('noexec');
}
