import { describe, expect, it } from 'vitest';
import { classify, type Place } from './blocks.js';
import { readMarkdown } from './markdown.js';
import { sessionOf, type Step } from './steps.js';

function steps(text: string, place: Place = 'lab'): Step[] {
  return sessionOf(readMarkdown(text).fences.map(classify), place);
}

describe('a session', () => {
  it('is all blocks of its place in order, with what each command shows', () => {
    const text = [
      '```console lab',
      '# wcache status wc',
      'wc: active',
      '',
      '  dirty 1',
      '$ id',
      '```',
      '```console files',
      '$ ls',
      '```',
      '```console lab',
      '*** The power fails. ***',
      '',
      '# ls',
      '```',
    ].join('\n');
    expect(steps(text)).toEqual([
      {
        ...{
          kind: 'command',
          text: 'wcache status wc',
          line: 2,
          as: 'root',
          status: null,
          isInterrupted: false,
        },
        shown: [
          { text: 'wc: active', line: 3 },
          { text: '', line: 4 },
          { text: '  dirty 1', line: 5 },
        ],
      },
      { kind: 'command', text: 'id', line: 6, as: 'user', shown: [], status: null, isInterrupted: false },
      { kind: 'power-cut', line: 12 },
      { kind: 'command', text: 'ls', line: 14, as: 'root', shown: [], status: null, isInterrupted: false },
    ]);
    expect(steps(text, 'files').map((step) => step.line)).toEqual([9]);
  });

  it('has here-documents and continued lines as one command', () => {
    const text = "```console files\n$ cat >x <<'END' && echo done\na\n$ b\nEND\ndone\n$ echo \\\n> a\na\n```";
    expect(steps(text, 'files')).toMatchObject([
      { text: "cat >x <<'END' && echo done\na\n$ b\nEND", shown: [{ text: 'done', line: 6 }] },
      { text: 'echo \\\na', shown: [{ text: 'a', line: 9 }] },
    ]);
  });

  it('has the commands of a block without output, and how each ends', () => {
    const text =
      '```sh files\n# first this\nls -l   # all of it\n\nfalse # exits with 1\nwcache metrics --listen 29253 # until Ctrl-C\n```';
    expect(steps(text, 'files')).toMatchObject([
      { text: 'ls -l   # all of it', line: 3, as: 'user', shown: null, status: 0, isInterrupted: false },
      { line: 5, status: 1 },
      { line: 6, isInterrupted: true },
    ]);
    expect(steps('```sh lab\nls\n```')).toMatchObject([{ as: 'root' }]);
  });

  it.each([
    ['output that no command printed', '```console lab\nwc: active\n```', 'line 2'],
    ['a prompt of root on files', '```console files\n# ls\n```', 'line 2'],
    ['a power cut without a machine', '```console files\n*** The power fails. ***\n```', 'line 2'],
    ['a here-document without its end', '```console files\n$ cat <<END\na\n```', 'line 2'],
  ])('refuses %s', (_what, text, where) => {
    expect(() => [...steps(text), ...steps(text, 'files')]).toThrow(where);
  });
});

describe('a block', () => {
  it.each(['console', 'console host', 'sh', 'bash', '', 'ts', 'console lab quickly', 'js library'])(
    'of "%s" is tried by nothing',
    (info) => {
      expect(() => steps(`\`\`\`${info}\nls\n\`\`\``)).toThrow('line 1: a block');
    },
  );

  it('of data has no commands', () => {
    expect(steps('```text\nwcache is a word\n```\n```json\n{}\n```'.replace('wcache is', 'it is'))).toEqual(
      [],
    );
    expect(() => steps('```text\na\n# wcache status\n```')).toThrow('line 3: a command');
  });
});
