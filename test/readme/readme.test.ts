import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../lab/project.js';
import { CLAIMS } from './claims.js';
import { readmeBlocks } from './readme.js';
import { setUpCommands } from './set-up.js';
import { sessionOf } from './steps.js';

const read = (name: string): string => readFileSync(join(projectDirectory, name), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const blocks = readmeBlocks();

const setUp = setUpCommands(blocks).map(({ command, line }) => ({
  command: command.replaceAll(version, 'VERSION'),
  line,
}));

it('has sessions in both places, and a program', () => {
  for (const place of ['lab', 'files'] as const) {
    expect(sessionOf(blocks, place).length).toBeGreaterThan(0);
  }
  expect(blocks.map(({ kind }) => kind)).toContain('library');
});

describe('a command that sets up something', () => {
  it.each(setUp)('is run by a test: $command', ({ command, line }) => {
    const claim = CLAIMS[command];
    expect(claim, `README.md:${String(line)}: no test of CLAIMS runs this`).toBeDefined();
    expect(read(claim?.test ?? '')).toContain(claim?.evidence);
  });

  it('is in the README where a test claims it', () => {
    const commands = setUp.map(({ command }) => command);
    expect(Object.keys(CLAIMS).filter((command) => !commands.includes(command))).toEqual([]);
  });
});

it('has numbers that belong together, of one run', () => {
  const text = blocks.flatMap(({ fence }) => fence.lines).join('\n');
  const counted = (pattern: RegExp): number =>
    Number(pattern.exec(text)?.[1]?.replaceAll(',', '') ?? Number.NaN);
  const dirty = counted(/^ {2}dirty +([\d,]+) blocks/m);
  const free = counted(/^ {2}free +([\d,]+) blocks/m);
  expect(dirty + free).toBe(counted(/^ {2}blocks +([\d,]+) of/m));
  const proved = counted(/^ {2}proved +([\d,]+) of \1 blocks that were only in the cache/m);
  expect(proved).toBe(counted(/ ([\d,]+) blocks \([^)]*\) at stake$/m));
});
