import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findSignatures, parseSignatures } from '../../src/device/signatures.js';
import { OperationError } from '../../src/errors.js';
import { expectFailure, useTempFolder } from './helpers.js';

const temp = useTempFolder();

function image(name: string, ...pieces: readonly (readonly [offset: number, bytes: Uint8Array])[]): string {
  const content = Buffer.alloc(8 * 1024 * 1024);
  for (const [offset, bytes] of pieces) content.set(bytes, offset);
  writeFileSync(temp(name), content);
  return temp(name);
}

describe('findSignatures', () => {
  it('finds none on a blank image', async () => {
    expect(await findSignatures(image('blank'))).toEqual([]);
  });

  it('finds none on an empty file', async () => {
    writeFileSync(temp('empty'), '');
    expect(await findSignatures(temp('empty'))).toEqual([]);
  });

  it('finds a file system, with label and uuid, and changes nothing', async () => {
    const path = temp('-ext4 image');
    const uuid = '5b7d1a6e-6f0e-4d51-9a52-0c9d0f6a1b2c';
    writeFileSync(path, '');
    truncateSync(path, 8 * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', '-L', 'lab', '-U', uuid, path], { env: searchPath() });
    const digest = () => createHash('sha256').update(readFileSync(path)).digest('hex');
    const state = () => ({ sha256: digest(), mtime: statSync(path, { bigint: true }).mtimeNs });
    const before = state();
    expect(await findSignatures(path)).toEqual([
      { type: 'ext4', offsetBytes: 0x438n, usage: 'filesystem', label: 'lab', uuid },
    ]);
    expect(state()).toEqual(before);
  });

  it('finds swap', async () => {
    const path = image('swap');
    execFileSync('mkswap', ['--quiet', path], { env: searchPath() });
    expect(await findSignatures(path)).toMatchObject([{ type: 'swap', offsetBytes: 0xff6n, usage: 'other' }]);
  });

  it('finds a partition table of the old kind', async () => {
    const [found, ...more] = await findSignatures(image('dos', ...protectiveTable(0x83, 8, 2000)));
    expect(found).toEqual({ type: 'dos', offsetBytes: 510n, usage: 'partition-table' });
    expect(more).toEqual([]);
  });

  it('finds a GUID partition table', async () => {
    const found = await findSignatures(image('gpt', ...protectiveTable(0xee, 1, 16383), [512, gptHeader()]));
    expect(found.map(({ type }) => type).sort()).toEqual(['PMBR', 'gpt']);
    expect(found).toContainEqual(expect.objectContaining({ type: 'gpt', offsetBytes: 512n }));
  });

  it('finds an LVM member', async () => {
    expect(await findSignatures(image('lvm', [512, lvmLabel()]))).toEqual([
      {
        type: 'LVM2_member',
        offsetBytes: 536n,
        usage: 'raid',
        uuid: 'AAAAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAAAA',
      },
    ]);
  });

  it('fails in the words of wipefs when there is nothing to read', async () => {
    const failure = await findSignatures(temp('nowhere')).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OperationError);
    expect(failure).toMatchObject({ code: 'program-failed' });
    expect((failure as OperationError).message).toMatch(/^wipefs failed: .*nowhere.*No such file/);
  });
});

describe('parseSignatures', () => {
  it('takes an offset in any form that util-linux has or may have', () => {
    const output = (offset: unknown) => JSON.stringify({ signatures: [{ offset, type: 'xfs' }] });
    for (const offset of ['0x1fe', '510', 510]) {
      expect(parseSignatures(output(offset), '/dev/x')).toEqual([{ type: 'xfs', offsetBytes: 510n }]);
    }
    expect(parseSignatures(output('0xfffffffffffff000'), '/dev/x')[0]?.offsetBytes).toBe(2n ** 64n - 4096n);
  });

  it('leaves out what is null or empty', () => {
    const signature = { device: 'x', offset: '0x0', type: 'xfs', uuid: null, label: '', usage: 'filesystem' };
    const output = JSON.stringify({ signatures: [signature] });
    expect(parseSignatures(output, '/dev/x')).toEqual([
      { type: 'xfs', offsetBytes: 0n, usage: 'filesystem' },
    ]);
  });

  it('takes no output as no signatures', () => {
    expect(parseSignatures('', '/dev/x')).toEqual([]);
    expect(parseSignatures('\n', '/dev/x')).toEqual([]);
  });

  it.each([
    '{',
    '[]',
    '{"signatures": 1}',
    '{"signatures": [{"offset": "0xz", "type": "a"}]}',
    '{"blockdevices": []}',
  ])('does not guess at %s', (output) => {
    const sentence = /^The signatures on \/dev\/x could not be read: wipefs printed something unknown/;
    const parse = () => parseSignatures(output, '/dev/x');
    expectFailure(parse, OperationError, 'bad-program-output', sentence);
  });
});

function searchPath(): NodeJS.ProcessEnv {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
}

/** A master boot record with one partition. */
function protectiveTable(
  type: number,
  startSector: number,
  sectors: number,
): (readonly [number, Uint8Array])[] {
  const entry = new DataView(new ArrayBuffer(16));
  entry.setUint8(4, type);
  entry.setUint32(8, startSector, true);
  entry.setUint32(12, sectors, true);
  return [
    [446, new Uint8Array(entry.buffer)],
    [510, Uint8Array.of(0x55, 0xaa)],
  ];
}

/** The header of a GUID partition table for 8 MiB without partitions (its table is zeros from sector 2). */
function gptHeader(): Uint8Array {
  const bytes = Buffer.alloc(92);
  bytes.write('EFI PART', 0, 'latin1');
  bytes.writeUInt32LE(0x00010000, 8);
  bytes.writeUInt32LE(92, 12);
  bytes.writeBigUInt64LE(1n, 24);
  bytes.writeBigUInt64LE(16383n, 32);
  bytes.writeBigUInt64LE(34n, 40);
  bytes.writeBigUInt64LE(16350n, 48);
  bytes.fill(0x11, 56, 72);
  bytes.writeBigUInt64LE(2n, 72);
  bytes.writeUInt32LE(128, 80);
  bytes.writeUInt32LE(128, 84);
  bytes.writeUInt32LE(crc32(new Uint8Array(128 * 128)), 88);
  bytes.writeUInt32LE(crc32(bytes), 16);
  return bytes;
}

/** The label of an LVM physical volume. */
function lvmLabel(): Uint8Array {
  const bytes = Buffer.alloc(512);
  bytes.write('LABELONE', 0, 'latin1');
  bytes.writeBigUInt64LE(1n, 8);
  bytes.writeUInt32LE(32, 20);
  bytes.write('LVM2 001', 24, 'latin1');
  bytes.fill('A', 32, 64, 'latin1');
  bytes.writeBigUInt64LE(8n * 1024n * 1024n, 64);
  // LVM's checksum starts from a number of its own and is not inverted at the end.
  const start = 0xf597a6cf;
  bytes.writeUInt32LE(~crc32(bytes.subarray(20), ~start >>> 0) >>> 0, 16);
  return bytes;
}
