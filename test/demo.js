/**
 * `npm run demo`: the life of a writecache on a real kernel, from a fresh clone. Sets up what it needs, builds, and
 * hands over to test/lab/demo.ts. Plain JavaScript, as it runs before there are any packages.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environment, requireNode, root, setUp } from './set-up.js';

requireNode();
const missing = await setUp();
const built = join(root, 'dist', 'test', 'lab', 'demo.js');
console.error('# build');
const build = spawnSync(process.execPath, ['bin/build.js'], {
  cwd: root,
  stdio: 'inherit',
  env: environment,
});
if (build.status !== 0 || !existsSync(built)) {
  process.exit(1);
}
const demo = spawnSync(process.execPath, [built, ...missing], {
  cwd: root,
  stdio: 'inherit',
  env: environment,
});
process.exitCode = demo.status ?? 1;
