import { beforeAll, expect, it } from 'vitest';
import { mappingState } from '../../src/device/mapping-state.js';
import { makeTree, useTempFolder } from './helpers.js';

const temp = useTempFolder();
let sysRoot = '';

beforeAll(() => {
  sysRoot = temp('sys');
  makeTree(sysRoot, {
    'dev/block/253:0': { symlink: '../../devices/virtual/block/dm-0' },
    'devices/virtual/block/dm-0/dm/name': 'wc\n',
    'devices/virtual/block/dm-0/dm/suspended': '0\n',
    'dev/block/253:1/dm/name': ' odd \n\n',
    'dev/block/253:1/dm/suspended': '1\n',
    'dev/block/253:2/dm/name': 'leaving\n',
    'dev/block/8:0/size': '8\n',
  });
});

it('tells the name to the letter, and whether it is suspended', () => {
  expect(mappingState('253:0', { sysRoot })).toEqual({ name: 'wc', suspended: false });
  expect(mappingState('253:1', { sysRoot })).toEqual({ name: ' odd \n', suspended: true });
});

it('is null for what is gone, is going, or is no mapping', () => {
  expect(mappingState('253:2', { sysRoot })).toBeNull();
  expect(mappingState('8:0', { sysRoot })).toBeNull();
  expect(mappingState('253:9', { sysRoot })).toBeNull();
});
