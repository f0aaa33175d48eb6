import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { errorDocumentSchema } from '../../src/documents/index.js';
import { scratchFolder, wcache } from './wcache.js';

/** A file of zeros that takes no room. */
export function blankFile(sizeBytes: number, name = 'cache.img'): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
  return path;
}

/** To see that a file is as it was. */
export function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Whatever is refused must leave every byte as it was. */
export async function expectRefusal(
  path: string,
  args: readonly string[],
  status: number,
  code: string,
): Promise<string> {
  const before = digest(path);
  const { stdout, status: was } = await wcache(['format', path, '--yes', '--json', ...args]);
  expect(was).toBe(status);
  const { error } = errorDocumentSchema.parse(JSON.parse(stdout));
  expect(error.code).toBe(code);
  expect(digest(path)).toBe(before);
  return `${error.message} ${String(error.hint)}`;
}
