import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectDirectory } from '../lab/project.js';
import type { Place } from './blocks.js';
import { FilesSession } from './files-session.js';
import { failureText, judge } from './judge.js';
import { playInLab } from './lab-session.js';
import { README, readmeBlocks } from './readme.js';
import { rewrite } from './rewrite.js';
import { sessionOf } from './steps.js';
import type { Played } from './transcript.js';

/**
 * `npm run readme`: runs the commands of README.md with the wcache of this tree, and puts what they print in its place. A
 * session of which everything still is as shown stays as it is; else all of it is taken from this run, so that its numbers
 * belong together; so is every session with `--anew`. Arguments: another file than README.md.
 */
const { values, positionals } = parseArgs({
  options: { anew: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const file = positionals[0] ?? README;
const wcache = join(projectDirectory, 'bin/wcache.cjs');

const readme = await readFile(file, 'utf8');
const blocks = readmeBlocks(file);
const sessions: Record<Place, readonly Played[]> = {
  files: await playFiles(),
  lab: await playInLab(sessionOf(blocks, 'lab'), wcache),
};
for (const place of ['files', 'lab'] as const) {
  const failures = judge(sessions[place], place);
  const seconds = sessions[place].reduce((sum, played) => sum + played.seconds, 0);
  process.stdout.write(`# ${place}, ${seconds.toFixed(1)} s\n`);
  process.stdout.write(failures.length === 0 ? 'as shown\n' : `${failureText(failures, file)}\n`);
  if (failures.length === 0 && !values.anew) sessions[place] = [];
  // What ended with another status is not mended by writing.
  if (failures.some(({ command }) => command.shown === null)) process.exitCode = 1;
}
const { text, remarks } = rewrite(readme, sessions);
for (const remark of remarks) process.stdout.write(`${remark}\n`);
if (text !== readme) {
  await writeFile(file, text);
  process.stdout.write(`${file} is written anew. Read it: numbers in the prose are not changed.\n`);
}

async function playFiles(): Promise<readonly Played[]> {
  await using session = await FilesSession.open(wcache);
  return await session.play(sessionOf(blocks, 'files'));
}
