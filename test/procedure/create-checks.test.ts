import { describe, expect, it } from 'vitest';
import type { FileSystem } from '../../src/device/file-system.js';
import { WcacheError } from '../../src/errors.js';
import {
  chooseBlockSize,
  judgeMemory,
  requireNoPhysicalVolume,
  type BlockSizeQuestion,
} from '../../src/procedure/create-checks.js';
import type { CreateRequest, FoundDevice } from '../../src/procedure/create-request.js';

const request: CreateRequest = {
  name: 'wc',
  origin: '/dev/o',
  cache: '/dev/c',
  mode: 's',
  blockSize: undefined,
  options: {},
  attach: false,
  format: false,
  readAhead: undefined,
  overrides: [],
};

function device(path: string, sizeBytes: bigint, logicalBlockSizeBytes = 512): FoundDevice {
  return {
    path,
    deviceNumber: '8:0',
    sizeBytes,
    logicalBlockSizeBytes,
    identity: { ids: [], name: 'o', sizeBytes, model: null },
  };
}

function fileSystem(type: string, blockSizeBytes: number | null): FileSystem {
  return { type, usage: 'filesystem', uuid: null, label: null, blockSizeBytes, partitionTable: null };
}

const MIB = 1n << 20n;

function question(more: Partial<BlockSizeQuestion> = {}): BlockSizeQuestion {
  return {
    request,
    origin: device('/dev/o', 64n * MIB),
    cache: device('/dev/c', MIB),
    fileSystem: null,
    recorded: null,
    pageSizeBytes: 4096,
    isDirty: false,
    ...more,
  };
}

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof WcacheError ? error.code : String(error);
  }
}

describe('chooseBlockSize', () => {
  it.each([
    ['nothing on the origin', {}, 4096],
    ['ext4 with 1 KiB', { fileSystem: fileSystem('ext4', 1024) }, 1024],
    ['xfs with sectors of 512', { fileSystem: fileSystem('xfs', 512) }, 512],
    [
      'something that does not say in which unit it was made',
      { fileSystem: fileSystem('crypto_LUKS', null) },
      512,
    ],
    [
      'a partition table',
      { fileSystem: { ...fileSystem('x', null), type: null, partitionTable: 'gpt' } },
      512,
    ],
    ['a large unit', { fileSystem: fileSystem('btrfs', 65536) }, 4096],
    ['an origin that only sectors divide', { origin: device('/dev/o', 64n * MIB + 512n) }, 512],
    ['an origin that 2048 divides', { origin: device('/dev/o', 64n * MIB + 2048n) }, 2048],
    ['a disk with sectors of 4096', { origin: device('/dev/o', 64n * MIB, 4096) }, 4096],
    ['a cache that has blocks already', { recorded: 2048 }, 2048],
    ['a number that was given', { request: { ...request, blockSize: 1024 } }, 1024],
  ])('suits %s', (_, more, expected) => {
    expect(chooseBlockSize(question(more))).toBe(expected);
  });

  it.each([
    [
      'another one than the cache has',
      { recorded: 4096, request: { ...request, blockSize: 512 } },
      'block-size-differs',
    ],
    [
      'one that the file system would not mount over',
      { fileSystem: fileSystem('xfs', 512), request: { ...request, blockSize: 4096 } },
      'file-system-block-size',
    ],
    [
      'what the cache has, where the file system would not mount over it',
      { fileSystem: fileSystem('xfs', 512), recorded: 4096 },
      'file-system-block-size',
    ],
    [
      'one through which a partition table would not be found',
      {
        fileSystem: { ...fileSystem('x', null), type: null, partitionTable: 'dos' },
        request: { ...request, blockSize: 4096 },
      },
      'partition-table-block-size',
    ],
    [
      'one smaller than a disk is addressed in',
      { cache: device('/dev/c', MIB, 4096), request: { ...request, blockSize: 512 } },
      'block-size-too-small',
    ],
    [
      'one that does not divide the origin',
      { origin: device('/dev/o', 64n * MIB + 512n), request: { ...request, blockSize: 4096 } },
      'origin-not-aligned',
    ],
    [
      'an origin that no block size of the disks divides',
      { origin: device('/dev/o', 64n * MIB + 512n), cache: device('/dev/c', MIB, 4096) },
      'origin-not-aligned',
    ],
    [
      'a file system finer than a disk is addressed in',
      { fileSystem: fileSystem('xfs', 512), cache: device('/dev/c', MIB, 4096) },
      'file-system-block-size',
    ],
  ])('refuses %s', (_, more, code) => {
    expect(codeOf(() => chooseBlockSize(question(more)))).toBe(code);
  });
});

it('judges nothing by an origin whose newest blocks are in the cache', () => {
  const dirty = question({ fileSystem: fileSystem('xfs', 512), recorded: 4096, isDirty: true });
  expect(chooseBlockSize(dirty)).toBe(4096);
});

describe('judgeMemory', () => {
  const GIB = 2 ** 30;
  it.each([
    [1n, null, null],
    [1000n, 4 * GIB, null],
    [30_000_000n, 4 * GIB, 'kernel-memory'],
  ])('notes what takes half of it: %s blocks', (nBlocks, total, code) => {
    expect(judgeMemory(nBlocks, 's', total, [])?.code ?? null).toBe(code);
  });

  it('refuses what takes nearly all, unless told', () => {
    expect(codeOf(() => judgeMemory(48_000_000n, 's', 4 * GIB, []))).toBe('kernel-memory');
    expect(judgeMemory(48_000_000n, 's', 4 * GIB, ['kernel-memory'])?.code).toBe('kernel-memory');
    expect(judgeMemory(48_000_000n, 'p', 8 * GIB, [])).toBeNull();
  });
});

describe('requireNoPhysicalVolume', () => {
  it('keeps LVM from finding its volume twice', () => {
    const pv = fileSystem('LVM2_member', null);
    const origin = device('/dev/o', MIB);
    expect(
      codeOf(() => {
        requireNoPhysicalVolume(pv, origin, []);
      }),
    ).toBe('physical-volume');
    requireNoPhysicalVolume(pv, origin, ['physical-volume']);
    requireNoPhysicalVolume(fileSystem('xfs', 512), origin, []);
  });
});
