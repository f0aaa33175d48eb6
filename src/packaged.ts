import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file of this package, given relative to package.json: `packagedFile('dist/monitoring/alert-rules.yml')`.
 * It is the same one for the sources under test, for what is compiled to dist/src and for the bundle, which lie at
 * different depths.
 */
export function packagedFile(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${fileURLToPath(import.meta.url)} lies in no package.`);
    folder = parent;
  }
  return join(folder, path);
}
