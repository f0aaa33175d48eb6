import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VALUE_KINDS } from '../../src/completion/kinds.js';
import { kindKeys, type ManifestCommand } from '../../src/completion/model.js';
import { parseOptionValue, SETTABLE } from '../../src/procedure/assignments.js';
import { MESSAGE_NAMES } from '../../src/table/index.js';
import { parseUntil } from '../../src/watch/until.js';
import { ROOT } from '../cli/wcache.js';

const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<Record<string, ManifestCommand>>;
};

/** Under which keys the table may have what a flag's value or an argument is; those that oclif has values for need none. */
const wanted = Object.values(commands).flatMap(({ id, args, flags }) => [
  ...Object.entries(args)
    .filter(([, { options }]) => options === undefined)
    .map(([name]) => kindKeys(id, name, false)),
  ...Object.values(flags)
    .filter(({ type, options }) => type === 'option' && options === undefined)
    .map(({ name }) => kindKeys(id, name, true)),
]);

/** The fixed words of a kind that has some. */
function wordsOf(key: string): string[] {
  const kind = VALUE_KINDS[key];
  return kind?.kind === 'words' ? kind.words.map(({ word }) => word) : [];
}

describe('the table of what values are', () => {
  it('has an entry for every argument, and for every flag with a value', () => {
    expect(wanted.length).toBeGreaterThan(50);
    const missing = wanted.filter((keys) => !keys.some((key) => VALUE_KINDS[key] !== undefined));
    expect(missing.map(([key]) => key)).toEqual([]);
  });

  it('has no entry that nothing needs', () => {
    const used = new Set(
      wanted
        .map((keys) => keys.find((key) => VALUE_KINDS[key] !== undefined))
        .filter((key) => key !== undefined),
    );
    expect(Object.keys(VALUE_KINDS).filter((key) => !used.has(key))).toEqual([]);
  });

  it('knows the messages, the options that can be set, and which of them are switches', () => {
    expect(wordsOf('message message')).toEqual([...MESSAGE_NAMES]);
    const kind = VALUE_KINDS['set option=value'];
    if (kind?.kind !== 'assignments') throw new Error('The options of set are no assignments.');
    expect(kind.names).toEqual(SETTABLE.map((name) => name.replaceAll('_', '-')));
    for (const name of SETTABLE) {
      const isSwitch = kind.switches.includes(name.replaceAll('_', '-'));
      if (isSwitch) {
        expect([parseOptionValue(name, 'on'), parseOptionValue(name, 'off')]).toEqual([true, false]);
      } else {
        expect(() => parseOptionValue(name, 'on')).toThrow();
      }
      expect(parseOptionValue(name, 'default')).toBeUndefined();
    }
  });

  it('offers only conditions that can be waited for', () => {
    expect(wordsOf('status --until')).toHaveLength(4);
    for (const word of wordsOf('status --until')) expect(() => parseUntil(word)).not.toThrow();
  });
});
