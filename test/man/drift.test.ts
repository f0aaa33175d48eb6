import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageNames } from '../../bin/man.js';
import { documentSchemas } from '../../src/documents/schemas.js';
import { ROOT } from '../cli/wcache.js';
import { mentionsInMarkdown, mentionsInPage, mentionsInScript } from './mentions.js';
import { macroLine, plain, section, sectionTitles } from './roff.js';
import { faultOf, manifest, verbs } from './usage.js';

/** As they are in man/, which pages.test.ts holds to their sources. */
const pages = new Map(pageNames().map((name) => [name, readPage(name)]));
const verbPages = [...verbs.values()].map((verb) => ({ verb, name: `${verb.page}.8` }));

const PROSE = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'SECURITY.md'].filter((name) =>
  existsSync(join(ROOT, name)),
);

/** In which order sections come; between OPTIONS and JSON there may be others. */
const FIRST = ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS'];
const LAST = ['JSON', 'EXIT STATUS', 'ENVIRONMENT', 'FILES', 'NOTES', 'EXAMPLES', 'BUGS', 'SEE ALSO'];
const OF_EVERY_VERB = [...FIRST, 'JSON', 'EXIT STATUS', 'ENVIRONMENT', 'NOTES', 'EXAMPLES', 'SEE ALSO'];

function readPage(name: string): string {
  const path = join(ROOT, 'man', name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|js|cjs)$/.test(name))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
}

const code = ['src', 'commands', 'bin'].flatMap(sources).join('\n');

describe('pages and verbs', () => {
  it('go together', () => {
    const others = ['wcache.8', 'wcache-format.5', 'wcache-removal.7', 'wcache-tuning.7'];
    expect([...pages.keys()].sort()).toEqual([...others, ...verbPages.map(({ name }) => name)].sort());
  });

  it.each(verbPages)('$name tells every flag and argument', ({ verb, name }) => {
    const options = plain(section(pages.get(name) ?? '', 'OPTIONS'));
    for (const flag of verb.flags) {
      expect(options).toMatch(new RegExp(`^\\.(?:B|BI|BR) (?:-\\w ", " |")?--${flag.name}\\b`, 'm'));
    }
    for (const arg of verb.args) expect(options).toContain(arg.name.toUpperCase());
  });

  it.each(verbPages)('$name has every section', ({ name }) => {
    expect(sectionTitles(pages.get(name) ?? '')).toEqual(expect.arrayContaining(OF_EVERY_VERB));
  });

  it.each([...pages.keys()])('%s has its sections in the usual order, and none of them empty', (name) => {
    const roff = pages.get(name) ?? '';
    const titles = sectionTitles(roff);
    const order = titles.map((title) => {
      if (FIRST.includes(title)) return FIRST.indexOf(title);
      return LAST.includes(title) ? FIRST.length + 1 + LAST.indexOf(title) : FIRST.length;
    });
    expect(order).toEqual([...order].sort((a, b) => a - b));
    for (const title of titles) expect(section(roff, title).trim()).not.toBe('');
  });

  it('are all in wcache(8)', () => {
    const roff = pages.get('wcache.8') ?? '';
    for (const { verb } of verbPages) expect(plain(roff)).toContain(`.BR ${verb.page} (8)`);
    for (const name of pages.keys()) {
      const [, page = '', number = ''] = /^(.*)\.(\d)$/.exec(name) ?? [];
      if (page !== 'wcache') expect(plain(roff)).toContain(`.BR ${page} (${number})`);
    }
  });
});

describe('what the documentation names exists', () => {
  it.each([...pages.keys()])('%s: the commands of wcache', (name) => {
    const mentions = mentionsInPage(pages.get(name) ?? '');
    for (const words of mentions) expect([words.join(' '), faultOf(words)]).toEqual([words.join(' '), null]);
  });

  it.each(PROSE)('%s: the commands of wcache', (name) => {
    const mentions = mentionsInMarkdown(readFileSync(join(ROOT, name), 'utf8'));
    for (const words of mentions) expect([words.join(' '), faultOf(words)]).toEqual([words.join(' '), null]);
  });

  it('in the help: pages, and the commands of its examples', () => {
    const help = JSON.stringify(manifest);
    const named = [...help.matchAll(/\b(wcache[\w-]*)\((\d)\)/g)].map(
      ([, page = '', number = '']) => `${page}.${number}`,
    );
    expect(named.filter((name) => !pages.has(name))).toEqual([]);
    const examples = Object.values(manifest.commands).flatMap(({ examples: all = [] }) => all);
    expect(examples.length).toBeGreaterThan(verbs.size);
    const typed = examples.map((example) => example.replaceAll('<%= config.bin %>', 'wcache'));
    expect(
      typed
        .flatMap(mentionsInScript)
        .map(faultOf)
        .filter((fault) => fault !== null),
    ).toEqual([]);
  });

  it.each([...pages.keys()])('%s: the pages of wcache', (name) => {
    const roff = plain(pages.get(name) ?? '');
    const named = [...roff.matchAll(/\b(wcache[\w-]*) ?\((\d)\)/g)].map(
      ([, page = '', number = '']) => `${page}.${number}`,
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((each) => !pages.has(each))).toEqual([]);
  });

  it.each([...pages.keys()])('%s: schemas, and files of the package and of the machine', (name) => {
    const roff = plain(pages.get(name) ?? '');
    const schemas = [...roff.matchAll(/\bschemas\/(\w+)\.json/g)].map(([, schema = '']) => schema);
    expect(schemas.filter((schema) => schema !== 'NAME' && !Object.hasOwn(documentSchemas, schema))).toEqual(
      [],
    );
    const ours = [...roff.matchAll(/(?<![\w/.])(?:dist|src|test|bin|man)\/[\w./-]*[\w/]/g)].map(
      ([path]) => path,
    );
    expect(ours.filter((path) => !path.includes('NAME') && !existsSync(join(ROOT, path)))).toEqual([]);
    const kept = [...roff.matchAll(/\/(?:var\/(?:lib|cache)|run)\/wcache(?:\/[\w-]+)?/g)].map(
      ([path]) => path,
    );
    expect(kept.filter((path) => !code.includes(path.slice(1)))).toEqual([]);
  });

  it.each([...pages.keys()])('%s: codes of problems, findings and refusals', (name) => {
    const roff = pages.get(name) ?? '';
    const tags = roff.split(/^\.T[PQ](?: .*)?\n/m).slice(1);
    const codes = tags.flatMap((item) => {
      const found = macroLine(item.split('\n')[0] ?? '');
      if (found === null || !['B', 'BR'].includes(found.macro)) return [];
      return found.args.map(plain).filter((word) => /^(?!wcache-)[a-z]+(?:-[a-z]+)+$/.test(word));
    });
    expect(codes.filter((each) => !code.includes(`'${each}'`) && !code.includes(`-${each}'`))).toEqual([]);
  });
});

describe('wcache-removal(7)', () => {
  it('has every step of the removal, in the order in which they are done', () => {
    const steps = readFileSync(join(ROOT, 'src/procedure/removal/steps.ts'), 'utf8');
    const ids = [...steps.matchAll(/^\s+id: '([\w-]+)'/gm)].map(([, id]) => id);
    const roff = section(pages.get('wcache-removal.7') ?? '', 'THE SEQUENCE');
    expect([...roff.matchAll(/^\.SS (.*)$/gm)].map(([, title]) => plain(title ?? ''))).toEqual(ids);
  });
});
