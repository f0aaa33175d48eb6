import { expect, it } from 'vitest';
import { memoryFacts } from '../../src/device/memory.js';
import { makeTree, useTempFolder } from './helpers.js';

const temp = useTempFolder();

it('tells about memory in bytes', () => {
  const procRoot = temp('proc');
  const meminfo =
    'MemTotal:       24684084 kB\nMemFree:        1 kB\nMemAvailable:   24207120 kB\nHugePages_Total:       0\n';
  makeTree(procRoot, { meminfo });
  expect(memoryFacts({ procRoot })).toEqual({ totalBytes: 25276502016, availableBytes: 24788090880 });
});

it('does not know what /proc does not tell', () => {
  const procRoot = temp('old');
  makeTree(procRoot, { meminfo: 'MemTotal:  1024 kB\nMemAvailable: much\n' });
  expect(memoryFacts({ procRoot })).toEqual({ totalBytes: 1048576, availableBytes: null });
  expect(memoryFacts({ procRoot: temp('none') })).toEqual({ totalBytes: null, availableBytes: null });
});

it('reads those of the running kernel', () => {
  const { totalBytes, availableBytes } = memoryFacts();
  expect(totalBytes).toBeGreaterThan(availableBytes ?? Infinity);
});
