import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspectDocumentSchema } from '../../src/documents/index.js';
import { blankFile, expectRefusal } from '../cli/format-helpers.js';
import { DIRTY, imageBytes, writeImage } from '../cli/images.js';
import { scratchFolder, wcache } from '../cli/wcache.js';
import { attachLoop, detachLoop } from '../device/helpers.js';

function loopDevice(file: string, ...flags: string[]): string {
  const device = attachLoop(file, ...flags);
  onTestFinished(() => {
    detachLoop(device);
  });
  return device;
}

/** Makes a mapping for one test, as an operator would with dmsetup. */
function mapping(name: string, table: string): string {
  execFileSync('dmsetup', ['create', name, '--table', table], { stdio: 'pipe' });
  onTestFinished(() => {
    execFileSync('dmsetup', ['remove', name]);
  });
  return `/dev/mapper/${name}`;
}

const FORMAT = ['--block-size', '4096'];

describe('format of a block device', () => {
  it.each(['512', '4096'])(
    'writes through to the medium, in logical blocks of %s bytes',
    async (sectorSize) => {
      const file = blankFile(1 << 20);
      const device = loopDevice(file, '--sector-size', sectorSize);
      const { status, stderr } = await wcache(['format', device, ...FORMAT, '--start-sector', '8', '--yes']);
      expect(stderr).toContain('64 bytes at 4096');
      expect(status).toBe(0);
      expect(readFileSync(file).equals(imageBytes({ startSector: 8 }))).toBe(true);
    },
  );

  it('refuses the file behind a loop device, and blocks smaller than the device has', async () => {
    const file = blankFile(1 << 20);
    const device = loopDevice(file, '--sector-size', '4096');
    expect(await expectRefusal(file, FORMAT, 5, 'device-in-use')).toContain(device);
    await expectRefusal(device, ['--block-size', '512'], 2, 'block-size-too-small');
  });

  it('refuses a mounted device and names the mount point, whatever flags are given', async () => {
    const device = loopDevice(blankFile(1 << 22));
    execFileSync('mke2fs', ['-q', '-t', 'ext4', device], { stdio: 'ignore' });
    const mountPoint = scratchFolder();
    execFileSync('mount', [device, mountPoint]);
    onTestFinished(() => {
      execFileSync('umount', [mountPoint]);
    });
    const flags = [...FORMAT, '--overwrite-signature', '--discard-dirty'];
    const { status, stderr } = await wcache(['format', device, ...flags, '--yes']);
    expect(status).toBe(5);
    expect(stderr).toContain(device);
    const dry = await wcache(['format', device, ...flags, '--dry-run']);
    expect(dry.status).toBe(5);
    expect(dry.stderr).toContain(mountPoint);
    expect(readFileSync(device).subarray(1080, 1082)).toEqual(Buffer.from([0x53, 0xef]));
  });

  it('refuses a device under a mapping, and names the mapping', async () => {
    const device = loopDevice(writeImage(scratchFolder(), {}));
    mapping('db-cache', `0 2048 linear ${device} 0`);
    const { status, stderr } = await wcache(['format', device, ...FORMAT, '--dry-run']);
    expect(status).toBe(5);
    expect(stderr).toContain('db-cache');
    await expectRefusal(device, FORMAT, 5, 'device-busy');
  });

  it('refuses active swap', async () => {
    const device = loopDevice(blankFile(1 << 22));
    execFileSync('mkswap', [device], { stdio: 'pipe' });
    execFileSync('swapon', [device], { stdio: 'pipe' });
    onTestFinished(() => {
      execFileSync('swapoff', [device]);
    });
    const { status, stderr } = await wcache([
      'format',
      device,
      ...FORMAT,
      '--overwrite-signature',
      '--dry-run',
    ]);
    expect(status).toBe(5);
    expect(stderr).toContain('swap');
  });
});

describe('check of a block device', () => {
  it('knows its logical blocks, and that it cannot be mapped as persistent memory', async () => {
    const device = loopDevice(writeImage(scratchFolder(), { blockSize: 512 }), '--sector-size', '4096');
    const smaller = await wcache(['check', device]);
    expect(smaller.status).toBe(6);
    expect(smaller.stdout).toContain('Block size is smaller than device logical block size');
    const pmem = await wcache(['check', device, '--mode', 'p']);
    expect(pmem.status).toBe(6);
    expect(pmem.stdout).toContain('fatal not-dax');
  });
});

describe('a running cache', () => {
  it('is inspected without being claimed, and says that it runs', async () => {
    const origin = loopDevice(blankFile(1 << 22, 'origin.img'));
    const cache = loopDevice(writeImage(scratchFolder(), DIRTY));
    const wc = mapping(
      'wc',
      `0 8192 writecache s ${origin} ${cache} 4096 4 high_watermark 100 low_watermark 100`,
    );
    execFileSync(
      'dd',
      ['if=/dev/zero', `of=${wc}`, 'bs=4096', 'count=3', 'seek=30', 'oflag=direct', 'conv=fsync'],
      {
        stdio: 'pipe',
      },
    );
    const { status, stdout } = await wcache(['inspect', cache, '--json']);
    expect(status).toBe(0);
    const document = inspectDocumentSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({ state: 'dirty', entries: { live: 8, stale: 0, uncommitted: 0 } });
    expect(document.held_by).toEqual(['wc']);
    const status4 = execFileSync('dmsetup', ['status', 'wc'], { encoding: 'utf8' }).split(' ').slice(3, 6);
    expect(status4).toEqual(['0', '254', '246']);
    for (const verb of ['inspect', 'check']) {
      expect((await wcache([verb, cache])).stdout).toContain('In use by wc');
    }
    expect((await wcache(['inspect', cache, '--at', '8'])).stderr).toContain('in use by wc');
    await expectRefusal(cache, [...FORMAT, '--discard-dirty'], 5, 'device-busy');
  });
});
