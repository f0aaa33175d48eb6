import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatDocumentSchema } from '../../src/documents/index.js';
import { blankFile, digest, expectRefusal } from './format-helpers.js';
import { DIRTY, imageBytes, writeImage } from './images.js';
import { onTerminal, scratchFolder, wcache } from './wcache.js';

describe('format', () => {
  it.each([
    [1 << 20, 4096, 0],
    [(1 << 20) + 3584, 512, 7],
    [123456789, 4096, 0],
  ])(
    'writes what a format is: %i bytes, blocks of %i, from sector %i',
    async (sizeBytes, blockSize, startSector) => {
      const path = blankFile(sizeBytes);
      const flags = ['--block-size', String(blockSize), '--start-sector', String(startSector)];
      const { status, stdout } = await wcache(['format', path, '--yes', '--json', ...flags]);
      expect(status).toBe(0);
      const document = formatDocumentSchema.parse(JSON.parse(stdout));
      expect(document).toMatchObject({
        action: 'format',
        done: true,
        previous_state: 'blank',
        block_size: blockSize,
      });
      expect(readFileSync(path).equals(imageBytes({ sizeBytes, blockSize, startSector }))).toBe(true);
    },
  );

  it('leaves the data blocks alone', async () => {
    const path = join(scratchFolder(), 'cache.img');
    writeFileSync(path, new Uint8Array(1 << 20).fill(0xab));
    const { status } = await wcache(['format', path, '--block-size', '4096', '--yes']);
    expect(status).toBe(0);
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, 8192).equals(imageBytes().subarray(0, 8192))).toBe(true);
    expect(bytes.subarray(8192).every((byte) => byte === 0xab)).toBe(true);
  });

  it('makes only the superblock blank with --zero', async () => {
    const path = writeImage(scratchFolder());
    const before = readFileSync(path);
    const { status } = await wcache(['format', path, '--zero', '--yes']);
    expect(status).toBe(0);
    const after = readFileSync(path);
    expect(after.subarray(0, 64).every((byte) => byte === 0)).toBe(true);
    expect(after.subarray(64).equals(before.subarray(64))).toBe(true);
  });

  it('does nothing with --dry-run but tell each write', async () => {
    const path = blankFile(1 << 20);
    const before = digest(path);
    const { status, stdout } = await wcache(['format', path, '--block-size', '4096', '--dry-run', '--json']);
    expect(status).toBe(0);
    const document = formatDocumentSchema.parse(JSON.parse(stdout));
    expect(document.done).toBe(false);
    expect(document.writes.map(({ offset_bytes, length_bytes }) => [offset_bytes, length_bytes])).toEqual([
      [0, 64],
      [0, 8192],
      [0, 64],
    ]);
    expect(digest(path)).toBe(before);
  });

  it('finishes a format that was cut short', async () => {
    const path = writeImage(scratchFolder(), { superblock: { magic: 0 } });
    expect((await wcache(['format', path, '--block-size', '4096', '--yes'])).status).toBe(0);
    expect(readFileSync(path).equals(imageBytes())).toBe(true);
  });
});

describe('format refuses', () => {
  const flags = ['--block-size', '4096'];

  it('a dirty cache, unless --discard-dirty is given', async () => {
    const path = writeImage(scratchFolder(), DIRTY);
    const said = await expectRefusal(path, flags, 5, 'dirty-cache');
    expect(said).toContain('5 blocks are newer than on the origin');
    expect(said).toContain('--discard-dirty');
    await expectRefusal(path, ['--zero'], 5, 'dirty-cache');
    expect((await wcache(['format', path, ...flags, '--yes', '--discard-dirty'])).status).toBe(0);
  });

  it('a dirty cache at sector 0 when told another start sector', async () => {
    const path = writeImage(scratchFolder(), DIRTY);
    await expectRefusal(path, [...flags, '--start-sector', '512'], 5, 'dirty-cache');
  });

  it('a damaged cache, which may hold dirty blocks', async () => {
    const path = writeImage(scratchFolder(), { ...DIRTY, superblock: { version: 2 } });
    await expectRefusal(path, flags, 5, 'damaged-cache');
  });

  it("another format's signature, unless --overwrite-signature is given", async () => {
    const path = blankFile(1 << 20);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', path], { stdio: 'ignore' });
    const said = await expectRefusal(path, flags, 5, 'foreign-signature');
    expect(said).toContain('ext4');
    expect(said).toContain('--overwrite-signature');
    expect((await wcache(['format', path, ...flags, '--yes', '--overwrite-signature'])).status).toBe(0);
  });

  it('a device that is too small, with the least that is needed', async () => {
    const path = blankFile(8191);
    expect(await expectRefusal(path, flags, 4, 'too-small')).toContain('8192');
  });

  it('to guess a block size', async () => {
    await expectRefusal(blankFile(1 << 20), [], 2, 'usage');
    await expectRefusal(blankFile(1 << 20), ['--block-size', '3000'], 2, 'bad-block-size');
    await expectRefusal(blankFile(1 << 20), [...flags, '--zero'], 2, 'usage');
  });

  it('to go on without a terminal and without --yes', async () => {
    const path = blankFile(1 << 20);
    const before = digest(path);
    const { status, stderr } = await wcache(['format', path, ...flags]);
    expect(status).toBe(2);
    expect(stderr).toContain('--yes');
    expect(digest(path)).toBe(before);
  });
});

describe('format on a terminal', () => {
  it('asks for a typed YES, and takes nothing else for it', async () => {
    const path = blankFile(1 << 20);
    const before = digest(path);
    for (const answer of ['yes\r', 'y\r', '\r', '\u0004']) {
      const { stdout, status } = await onTerminal(`wcache format ${path} --block-size 4096`, answer);
      expect(stdout).toContain('Type YES to go on');
      expect(stdout).toContain('nothing was written');
      expect(status).toBe(2);
    }
    expect(digest(path)).toBe(before);
    const agreed = await onTerminal(`wcache format ${path} --block-size 4096`, 'YES\r');
    expect(agreed.status).toBe(0);
    expect(agreed.stdout).toContain('is an empty writecache now: 254 blocks of 4096 bytes.');
    expect(readFileSync(path).equals(imageBytes())).toBe(true);
  });

  it('ends with 130 on Ctrl-C and has written nothing', async () => {
    const path = blankFile(1 << 20);
    const before = digest(path);
    const { stdout, status } = await onTerminal(`wcache format ${path} --block-size 4096`, '\u0003');
    expect(stdout).toContain('Interrupted; nothing was written.');
    expect(status).toBe(130);
    expect(digest(path)).toBe(before);
  });
});
