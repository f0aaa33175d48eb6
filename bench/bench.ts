import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, compilerVersion, type Compiled } from './compiled.js';
import { Processes } from './processes.js';

/** What the parts of the bench need. */
export interface Bench {
  /** In memory, if there is room: what is read there is in the page cache. */
  readonly memoryFolder: string;
  /** On a disk. */
  readonly diskFolder: string;
  /** Fewer runs, smaller sizes: to see whether something has changed much. */
  readonly quick: boolean;
  /** Null where there is no C compiler. */
  readonly c: { readonly programs: Compiled; readonly processes: Processes } | null;
}

export const NO_COMPILER = 'no C compiler (cc) here';

/** The largest image, and what is written of it. */
const ROOM_BYTES = 12 * 2 ** 30;
const MEMORY = '/dev/shm';

/** Makes folders and C programs for a function, and removes them when it is done or the process is told to end. */
export async function withBench<T>(quick: boolean, use: (bench: Bench) => Promise<T>): Promise<T> {
  const memoryFolder = mkdtempSync(join(hasRoom(MEMORY) ? MEMORY : '/var/tmp', 'wcache-bench-'));
  const diskFolder = mkdtempSync(join('/var/tmp', 'wcache-bench-'));
  const programFolder = mkdtempSync(join(tmpdir(), 'wcache-bench-'));
  const remove = (): void => {
    for (const folder of [memoryFolder, diskFolder, programFolder]) {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const leave = (): never => process.exit(130);
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, leave);
  try {
    const programs = compilerVersion() === null ? null : compile(programFolder);
    const c = programs === null ? null : { programs, processes: new Processes(programs.run, programFolder) };
    return await use({ memoryFolder, diskFolder, quick, c });
  } finally {
    remove();
    process.off('exit', remove);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, leave);
  }
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > ROOM_BYTES;
  } catch {
    return false;
  }
}
