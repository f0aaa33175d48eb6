import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../../src/cli/main.js';
import { capture } from '../../lab/capture.js';

/**
 * Runs in a guest: wcache, command after command in one process. Starting Node and loading wcache takes seconds there,
 * and the commands themselves a fraction of one.
 *
 * Arguments: a folder, the project's root. In the folder `request` and `answer` are pipes: the words of a command come
 * by the one, each with a NUL behind it, and its exit status goes by the other; what it printed is in `stdout` and
 * `stderr`. Words like NAME=value before the verb are its environment.
 */
const [folder = '', root = ''] = process.argv.slice(2);

function exitStatus(): number {
  return Number(process.exitCode ?? 0);
}

async function answer(words: readonly string[]): Promise<number> {
  const isSetting = (word: string): boolean => /^[A-Z_]+=/.test(word);
  const verbAt = words.findIndex((word) => !isSetting(word));
  const before = { ...process.env };
  for (const setting of words.slice(0, verbAt)) {
    const at = setting.indexOf('=');
    process.env[setting.slice(0, at)] = setting.slice(at + 1);
  }
  const [out, err] = [capture(process.stdout), capture(process.stderr)];
  process.exitCode = 0;
  try {
    await main(words.slice(verbAt), root);
  } finally {
    out.release();
    err.release();
    writeFileSync(join(folder, 'stdout'), out.text);
    writeFileSync(join(folder, 'stderr'), err.text);
    process.env = before;
  }
  return exitStatus();
}

for (;;) {
  const words = readFileSync(join(folder, 'request'), 'utf8').split('\0').slice(0, -1);
  const status = await answer(words);
  writeFileSync(join(folder, 'answer'), `${String(status)}\n`);
}
