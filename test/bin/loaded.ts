import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from '../cli/wcache.js';

/** Runs in wcache before all else. */
const NOTE = `
  const fs = require('node:fs');
  const { readFileSync } = fs;
  const seen = new Set();
  fs.readFileSync = (path, ...more) => {
    seen.add(String(path));
    return readFileSync(path, ...more);
  };
  process.on('exit', () => {
    const modules = process.moduleLoadList.map((each) => each.replace('NativeModule ', 'node:'));
    fs.writeFileSync(process.env.SEEN, [...seen, ...modules].join('\\n'));
  });`;

/** Notes what a wcache loads that runs in the environment `env`; to be asked when it has ended. */
export function notesOfLoading() {
  const folder = scratchFolder();
  const [note, seen] = [join(folder, 'note.cjs'), join(folder, 'seen')];
  writeFileSync(note, NOTE);
  const lines = (): string[] => readFileSync(seen, 'utf8').split('\n');
  return {
    env: { NODE_OPTIONS: `--require ${note}`, SEEN: seen },
    /** The scripts of the bundle, sorted. */
    scripts: (): string[] =>
      lines()
        .flatMap((line) => /dist\/bundle\/([\w-]+\.cjs)$/.exec(line)?.[1] ?? [])
        .sort(),
    /** Modules of Node's: `node:crypto`. */
    nodeModules: (): string[] => lines().filter((line) => line.startsWith('node:')),
  };
}
