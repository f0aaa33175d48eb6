import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, scratchFolder } from '../cli/wcache.js';

const folder = join(ROOT, 'man');
const pages = readdirSync(folder).filter((name) => /\.\d$/.test(name));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in an environment in which man(1) gives the same on every machine. */
function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Ran {
  const [program = '', ...args] = words;
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', LC_ALL: 'C.UTF-8', ...environment };
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** What people see of a page, without the strokes that make it bold on a printer. */
function rendered(name: string, columns: number): Ran & { readonly lines: readonly string[] } {
  const words = ['man', '--warnings', '-E', 'UTF-8', '-l', '-Tutf8', join(folder, name)];
  const ran = run(words, { MANWIDTH: String(columns) });
  return { ...ran, lines: ran.stdout.replaceAll(/.[\b]/gu, '').split('\n') };
}

describe.each(pages)('%s', (name) => {
  it.each([80, 60])('renders without a warning at %i columns', (columns) => {
    const { status, stderr, lines } = rendered(name, columns);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(lines.length).toBeGreaterThan(20);
  });

  it('fits into 80 columns', () => {
    expect(rendered(name, 80).lines.filter((line) => Array.from(line).length > 80)).toEqual([]);
  });

  it('has nothing that mandoc would say a word against', () => {
    expect(run(['mandoc', '-T', 'lint', '-W', 'all', join(folder, name)])).toEqual({
      ...{ status: 0, stdout: '', stderr: '' },
    });
  });

  it('is the same to mandoc: no line too wide', () => {
    const { status, stdout } = run(['mandoc', '-T', 'utf8', '-O', 'width=78', join(folder, name)]);
    expect(status).toBe(0);
    const lines = stdout.replaceAll(/.[\b]/gu, '').split('\n');
    expect(lines.filter((line) => Array.from(line).length > 80)).toEqual([]);
  });

  it('has a name and a line that apropos takes', () => {
    const { status, stdout } = run(['lexgrog', join(folder, name)]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`: "${name.slice(0, -2)} - \\w[^"]*"\\n$`));
  });
});

it('apropos and whatis find the pages', () => {
  const tree = scratchFolder();
  for (const name of pages) {
    const place = join(tree, `man${name.slice(-1)}`);
    mkdirSync(place, { recursive: true });
    copyFileSync(join(folder, name), join(place, name));
  }
  expect(run(['mandb', '--quiet', '--create', '--no-straycats', tree])).toMatchObject({
    status: 0,
    stderr: '',
  });
  const manpath = `--manpath=${tree}`;
  expect(run(['whatis', manpath, 'wcache-create']).stdout).toMatch(/^wcache-create \(8\) +- \w/);
  expect(run(['apropos', manpath, '--long', 'wcache']).stdout.trim().split('\n')).toHaveLength(pages.length);
});
