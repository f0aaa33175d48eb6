import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The project's directory: the nearest one above with a package.json, whether this runs from the sources or
 * from the compiled files.
 */
export const projectDirectory: string = nearestPackage(dirname(fileURLToPath(import.meta.url)));

/** A file that runs inside the guest; such files are not compiled, so they are always in the sources. */
export function guestFile(name: string): string {
  return join(projectDirectory, 'test', 'lab', 'guest', name);
}

function nearestPackage(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('no package.json above the lab');
  return nearestPackage(parent);
}
