import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sizeDocumentSchema } from '../../src/documents/index.js';
import { scratchFolder, wcache } from './wcache.js';

async function sizeJson(...args: string[]) {
  const { stdout, status } = await wcache(['size', '--json', ...args]);
  expect(status).toBe(0);
  return sizeDocumentSchema.parse(JSON.parse(stdout));
}

describe('size', () => {
  it('computes all block sizes from a size', async () => {
    const document = await sizeJson('--cache', '100G', '--block-size', '4096');
    expect(document).toMatchObject({ device: null, size_bytes: 107374182400, block_size: 4096 });
    expect(
      document.layouts.map(({ block_size, n_blocks, data_offset_bytes }) => [
        block_size,
        n_blocks,
        data_offset_bytes,
      ]),
    ).toEqual([
      [512, 203360193, 3253763584],
      [1024, 103244406, 1651910656],
      [2048, 52022375, 832358400],
      [4096, 26112398, 417800192],
    ]);
    const chosen = document.layouts[3];
    expect(chosen).toMatchObject({
      kernel_memory_ssd_bytes: 26112398 * 88,
      kernel_memory_pmem_bytes: 26112398 * 72,
    });
  });

  it('takes the size from a device, and leaves out what lies before the start sector', async () => {
    const image = join(scratchFolder(), 'cache.img');
    writeFileSync(image, '');
    truncateSync(image, (1 << 20) + 4096);
    const document = await sizeJson(image, '--start-sector', '8');
    expect(document).toMatchObject({ device: image, size_bytes: (1 << 20) + 4096, start_sector: 8 });
    expect(document.layouts[3]).toMatchObject({ block_size: 4096, n_blocks: 254, unused_bytes: 0 });
  });

  it('is exact beyond 2^53 bytes', async () => {
    const { stdout } = await wcache(['size', '--json', '--cache', '9007199254740993']);
    expect(stdout).toContain('"size_bytes": 9007199254740993,');
  });

  it('says where no cache fits', async () => {
    const document = await sizeJson('--cache', '4096');
    expect(document.layouts.map(({ n_blocks }) => n_blocks)).toEqual([7, 3, 1, null]);
    const { stdout } = await wcache(['size', '--cache', '4096']);
    expect(stdout).toMatch(/4096 +none +-/);
    expect(stdout).toContain('None: the device takes not even');
  });

  it('marks the asked block size and adds an unusual one', async () => {
    const { stdout } = await wcache(['size', '--cache', '1G', '--block-size', '16K']);
    expect(stdout).toMatch(/\* 16384/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    [['size']],
    [['size', '/dev/null', '--cache', '1G']],
    [['size', '--cache', '1X']],
    [['size', '--cache', '']],
    [['size', '--cache', '1G', '--block-size', '3000']],
    [['size', '--cache', '1G', '--block-size', '128K']],
  ])('ends with 2 for %j', async (args) => {
    expect((await wcache(args)).status).toBe(2);
  });
});
