import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, scratchFolder, wcache } from './wcache.js';

/** What Node is told to import first: it notes each module that is resolved from then on. */
const HOOKS = `
import { appendFileSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  appendFileSync(process.env.MODULES, resolved.url + '\\n');
  return resolved;
}
`;

/** Runs wcache with one writecache that a program in the place of dmsetup tells of, and returns the modules that were loaded. */
async function modulesOf(...args: string[]) {
  const folder = scratchFolder();
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  copyFileSync(join(ROOT, 'bench/watch-dmsetup.pl'), join(programs, 'dmsetup'));
  chmodSync(join(programs, 'dmsetup'), 0o755);
  writeFileSync(join(programs, 'made'), '1 0\n');
  writeFileSync(join(folder, 'hooks.mjs'), HOOKS);
  writeFileSync(
    join(folder, 'register.mjs'),
    "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);",
  );
  const modules = join(folder, 'modules');
  writeFileSync(modules, '');
  const result = await wcache(args, {
    env: {
      MODULES: modules,
      NODE_OPTIONS: `--import ${join(folder, 'register.mjs')}`,
      PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    },
  });
  return { ...result, modules: readFileSync(modules, 'utf8') };
}

const SCREEN = /node_modules\/(?:ink|react|react-reconciler|yoga-layout|prom-client)\/|src\/ui\/watch\//;
const isRoot = process.geteuid?.() === 0;

describe('what is loaded', () => {
  it('by status is nothing of the watch', async () => {
    const { modules, stdout, status } = await modulesOf('status');
    // Without root it ends before it asks, with everything loaded that it loads at its start.
    expect(status).toBe(isRoot ? 0 : 3);
    if (isRoot) expect(stdout).toContain('cache-00: active');
    expect(modules).toContain('dist/commands/status.js');
    expect(modules).not.toMatch(SCREEN);
    expect(modules).not.toMatch(/dist\/src\/watch\/|dist\/src\/cli\/watch\.js/);
  });

  it('by status --watch without a terminal is nothing of the screen', async () => {
    const { modules, stdout, status } = await modulesOf('status', '--watch', '--count', '1');
    expect(status).toBe(isRoot ? 0 : 3);
    if (isRoot) expect(stdout).toContain('cache-00');
    expect(modules).toContain('dist/src/watch/');
    expect(modules).not.toMatch(SCREEN);
  });
});
