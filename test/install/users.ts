import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';

export const isRoot = process.geteuid?.() === 0;

const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface Start {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** As a user without any rights, also where the tests run as root. */
  readonly asNobody?: boolean;
}

/** Runs a program with what a login gives and nothing more; without a terminal and without input. */
export function say(words: readonly string[], { cwd = '/', env = {}, asNobody = false }: Start = {}): Said {
  const [program = '', ...rest] = asNobody && isRoot ? [...AS_NOBODY, ...words] : words;
  const { stdout, stderr, status, error } = spawnSync(program, rest, {
    encoding: 'utf8',
    cwd,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
  if (error !== undefined) throw error;
  return { stdout, stderr, status: status ?? -1 };
}

/** What a program prints that must not fail. */
export function printed(words: readonly string[], start: Start = {}): string {
  const { stdout, stderr, status } = say(words, start);
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${String(status)}:\n${stdout}${stderr}`);
  return stdout;
}

/** An empty folder that everybody may write to, where the lab's guests see it too; gone after the test. */
export function openFolder(): string {
  const folder = mkdtempSync(join(inject('installFolder'), 'test-'));
  chmodSync(folder, 0o777);
  onTestFinished(() => {
    // A shell whose terminal has just been closed may be writing its history there yet.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  return folder;
}

/** Everything below a folder that is no folder, relative to it. */
export function filesBelow(folder: string): string[] {
  const lines = execFileSync('find', [folder, '!', '-type', 'd', '-printf', '%P\\n'], { encoding: 'utf8' });
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}
