import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../lab/project.js';
import { complaintAbout, developerCommands, type Tree } from './developer-commands.js';
import { readMarkdown } from './markdown.js';
import { brokenLinks, missingFiles, missingManualPages, topPages, type Page } from './pages.js';

const read = (name: string): string => readFileSync(join(projectDirectory, name), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const tree: Tree = {
  root: projectDirectory,
  scripts: new Set(Object.keys(scripts)),
  projects: new Set([...read('vitest.config.ts').matchAll(/name: '(\w+)'/g)].map(([, name = '']) => name)),
};
const pages = topPages(projectDirectory);

function pageOf(text: string): Page {
  return { name: 'PAGE.md', text, markdown: readMarkdown(text) };
}

it('finds the pages', () => {
  expect(pages.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'README.md',
      'SECURITY.md',
    ]),
  );
});

describe.each(pages)('$name', (page) => {
  it('links to what is there', () => {
    expect(brokenLinks(page, projectDirectory)).toEqual([]);
  });

  it('names manual pages and files that are there', () => {
    expect(missingManualPages(page, projectDirectory)).toEqual([]);
    expect(missingFiles(page, projectDirectory)).toEqual([]);
  });

  it('has commands that are there', () => {
    const complaints = developerCommands(page).flatMap(({ text, line }) => {
      const complaint = complaintAbout(text, tree);
      return complaint === null ? [] : [`${page.name}:${String(line)}: ${text}: ${complaint}`];
    });
    expect(complaints).toEqual([]);
  });
});

it('finds the commands for developers in CONTRIBUTING.md', () => {
  const contributing = pages.find(({ name }) => name === 'CONTRIBUTING.md');
  const found = contributing === undefined ? [] : developerCommands(contributing);
  expect(found.map(({ text }) => text)).toContain('npm test');
  expect(found.length).toBeGreaterThan(8);
});

it.each([
  ['[a](none.md)', 'there is no none.md'],
  ['[a](README.md#none-such)', 'README.md has no such heading'],
  ['[a](README.md#what-it-promises)', null],
  ['![a](man/status-watch.svg)', null],
  ['[a](https://example.org/none.md)', null],
])('judges the link %s', (text, complaint) => {
  expect(brokenLinks(pageOf(text), projectDirectory)).toEqual(
    complaint === null ? [] : [expect.stringContaining(complaint)],
  );
});

it('judges the names of pages and files', () => {
  const page = pageOf('See wcache-none(8), wcache-verify(8), `bench/none.ts`, `bench/run.ts`, `test/lab`.');
  expect(missingManualPages(page, projectDirectory)).toEqual(['PAGE.md:1: there is no page wcache-none(8)']);
  expect(missingFiles(page, projectDirectory)).toEqual(['PAGE.md:1: there is no bench/none.ts']);
});

it('finds commands, and leaves remarks out', () => {
  const text = [
    'Run `npm run bench -- watch 60`, or `CI=true npm test`, not `wcache list`.',
    '',
    '    npm test      everything',
    '    npm run build && node bin/wcache.cjs list   # a list',
    '',
    '```sh',
    'npm ci | tee log',
    'ls',
    '```',
  ].join('\n');
  expect(developerCommands(pageOf(text))).toEqual([
    { text: 'npm ci', line: 7 },
    { text: 'npm test', line: 3 },
    { text: 'npm run build', line: 4 },
    { text: 'node bin/wcache.cjs list', line: 4 },
    { text: 'npm run bench -- watch 60', line: 1 },
    { text: 'npm test', line: 1 },
  ]);
});

it.each([
  ['npm run none', 'npm knows no none'],
  ['npm none', 'npm knows no none'],
  ['npm run soak -- --minutes 480', null],
  ['npm test -- test/none', 'there is no test/none'],
  ['npm ci', null],
  ['npx none', 'there is no none'],
  ['npx vitest run --project none test/cli', 'vitest knows no project none'],
  ['npx vitest run --project unit test/cli', null],
  ['node dist/test/watch/rig.js --caches 12', null],
  ['node dist/test/watch/none.js', 'there is no dist/test/watch/none.js'],
  ['node bin/wcache.cjs inspect cache.img', null],
])('judges the command %s', (command, complaint) => {
  expect(complaintAbout(command, tree)).toBe(complaint);
});
