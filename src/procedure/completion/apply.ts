import { mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeDurablyAmongOthers } from '../write-durably.js';
import { fileError } from './file-error.js';
import type { PlannedFile } from './plan.js';

const MODE = 0o644;

/** Does what was planned, each file whole or not at all. Throws as {@link fileError} does. */
export function applyPlan(files: readonly PlannedFile[]): void {
  // Root's own would keep everybody else from reading what is for them.
  const mask = process.umask(0);
  try {
    for (const file of files) if (file.change !== 'none') apply(file);
  } finally {
    process.umask(mask);
  }
}

function apply({ path, content }: PlannedFile): void {
  try {
    if (content === null) {
      rmSync(path);
      return;
    }
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? MODE;
    writeDurablyAmongOthers(path, Buffer.from(content, 'latin1'), mode & 0o777);
  } catch (error) {
    throw fileError(path, error, content === null ? 'removed' : 'written');
  }
}
