import { execFileSync } from 'node:child_process';
import { afterEach, expect, it, vi } from 'vitest';
import { alignedBuffer, isAligned } from '../../src/device/aligned-buffer.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('is zeroed memory of exactly the asked length', () => {
  for (const length of [0, 1, 4096, 65536, 65537, 5_000_000]) {
    const buffer = alignedBuffer(length);
    expect(buffer.length).toBe(length);
    expect(buffer.byteOffset).toBe(0);
    expect(buffer.every((byte) => byte === 0)).toBe(true);
    buffer.fill(255);
    expect(buffer.every((byte) => byte === 255)).toBe(true);
  }
});

it('is a new piece of memory each time', () => {
  expect(alignedBuffer(16).buffer).not.toBe(alignedBuffer(16).buffer);
});

it('knows its own parts by their offset, and takes all other memory as unaligned', () => {
  const buffer = alignedBuffer(8192);
  expect(isAligned(buffer, 4096)).toBe(true);
  expect(isAligned(buffer.subarray(4096), 4096)).toBe(true);
  expect(isAligned(buffer.subarray(512), 512)).toBe(true);
  expect(isAligned(buffer.subarray(512), 4096)).toBe(false);
  expect(isAligned(buffer.subarray(1), 512)).toBe(false);
  expect(isAligned(new Uint8Array(8192), 512)).toBe(false);
  expect(isAligned(Buffer.alloc(8192), 512)).toBe(false);
});

it.each([-1, 1.5, NaN, Infinity, 2 ** 33])('refuses a length of %s', (length) => {
  expect(() => alignedBuffer(length)).toThrow(RangeError);
});

it('is to be had under a limit of address space, where there is no WebAssembly memory', () => {
  const script = 'try { new WebAssembly.Memory({ initial: 1 }); } catch (e) { console.log(e.name); }';
  const limited = ['-c', 'ulimit -v 4000000; exec "$0" -e "$1"', process.execPath, script];
  expect(execFileSync('bash', limited, { encoding: 'utf8' })).toBe('RangeError\n');

  function refuse(): never {
    throw new RangeError('could not allocate memory');
  }
  vi.stubGlobal('WebAssembly', { Memory: refuse });
  const buffer = alignedBuffer(5000);
  expect(buffer).toEqual(new Uint8Array(5000));
  expect(isAligned(buffer, 4096)).toBe(true);
});

it('does not hide other failures', () => {
  vi.stubGlobal('WebAssembly', undefined);
  expect(() => alignedBuffer(1)).toThrow(TypeError);
});
