import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { memoryPageBytes } from '../../src/device/memory-page.js';
import { makeTree, useTempFolder } from './helpers.js';

const temp = useTempFolder();

it('knows the page size of the running kernel', () => {
  expect(memoryPageBytes()).toBe(Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })));
});

it('reads it from /proc, and takes the usual one where that says nothing', () => {
  const root = temp('proc');
  makeTree(root, { 'self/smaps': '00400000-0040b000 r-xp\nSize: 44 kB\nKernelPageSize:       64 kB\n' });
  expect(memoryPageBytes(root)).toBe(65536);
  expect(memoryPageBytes(temp('nothing'))).toBe(4096);
});
