import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { WcacheError } from '../../src/errors.js';

/** A folder of the calling file's own, removed after its tests. */
export function useTempFolder(): (...names: string[]) => string {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wcache-device-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return (...names) => join(folder, ...names);
}

/** Bytes that differ from place to place, so that a misplaced transfer shows. */
export function pattern(lengthBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < lengthBytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Runs `run` and holds what it throws against class, code and a part of its sentence. */
export function expectFailure<T extends WcacheError>(
  run: () => unknown,
  failure: new (...args: never[]) => T,
  code: string,
  sentence: RegExp,
): T {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(failure);
  const error = thrown as T;
  expect(error.code).toBe(code);
  expect(error.message).toMatch(sentence);
  expect(error.message).toMatch(/\.$/);
  return error;
}

/** Attaches an image file as a block device and returns its path. */
export function attachLoop(image: string, ...flags: string[]): string {
  return execFileSync('losetup', ['--find', '--show', ...flags, image], { encoding: 'utf8' }).trim();
}

export function detachLoop(device: string): void {
  execFileSync('losetup', ['--detach', device]);
}

/** A made-up /sys or /proc: text makes a file, an object with `symlink` a symbolic link. */
export function makeTree(root: string, entries: Record<string, string | { readonly symlink: string }>): void {
  for (const [name, content] of Object.entries(entries)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string') writeFileSync(path, content);
    else symlinkSync(content.symlink, path);
  }
}
