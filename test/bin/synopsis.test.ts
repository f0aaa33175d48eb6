import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synopsis } from '../../bin/synopsis.js';
import { ROOT, wcache } from '../cli/wcache.js';

type Verb = Parameters<typeof synopsis>[0];

const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, Verb>;
};

function verb(id: string): Verb {
  const found = commands[id];
  if (found === undefined) throw new Error(`${id} is no verb`);
  return found;
}

describe('the line of usage', () => {
  it('brackets what may be left out, and puts together what excludes each other', () => {
    expect(synopsis(verb('metrics')).join(' ')).toBe(
      '[--output FILE | --listen [ADDRESS:]PORT | --dashboard | --alert-rules] [--json] [--debug]',
    );
    expect(synopsis(verb('set')).slice(0, 2)).toEqual(['NAME', '[OPTION=VALUE...]']);
    expect(synopsis(verb('create')).slice(0, 5)).toEqual([
      'NAME',
      '--origin DEVICE',
      '--cache DEVICE',
      '[--mode auto|s|p]',
      '[--block-size N]',
    ]);
  });

  it('keeps flags apart where one of three goes with both others', () => {
    const flag = (name: string, exclusive: string[]) => ({ name, type: 'boolean', exclusive });
    const flags = { a: flag('a', ['b']), b: flag('b', []), c: flag('c', ['b']) };
    expect(synopsis({ args: {}, flags } as unknown as Verb)).toEqual(['[--a | --b]', '[--c]']);
  });

  // `wcache help --help` shows all verbs.
  const explained = Object.keys(commands).filter((id) => id !== 'help');
  it.each(explained)('of %s names each flag once, and --help shows it', async (id) => {
    const words = synopsis(verb(id));
    for (const { name } of Object.values(verb(id).flags)) {
      const mentions = words.join(' ').match(new RegExp(`--(?:\\[no-\\])?${name}(?![\\w-])`, 'g'));
      expect({ name, mentions: mentions?.length }).toEqual({ name, mentions: 1 });
    }
    const { stdout } = await wcache([...id.split(':'), '--help']);
    const usage = /USAGE\n((?: {2}.*\n)+)/.exec(stdout)?.[1] ?? '';
    expect(usage.replaceAll(/\s+/g, ' ').trim()).toBe(
      ['$', 'wcache', ...id.split(':'), ...words].join(' ').trim(),
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`More: man wcache-${id.replace(':', '-')}`);
    // A command is not broken, so that it can be copied.
    const [prose = ''] = stdout.split('EXAMPLES\n');
    expect(Math.max(...prose.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
