import { describe, expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/index.js';
import { DEBIAN_6_12, IoWouldWait, ModelMapper, type ModelMapperOptions } from '../../src/model-dm/index.js';
import type { TargetLine } from '../../src/table/index.js';

/** What only a device-mapper in this process has; what it has in common with the kernel's is in conformance.test.ts. */

const BLOCK = 4096;

function mapperOf(options: ModelMapperOptions = {}): {
  dm: ModelMapper;
  origin: MemoryDevice;
  cache: MemoryDevice;
} {
  const dm = new ModelMapper(options);
  const [origin, cache] = [new MemoryDevice(64 * BLOCK), new MemoryDevice(64 * BLOCK)];
  dm.addDevice({ device: origin, path: '/dev/slow', number: '8:0' });
  dm.addDevice({ device: cache, path: '/dev/fast', number: '8:16' });
  return { dm, origin, cache };
}

function writecache(options: string): TargetLine {
  const count = options === '' ? 0 : options.split(' ').length;
  const parameters = `s /dev/slow 8:16 4096 ${String(count)} ${options}`.trim();
  return { startSector: 0n, lengthSectors: 512n, target: 'writecache', parameters };
}

function write(dm: ModelMapper, name: string, block: number, value: number): void {
  const device = dm.open(name);
  device.write(new Uint8Array(BLOCK).fill(value), block * BLOCK);
  device.close();
}

describe('I/O', () => {
  it('on a suspended mapping is an error of the program, not of the device', async () => {
    const { dm } = mapperOf();
    await dm.create({ name: 'wc', uuid: '', line: writecache('') });
    const device = dm.open('wc');
    await dm.suspend('wc');
    const bytes = new Uint8Array(BLOCK);
    for (const work of [
      () => {
        device.read(bytes, 0);
      },
      () => {
        device.write(bytes, 0);
      },
      () => {
        device.flush();
      },
      () => {
        device.discard(0, BLOCK);
      },
    ]) {
      expect(work).toThrow(IoWouldWait);
    }
    await dm.resume('wc');
    device.write(bytes, 0);
  });

  it('of a writecache on a suspended mapping does not put it in error', async () => {
    const { dm } = mapperOf();
    const linear = { startSector: 0n, lengthSectors: 512n, target: 'linear', parameters: '/dev/slow 0' };
    await dm.create({ name: 'slow', uuid: '', line: linear });
    const line = writecache('');
    const parameters = line.parameters.replace('/dev/slow', '/dev/mapper/slow');
    await dm.create({ name: 'wc', uuid: '', line: { ...line, parameters } });
    write(dm, 'wc', 0, 1);
    await dm.suspend('slow');
    await expect(dm.message('wc', 'flush')).rejects.toThrow(IoWouldWait);
    expect(dm.reference('wc')?.error).toBeNull();
  });

  it('is of whole blocks, within the table', async () => {
    const { dm } = mapperOf();
    await dm.create({ name: 'wc', uuid: '', line: writecache('') });
    const device = dm.open('wc');
    expect(device).toMatchObject({ sizeBytes: 262144n, logicalBlockSizeBytes: BLOCK });
    expect(() => {
      device.write(new Uint8Array(512), 0);
    }).toThrow(expect.objectContaining({ code: 'io-error' }));
    expect(() => {
      device.write(new Uint8Array(BLOCK), 64 * BLOCK);
    }).toThrow(expect.objectContaining({ code: 'device-ended' }));
  });
});

describe('a view', () => {
  it('goes to the table of the moment, and counts as open until it is closed', async () => {
    const { dm, origin } = mapperOf();
    await dm.create({ name: 'wc', uuid: '', line: writecache('') });
    const device = dm.open('wc');
    device.write(new Uint8Array(BLOCK).fill(7), 0);
    expect(origin.bytes[0]).toBe(0);
    await dm.load('wc', { startSector: 0n, lengthSectors: 8n, target: 'linear', parameters: '8:0 8' });
    await dm.resume('wc');
    device.write(new Uint8Array(BLOCK).fill(9), 0);
    expect(origin.bytes[BLOCK]).toBe(9);
    expect(device.sizeBytes).toBe(4096n);
    expect((await dm.info('wc'))?.openCount).toBe(1);
    device.close();
    device.close();
    expect((await dm.info('wc'))?.openCount).toBe(0);
  });
});

describe('time', () => {
  it('goes on for all mappings, also for those that come later', async () => {
    const { dm } = mapperOf();
    dm.advance(5000);
    await dm.create({ name: 'wc', uuid: '', line: writecache('autocommit_time 1000') });
    write(dm, 'wc', 0, 1);
    dm.advance(999);
    expect(dm.reference('wc')?.commits).toBe(0);
    dm.advance(1);
    expect(dm.reference('wc')?.commits).toBe(1);
    expect(dm.reference('wc')?.nowMs).toBe(6000);
  });

  it('passes while a table waits, and while a mapping is suspended', async () => {
    const { dm } = mapperOf();
    await dm.create({ name: 'wc', uuid: '', line: writecache('') });
    await dm.load('wc', writecache('max_age 1600'));
    dm.advance(10_000);
    write(dm, 'wc', 0, 1);
    await dm.suspend('wc');
    dm.advance(10_000);
    await dm.resume('wc');
    // Ages restart with an instance.
    dm.advance(1000);
    expect(dm.reference('wc')?.status().free_blocks).toBe(62);
    dm.advance(1000);
    expect(dm.reference('wc')?.status().free_blocks).toBe(63);
  });
});

describe('what a model can tell besides', () => {
  it('traces what each writecache does', async () => {
    const seen: string[] = [];
    const { dm } = mapperOf({ trace: (mapping, { op }) => seen.push(`${mapping} ${op}`) });
    await dm.create({ name: 'wc', uuid: '', line: writecache('') });
    seen.length = 0;
    write(dm, 'wc', 0, 1);
    expect(seen).toEqual(['wc request', 'wc write', 'wc acknowledge']);
  });

  it('shows the reference target behind each slot', async () => {
    const { dm } = mapperOf();
    await dm.createEmpty('wc');
    expect(dm.reference('wc')).toBeNull();
    await dm.load('wc', writecache(''));
    expect(dm.reference('wc')).toBeNull();
    expect(dm.reference('wc', 'inactive')?.suspended).toBe(true);
  });

  it('has a status of four fields, and no new messages, where the target is an old one', async () => {
    const targets = { ...DEBIAN_6_12.targets, writecache: { major: 1, minor: 2, patch: 0 } };
    const { dm } = mapperOf({ traits: { ...DEBIAN_6_12, targets } });
    await dm.create({ name: 'wc', uuid: '', line: writecache('') });
    expect((await dm.status('wc'))[0]?.parameters).toBe('0 63 63 0');
    for (const text of ['cleaner', 'clear_stats']) {
      await expect(dm.message('wc', text)).rejects.toMatchObject({ code: 'device-mapper-failed' });
    }
    await dm.message('wc', 'flush');
    await expect(dm.load('wc', writecache('max_age 100'))).rejects.toThrow(/Invalid optional argument/);
  });
});
