import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Questions } from '../../src/dm/questions.js';

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
  const questions = new Questions();
  const words = ['status', '--target', "it's $HOME"];
  expect(await questions.ask(words, LIMIT_MS)).toBe("status|--target|it's $HOME|\n");
  dmsetup(`echo run >>'${folder}/runs'`);
  expect(await questions.ask(words, LIMIT_MS)).toBe('');
  expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('run\nrun\n');
});

it('has no answer where dmsetup fails, and goes on', async () => {
  dmsetup('echo half; exit 1');
  const questions = new Questions();
  expect(await questions.ask(['status'], LIMIT_MS)).toBeNull();
  dmsetup('echo all');
  expect(await questions.ask(['status'], LIMIT_MS)).toBe('all\n');
});

it('goes on after its shell was killed, or dmsetup did not answer', async () => {
  dmsetup('kill -KILL $PPID');
  const questions = new Questions();
  expect(await questions.ask(['status'], LIMIT_MS)).toBeNull();
  dmsetup('sleep 1000');
  await expect(questions.ask(['status'], 100)).rejects.toMatchObject({ code: 'program-timeout' });
  dmsetup('echo all');
  expect(await questions.ask(['status'], LIMIT_MS)).toBe('all\n');
});

it('asks one after the other what is asked at once, and keeps the words and the answers apart', async () => {
  dmsetup(`printf '%s;' "$@"`);
  const questions = new Questions();
  const words = [['a b', '\\n'], ["'", '$(echo x)'], ['`id`', '*', ''], ['\ttab']];
  const answers = await Promise.all(words.map((each) => questions.ask(each, LIMIT_MS)));
  expect(answers).toEqual(words.map((each) => each.map((word) => `${word};`).join('')));
  expect(await questions.ask(['two\nlines'], LIMIT_MS)).toBeNull();
});
