import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, wcache } from '../cli/wcache.js';
import { plainLines } from './roff.js';

/** What the pages say that wcache prints, or computes, is what it does. */
function source(name: string): string {
  return plainLines(readFileSync(join(ROOT, 'man/source', name), 'utf8')).join('\n');
}

describe('wcache-size(8)', () => {
  it('shows what wcache size prints', async () => {
    const { stdout, status } = await wcache(['size', '--cache', '100G', '--block-size', '4096']);
    expect(status).toBe(0);
    expect(source('wcache-size.8')).toContain(`.EX\n${stdout}.EE\n`);
  });
});

describe('wcache-tuning(7)', () => {
  const page = source('wcache-tuning.7');

  it('tells the kernel memory that wcache size computes', async () => {
    const { stdout } = await wcache(['size', '--cache', '100G']);
    const memory = (blockSize: string): string =>
      stdout
        .split('\n')
        .find((line) => line.trim().startsWith(blockSize))
        ?.trim()
        .split(/ {2,}/)
        .at(-2) ?? '';
    const text = page.replaceAll(/\s+/g, ' ');
    expect(text).toContain(`${memory('4096')} for 100 GiB of blocks of 4096 bytes`);
    expect(text).toContain(`and ${memory('512')} with blocks of 512.`);
  });

  it('has the simulation of the README, which is run by its own test', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const table = /^cache {3}hits[^]*?(?=^\.EE)/m.exec(page)?.[0] ?? '';
    expect(table.split('\n')).toHaveLength(5);
    expect(readme).toContain(table);
    const workload = /^together\n[^]*?(?=^\.EE)/m.exec(page)?.[0] ?? '';
    const withoutRemarks = readme.replaceAll(/ +#.*$/gm, '');
    expect(workload.split('\n').length).toBeGreaterThan(10);
    expect(withoutRemarks).toContain(workload);
  });
});
