import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { classify } from './blocks.js';
import { failureText, judge } from './judge.js';
import { readMarkdown } from './markdown.js';
import { rewrite } from './rewrite.js';
import { sessionOf, type Command } from './steps.js';
import { readTranscript, shellScript, type Played } from './transcript.js';

function commandsOf(text: string): Command[] {
  const steps = sessionOf(readMarkdown(text).fences.map(classify), 'files');
  return steps.filter((step) => step.kind === 'command');
}

function play(text: string): Played[] {
  const folder = mkdtempSync(join(tmpdir(), 'wcache-transcript-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const commands = commandsOf(text);
  const script = shellScript(commands, { begin: 'B=begun', asUser: null, givesFiles: true });
  const { stdout } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
  return readTranscript(stdout, commands);
}

function failuresOf(text: string): string {
  return failureText(judge(play(text), 'files'));
}

const SESSION = [
  '```console files',
  '$ A=1; mkdir sub && cd sub',
  '$ echo "$A $B"; echo oops >&2; pwd | grep -o sub$',
  '1 begun',
  'oops',
  'sub',
  '$ false',
  '$ echo $?',
  '1',
  "$ cat >x <<'END'",
  "it's $A",
  'END',
  '$ cat x',
  "it's $A",
  '$ cat given',
  'of  the README',
  '',
  'with an empty line',
  '$ if then',
  "bash: eval: line 80: syntax error near unexpected token `then'",
  "bash: eval: line 80: `if then'",
  '$ printf unended',
  'unended',
  '```',
  '```sh files',
  '(exit 6)   # exits with 6',
  '```',
].join('\n');

it('is one shell, as somebody would type', () => {
  const played = play(SESSION);
  const wrong = judge(played, 'files').filter(({ command }) => command.text !== 'if then');
  expect(failureText(wrong)).toBe('');
  expect(played.map(({ status }) => status)).toEqual([0, 0, 1, 0, 0, 0, 0, 2, 0, 6]);
});

it('tells what is not as it is shown, and where', () => {
  expect(failuresOf('```console files\n$ echo a; echo b\na\nc\n```')).toBe(
    'README.md:2: echo a; echo b\n      3  a\n-     4  c\n+        b\n',
  );
  expect(failuresOf('```sh files\ntrue\necho no; false\n```')).toBe(
    'README.md:3: echo no; false\nended with 1 and not with 0, after:\nno\n\n',
  );
});

it('takes no failure that nobody sees', () => {
  expect(failuresOf('```console files\n$ false\n$ true\n```')).toContain('ended with 1, and nothing');
  expect(failuresOf('```console files\n$ false\n$ echo $?\n1\n```')).toBe('');
  expect(failuresOf('```console files\n$ ls none\nno\n```')).toContain('+');
});

it('keeps what is the same thing the same', () => {
  const uuid = (digit: string): string => `WCACHE-${digit.repeat(32)}`;
  const shows = (first: string, second: string): string =>
    failuresOf(
      `\`\`\`console files\n$ echo ${uuid('a')}\n${uuid(first)}\n$ echo ${uuid('b')}\n${uuid(second)}\n\`\`\``,
    );
  expect(shows('1', '2')).toBe('');
  expect(shows('1', '1')).toContain(`<uuid> ${uuid('1')} of line 5 was ${uuid('a')} before`);
  const twice = `\`\`\`console files\n$ echo ${uuid('a')}; echo ${uuid('a')}\n${uuid('1')}\n${uuid('2')}\n\`\`\``;
  expect(failuresOf(twice)).toContain('is the same in this run as');
});

it('presses Ctrl-C where that is told, and sees that the command was there until then', () => {
  expect(failuresOf('```sh files\nsleep 60 | cat # until Ctrl-C\n```')).toBe('');
  expect(failuresOf('```sh files\ntrue # until Ctrl-C\n```')).toContain('ended by itself with 0');
});

it('says in which command a session ended', () => {
  expect(() => play('```console files\n$ echo a\n$ echo b; exit 3\n$ echo c\n```')).toThrow(
    /^line 3: the session ended in "echo b; exit 3", after:\n[^]*b/,
  );
});

it('puts what is printed in place of what was shown, and leaves out what was left out', () => {
  const text = [
    'Before',
    '```console files',
    '$ seq 9 | sed "s/^/line /"',
    'line 1',
    'line two',
    '...',
    'line 8',
    '$ cat <<END',
    'a',
    'END',
    '```',
    'Between',
    '```console files',
    '$ echo b',
    '...',
    'b',
    '```',
  ].join('\n');
  const { text: written, remarks } = rewrite(text, { lab: [], files: play(text) });
  expect(written.split('\n')).toEqual([
    'Before',
    '```console files',
    '$ seq 9 | sed "s/^/line /"',
    'line 1',
    'line 2',
    '...',
    'line 8',
    'line 9',
    '$ cat <<END',
    'a',
    'END',
    'a',
    '```',
    'Between',
    '```console files',
    '$ echo b',
    'b',
    '```',
  ]);
  expect(remarks).toEqual([]);
  expect(failuresOf(written)).toBe('');
});

it('remarks on lines that went away', () => {
  const text = '```console files\n$ echo a\na\nthat was all\n```';
  expect(rewrite(text, { lab: [], files: play(text) })).toEqual({
    text: '```console files\n$ echo a\na\n```',
    remarks: ['line 4 is no longer printed: that was all'],
  });
});
