import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RepeatedQuestion } from '../../src/dm/repeated-question.js';

const LIMIT_MS = 20_000;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcache-question-'));
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** What stands in the place of dmsetup from now on. */
function dmsetup(script: string): void {
  const path = join(folder, 'dmsetup');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

it('starts dmsetup once for each time it is asked, with its words as they are', async () => {
  dmsetup(`echo run >>'${folder}/runs'; printf '%s|' "$@"; cat; echo`);
  const question = new RepeatedQuestion(['status', '--target', "it's $HOME"]);
  expect(await question.ask(LIMIT_MS)).toBe("status|--target|it's $HOME|\n");
  dmsetup(`echo run >>'${folder}/runs'`);
  expect(await question.ask(LIMIT_MS)).toBe('');
  expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('run\nrun\n');
});

it('has no answer where dmsetup fails, and goes on', async () => {
  dmsetup('echo half; exit 1');
  const question = new RepeatedQuestion(['status']);
  expect(await question.ask(LIMIT_MS)).toBeNull();
  dmsetup('echo all');
  expect(await question.ask(LIMIT_MS)).toBe('all\n');
});

it('goes on after its shell was killed, or dmsetup did not answer', async () => {
  dmsetup('kill -KILL $PPID');
  const question = new RepeatedQuestion(['status']);
  expect(await question.ask(LIMIT_MS)).toBeNull();
  dmsetup('sleep 1000');
  await expect(question.ask(100)).rejects.toMatchObject({ code: 'program-timeout' });
  dmsetup('echo all');
  expect(await question.ask(LIMIT_MS)).toBe('all\n');
});
