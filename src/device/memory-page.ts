import { readProcText } from './proc-tables.js';

const USUAL_PAGE_BYTES = 4096;

/**
 * The size of a memory page of the running kernel, in bytes, as /proc tells; 4096 where it does not. A kernel takes
 * no cache block larger than this.
 */
export function memoryPageBytes(procRoot = '/proc'): number {
  const [, kibibytes] = /^KernelPageSize: +(\d+) kB$/m.exec(readProcText(`${procRoot}/self/smaps`)) ?? [];
  return kibibytes === undefined ? USUAL_PAGE_BYTES : Number(kibibytes) * 1024;
}
