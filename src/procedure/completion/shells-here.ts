import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { COMPLETION_SHELLS, type CompletionShell } from '../../completion/index.js';
import { programFolders } from '../../exec.js';

/** Which of the shells can be run here. */
export function shellsHere(path: string | undefined): CompletionShell[] {
  const folders = programFolders(path).split(':');
  return COMPLETION_SHELLS.filter((shell) => folders.some((folder) => isProgram(join(folder, shell))));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
