import { expect, it } from 'vitest';
import { lvmOwner } from '../../src/device/lvm.js';

const id = 'BW2sgJIlTmPqLUhnCUIAphDXSbEVREFyTVkqLsDXEYD6fWPeEcG15CKDL4xy6LyE';

it.each([
  ['vg-main', '', 'vg', 'main', null],
  ['vg-main_wcorig', '-real', 'vg', 'main_wcorig', 'wcorig'],
  ['vg-fast_cvol', '-cvol', 'vg', 'fast_cvol', 'cvol'],
  ['vg-data-real', '-real', 'vg', 'data', 'real'],
  ['vg-snap-cow', '-cow', 'vg', 'snap', 'cow'],
  ['vg-pool', '-pool', 'vg', 'pool', null],
  ['vg-pool-tpool', '-tpool', 'vg', 'pool', 'tpool'],
  ['vg-vpool0', '-vpool', 'vg', 'vpool0', null],
  ['vg-vpool0-vpool', '-vpool', 'vg', 'vpool0', 'vpool'],
  ['vg-pool_tdata_rimage_0', '', 'vg', 'pool_tdata_rimage_0', 'rimage'],
  ['vg-pvmove0', '', 'vg', 'pvmove0', 'pvmove'],
  ['vg-odd', '-new', 'vg', 'odd', 'new'],
  ['vg--a-lv--b', '', 'vg-a', 'lv-b', null],
  ['vg----a-lv--b--', '', 'vg--a', 'lv-b-', null],
  ['my--vg-lv--1-real', '-real', 'my-vg', 'lv-1', 'real'],
])('reads %s with LVM-…%s', (name, suffix, vg, lv, layer) => {
  expect(lvmOwner(name, `LVM-${id}${suffix}`)).toEqual({ vg, lv, layer, visible: layer === null });
});

it.each([
  ['vg-lv', null],
  ['vg-lv', 'wcache-1'],
  ['vg-lv', `LVM-${id.slice(1)}`],
  ['vg-lv', `LVM-${id}x`],
  ['vg-lv', `LVM-${id}-`],
  ['vg-lv', `xLVM-${id}`],
  [null, `LVM-${id}`],
])('is none for %s with %s', (name, uuid) => {
  expect(lvmOwner(name, uuid)).toBeNull();
});

it.each(['renamed', 'a-b-c-d', ''])("stays LVM's under another name: %s", (name) => {
  expect(lvmOwner(name, `LVM-${id}`)).toEqual({ vg: '?', lv: name, layer: null, visible: true });
  expect(lvmOwner(name, `LVM-${id}-cvol`)).toMatchObject({ layer: 'cvol', visible: false });
});
