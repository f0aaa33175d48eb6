import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Where everybody may look, and the lab's guests see the host's files. */
const PARENT = '/var/tmp';
const PREFIX = 'wcache-install-';
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder of this test run, which all test files share; gone when the run is over. */
    installFolder: string;
  }
}

/** Runs before all files of the project `install`, and what it returns after them. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  await removeAbandoned();
  const folder = await mkdtemp(join(PARENT, PREFIX));
  await chmod(folder, 0o755);
  provide('installFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}

/** What a run left that was killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of (await readdir(PARENT)).filter((each) => each.startsWith(PREFIX))) {
    const folder = join(PARENT, name);
    // Others may write there too, and remove what they made meanwhile.
    const found = await lstat(folder).catch(() => null);
    if (found === null || !found.isDirectory() || found.uid !== process.getuid?.()) continue;
    if (Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
}
