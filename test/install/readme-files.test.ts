import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectDirectory } from '../lab/project.js';
import type { Block } from '../readme/blocks.js';
import { FilesSession } from '../readme/files-session.js';
import { failureText, judge } from '../readme/judge.js';
import { readmeBlocks } from '../readme/readme.js';
import { sessionOf } from '../readme/steps.js';
import type { Played } from '../readme/transcript.js';
import { installedFromNpm } from './installed.js';

const COMPILER = join(projectDirectory, 'node_modules/typescript/bin/tsc');
const COMPILER_OPTIONS = [
  ...['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node'],
  ...['--pretty', 'false'],
];

let blocks: Block[];
let session: FilesSession;
let played: readonly Played[];
const opened: FilesSession[] = [];
let prefix: string;

beforeAll(async () => {
  const installed = await installedFromNpm();
  prefix = installed.prefix;
  blocks = readmeBlocks();
  session = await FilesSession.open(installed.program);
  opened.push(session);
  played = await session.play(sessionOf(blocks, 'files'));
});

afterAll(async () => {
  for (const one of opened) await one[Symbol.asyncDispose]();
});

it('prints on files what README.md shows, to somebody without rights', () => {
  expect(played.length).toBeGreaterThan(0);
  expect(failureText(judge(played, 'files')), 'npm run readme writes the outputs anew').toBe('');
});

// They use the files that are made in the session.
it('is the library of README.md: its programs compile and run', async () => {
  const programs = blocks.filter(({ kind }) => kind === 'library');
  expect(programs.length).toBeGreaterThan(0);
  await givePackages();
  for (const { fence } of programs) {
    const line = `README.md:${String(fence.line)}`;
    const file = `program-${String(fence.line)}`;
    await writeFile(join(session.folder, `${file}.ts`), `${fence.lines.join('\n')}\n`);
    const compiled = await session.run([process.execPath, COMPILER, ...COMPILER_OPTIONS, `${file}.ts`]);
    expect(compiled, line).toEqual({ output: '', status: 0 });
    const { output, status } = await session.run([process.execPath, `${file}.js`]);
    expect(status, `${line} ended after:\n${output}`).toBe(0);
  }
});

/** What somebody has who wrote `npm install wcache @types/node`. */
async function givePackages(): Promise<void> {
  const modules = join(session.folder, 'node_modules');
  await mkdir(join(modules, '@types'), { recursive: true });
  await symlink(join(prefix, 'lib/node_modules/wcache'), join(modules, 'wcache'));
  await symlink(join(projectDirectory, 'node_modules/@types/node'), join(modules, '@types/node'));
  await writeFile(join(session.folder, 'package.json'), JSON.stringify({ type: 'module' }));
}
