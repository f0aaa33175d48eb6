import { describe, expect, it } from 'vitest';
import { documentSchemas, type DocumentName } from '../../src/documents/index.js';
import { checkPrinted } from './printed.js';
import { partsOf, readSchema } from './published.js';
import { checkScript, wcacheCommands } from './scripts.js';
import { strict } from './strict.js';

const HELP = { verbs: [{ verb: 'size', summary: 'What a device would hold' }] };
const ERROR = { code: 'usage', message: 'No.', hint: null, exit_status: 2 };
const DONE = { event: 'done', step: 'look', number: 1, detail: null };

function printed(document: unknown, status = 0): { stdout: string; status: number } {
  return { stdout: `${JSON.stringify(document, null, 2)}\n`, status };
}

function lines(...documents: unknown[]): string {
  return documents.map((each) => `${JSON.stringify(each)}\n`).join('');
}

describe('what wcache printed', () => {
  it('is checked where it was asked for JSON, by verb and flag', () => {
    expect(checkPrinted(['help', '--json'], printed(HELP))).toEqual(['help']);
    expect(checkPrinted(['--json', 'help', 'size'], printed(HELP))).toEqual(['help']);
    expect(checkPrinted(['help', '--json'], printed({ error: ERROR }, 2))).toEqual(['error']);
    expect(
      checkPrinted(['remove', 'wc', '--json', '--events'], { stdout: lines(DONE, DONE), status: 0 }),
    ).toEqual([...['removeEvent', 'removeEvent']]);
    expect(
      checkPrinted(['status', '--watch', '--json'], { stdout: lines({ error: ERROR }), status: 2 }),
    ).toEqual(['error']);
    expect(checkPrinted(['status', '--watch', '--json'], { stdout: '', status: 0 })).toEqual([]);
    for (const words of [
      ['help'],
      ['help', '--', '--json'],
      ['help', '--json', '--help'],
      ['-V', '--json'],
    ]) {
      expect(checkPrinted(words, { stdout: 'text\n', status: 0 })).toEqual([]);
    }
  });

  it.each([
    ['is no JSON', ['help'], { stdout: 'text\n', status: 0 }],
    ['is nothing', ['help'], { stdout: '', status: 0 }],
    ['is two documents', ['help'], { stdout: lines(HELP, HELP), status: 0 }],
    ['is of another verb', ['size'], printed(HELP)],
    ['is of no verb', ['nope'], printed(HELP)],
    ['has a field that is not documented', ['help'], printed({ ...HELP, more: 1 })],
    ['has one deep inside', ['help'], printed({ verbs: [{ ...HELP.verbs[0], more: 1 }] })],
    ['lacks a field', ['help'], printed({ verbs: [{ verb: 'size' }] })],
    ['has another type', ['help'], printed({ verbs: [{ verb: 'size', summary: 1 }] })],
    ['tells of another exit status', ['help'], printed({ error: ERROR }, 1)],
    [
      'is an error without a status',
      ['help'],
      printed({ error: { code: 'x', message: 'No.', hint: null } }, 1),
    ],
    ['has a line that is none', ['remove', '--events'], { stdout: lines(DONE, HELP), status: 0 }],
    ['has an unknown step', ['remove', '--events'], { stdout: lines({ ...DONE, step: 'x' }), status: 0 }],
    [
      'has a number that is not written out',
      ['size', '--cache', '1e21'],
      { stdout: '{"size_bytes": 1e21}', status: 0 },
    ],
  ])('is refused where it %s', (_what, words, result) => {
    expect(() => checkPrinted([...words, '--json'], result)).toThrow(`wcache ${words.join(' ')}`);
  });
});

describe('what a script printed', () => {
  it('is told by the words of the command in it', () => {
    expect(wcacheCommands(`wcache 'status' 'a'\\''b' --json; x`)).toEqual([['status', "a'b", '--json']]);
    expect(wcacheCommands('. words\nown_wcache set wc "max-age=1h" --json >/run/x 2>&1 | cat')).toEqual([
      ['set', 'wc', 'max-age=1h', '--json'],
    ]);
    expect(wcacheCommands('wcache create wc --origin $O \\\n  --json && wcache list')).toEqual([
      ['create', 'wc', '--origin', '$O', '--json'],
      ['list'],
    ]);
    expect(wcacheCommands('rm /run/wcache x; cat /opt/wcache/wcache.cjs x')).toEqual([]);
  });

  it('is checked where it is JSON of a wcache', () => {
    const { stdout } = printed(HELP);
    checkScript('wcache help --json', stdout);
    checkScript('wcache size --json >/run/x; wcache list', 'text\n');
    checkScript('cat /run/record.json', '{"other": 1}\n');
    expect(() => {
      checkScript('wcache size --cache 1M --json', stdout);
    }).toThrow('wcache size');
    expect(() => {
      checkScript('wcache size --json; wcache help --json', stdout);
    }).toThrow('cannot be told');
  });
});

it('is held against schemas that allow nothing undocumented', () => {
  for (const name of Object.keys(documentSchemas) as DocumentName[]) {
    const objects = [...partsOf(strict(readSchema(name)))].filter(
      ({ schema }) => schema['type'] === 'object',
    );
    for (const { path, schema } of objects) {
      // An object without named fields is a record: its values have a schema.
      expect(schema['additionalProperties'], `${name} ${path}`).toEqual(
        schema['properties'] === undefined ? expect.objectContaining({ type: 'string' }) : false,
      );
    }
  }
});
