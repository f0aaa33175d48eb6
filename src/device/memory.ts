import { join } from 'node:path';
import { readProcText } from './proc-tables.js';

/** The machine's memory in bytes; null where /proc/meminfo does not tell. */
export interface MemoryFacts {
  readonly totalBytes: number | null;
  /** What programs and the kernel could still be given without swapping, as the kernel guesses. */
  readonly availableBytes: number | null;
}

/** How much memory the machine has, and how much of it could still be given away. Never throws. */
export function memoryFacts({ procRoot = '/proc' }: { readonly procRoot?: string } = {}): MemoryFacts {
  const text = readProcText(join(procRoot, 'meminfo'));
  return { totalBytes: bytesOf(text, 'MemTotal'), availableBytes: bytesOf(text, 'MemAvailable') };
}

function bytesOf(text: string, name: string): number | null {
  const [, kibibytes] = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text) ?? [];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
