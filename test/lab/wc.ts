import { open } from 'node:fs/promises';
import type { Guest, RunOptions } from './types.js';

/** Makes a file of zeros that takes no room, and returns its path. */
export async function createSparse(path: string, bytes: number): Promise<string> {
  const file = await open(path, 'w');
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
  return path;
}

export interface WritecacheTable {
  readonly mode: 'p' | 's';
  readonly origin: string;
  readonly cache: string;
  readonly lengthSectors: number;
  readonly blockSize?: number;
  /** Optional arguments as the kernel takes them; their number is counted here. */
  readonly options?: readonly string[];
}

/** The table line of a writecache device. */
export function writecacheTable(table: WritecacheTable): string {
  const options = table.options ?? [];
  const fixed = [
    0,
    table.lengthSectors,
    'writecache',
    table.mode,
    table.origin,
    table.cache,
    table.blockSize ?? 4096,
  ];
  return [...fixed, options.length, ...options].join(' ');
}

/** Runs a command that must succeed, and returns what it printed. */
export async function output(guest: Guest, command: string, options?: RunOptions): Promise<string> {
  const { status, stdout, stderr } = await guest.run(command, options);
  if (status !== 0) throw new Error(`exit status ${String(status)} of: ${command}\n${stderr}${stdout}`);
  return stdout;
}
