import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file whole or not at all, and durable when it returns, in a folder of wcache's own: what a killed one left half
 * written is overwritten. Throws what the file system throws.
 */
export function writeDurably(path: string, content: string | Uint8Array, mode = 0o644): void {
  replace(path, `${path}.new`, 'w', content, mode);
}

/** The same in a folder that others write to: none of their files is touched, whatever its name, and no link followed. */
export function writeDurablyAmongOthers(path: string, content: string | Uint8Array, mode: number): void {
  replace(path, `${path}.wcache-${String(process.pid)}`, 'wx', content, mode);
}

function replace(
  path: string,
  temporary: string,
  flag: 'w' | 'wx',
  content: string | Uint8Array,
  mode: number,
): void {
  // Where this fails there is nothing of ours to remove.
  const file = openSync(temporary, flag, mode);
  try {
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
