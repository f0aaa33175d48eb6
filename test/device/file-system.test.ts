import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findFileSystem, parseFileSystem } from '../../src/device/file-system.js';
import { OperationError, WrongDeviceError } from '../../src/errors.js';
import { expectFailure, useTempFolder } from './helpers.js';

const temp = useTempFolder();
const uuid = '5b7d1a6e-6f0e-4d51-9a52-0c9d0f6a1b2c';

function image(name: string): string {
  writeFileSync(temp(name), '');
  truncateSync(temp(name), 8 * 1024 * 1024);
  return temp(name);
}

function make(program: string, ...args: string[]): void {
  execFileSync(program, args, { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` } });
}

describe('findFileSystem', () => {
  it('finds nothing on a blank image, or one that is empty or shorter than any signature', async () => {
    expect(await findFileSystem(image('blank'))).toBeNull();
    for (const size of [0, 5]) {
      writeFileSync(temp('short'), new Uint8Array(size));
      expect(await findFileSystem(temp('short'))).toBeNull();
    }
  });

  it.each([1024, 2048, 4096])('tells the %s-byte blocks of ext4', async (blockSize) => {
    const path = image(`-ext4 ${String(blockSize)}\nTYPE=xfs`);
    make('mkfs.ext4', '-q', '-b', String(blockSize), '-U', uuid, '-L', 'tidy', '--', path);
    expect(await findFileSystem(path)).toEqual({
      type: 'ext4',
      usage: 'filesystem',
      uuid,
      label: 'tidy',
      blockSizeBytes: blockSize,
      partitionTable: null,
    });
  });

  it.each(['two words', 'grün', 'a=b\\x20c', '"$`<>\'', 'a\nID_FS_TYPE=xfs', '\\x5c'])(
    'has the label %j letter by letter',
    async (label) => {
      const path = image('label');
      make('mkfs.ext4', '-q', '-F', '-L', label, path);
      expect(await findFileSystem(path)).toMatchObject({ type: 'ext4', label });
    },
  );

  it('finds swap, which has no block size', async () => {
    const path = image('swap');
    make('mkswap', '--quiet', '--uuid', uuid, path);
    const found = { type: 'swap', usage: 'other', uuid, label: null, blockSizeBytes: null };
    expect(await findFileSystem(path)).toEqual({ ...found, partitionTable: null });
  });

  it('tells a partition table apart', async () => {
    const path = image('dos');
    const bytes = readFileSync(path);
    bytes.set([0x83, 0, 0, 0, 8, 0, 0, 0, 0xd0, 7, 0, 0], 446 + 4);
    bytes.set([0x55, 0xaa], 510);
    writeFileSync(path, bytes);
    const none = { type: null, usage: null, uuid: null, label: null, blockSizeBytes: null };
    expect(await findFileSystem(path)).toEqual({ ...none, partitionTable: 'dos' });
  });

  it('refuses to choose between the signatures of two file systems', async () => {
    const path = image('two');
    make('mkfs.ext4', '-q', '-b', '4096', path);
    const bytes = readFileSync(path);
    bytes.write('SWAP-SPACE', 4086, 'latin1');
    writeFileSync(path, bytes);
    const failure = await findFileSystem(path).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OperationError);
    expect(failure).toMatchObject({
      code: 'ambivalent-content',
      message: `${path} has the signatures of several file systems (swap, ext4): blkid trusts none.`,
    });
    expect((failure as OperationError).hint).toContain(`wipefs --no-act ${path}`);
  });

  it('fails for what is not there, about which blkid says nothing', async () => {
    const failure = await findFileSystem(temp('nowhere')).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WrongDeviceError);
    expect(failure).toMatchObject({ code: 'no-such-device' });
  });
});

describe('parseFileSystem', () => {
  it('takes what an older util-linux leaves out, and what a newer one may add', () => {
    expect(parseFileSystem('ID_FS_TYPE=ext4\nID_FS_USAGE=filesystem\nID_NEW=1\n', '/dev/x')).toEqual({
      type: 'ext4',
      usage: 'filesystem',
      uuid: null,
      label: null,
      blockSizeBytes: null,
      partitionTable: null,
    });
  });

  it('replaces bytes of a label that are no text', () => {
    const { label } = parseFileSystem('ID_FS_TYPE=ext4\nID_FS_LABEL_ENC=\\xffa\\xc3\\xbc\n', '/dev/x');
    expect(label).toBe('\ufffdaü');
  });

  it.each([
    '',
    'ID_FS_LABEL_ENC=alone',
    'ID_FS_TYPE=',
    'ID_FS_TYPE=ext4\nID_FS_TYPE=xfs',
    'ID_FS_TYPE=ext4\nand more',
    'ID_FS_TYPE=ext4\nID_FS_BLOCK_SIZE=4k',
    'ID_FS_TYPE=ext4\nID_FS_BLOCK_SIZE=0',
  ])('does not guess at %j', (output) => {
    const sentence = /^What is on \/dev\/x could not be learned: blkid printed something unknown/;
    expectFailure(() => parseFileSystem(output, '/dev/x'), OperationError, 'bad-program-output', sentence);
  });
});
