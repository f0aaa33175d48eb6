import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pageMaker, pageNames } from '../../bin/man.js';
import { EXIT_STATUSES } from '../../bin/man/exit-statuses.js';
import { ENVIRONMENT } from '../../bin/man/environment.js';
import { ExitStatus } from '../../src/errors.js';
import { ROOT } from '../cli/wcache.js';

describe('the pages in man/', () => {
  let make: (name: string) => string;
  beforeAll(async () => {
    make = await pageMaker();
  });

  it.each(pageNames())('%s is what its source makes', (name) => {
    const path = join(ROOT, 'man', name);
    const page = existsSync(path) ? readFileSync(path, 'utf8') : '';
    expect(page === make(name), `man/${name} is out of date: run npm run man`).toBe(true);
  });
});

it('has words for each exit status, and no others', () => {
  expect(Object.keys(EXIT_STATUSES).map(Number)).toEqual(Object.values(ExitStatus).sort((a, b) => a - b));
});

it('has the exit statuses that the README has', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const told = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, status = '']) => status);
  expect(told).toEqual(Object.keys(EXIT_STATUSES));
});

it('tells of environment variables that wcache looks at', () => {
  const code = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n');
  for (const name of ENVIRONMENT.flatMap(([names]) => names.split(', '))) expect(code).toContain(`'${name}'`);
});
