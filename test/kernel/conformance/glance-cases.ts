import assert from 'node:assert/strict';
import type { Glance, MappedDevice } from '../../../src/dm/device-mapper.js';
import { line, type Bench } from './bench.js';
import type { ConformanceCase } from './suite.js';

/** What one question tells of mappings that are known. */
export const GLANCE_CASES: readonly ConformanceCase[] = [
  {
    name: 'a glance tells the statuses of a target, and who is suspended',
    run: async (bench) => {
      await createTwo(bench);
      await bench.create('plain', bench.linear(bench.path('origin'), 0, 8));
      const known = await bench.dm.list();
      const running = await glance(bench, known);
      assert.deepEqual([...running.statuses.keys()].sort(), ['other', 'wc']);
      assert.deepEqual(running.statuses, await bench.dm.statuses('writecache'));
      assert.deepEqual(running.suspended, new Set());
      bench.put('wc', 'abc');
      await bench.dm.suspend('wc');
      await bench.dm.suspend('plain');
      const suspended = await glance(bench, known);
      assert.deepEqual(suspended.statuses.get('wc'), await bench.dm.status('wc'));
      assert.deepEqual([...suspended.suspended].sort(), ['plain', 'wc']);
      assert.deepEqual((await glance(bench, await onlyCaches(bench))).suspended, new Set(['wc']));
      await bench.dm.resume('wc');
      assert.deepEqual((await glance(bench, known)).suspended, new Set(['plain']));
    },
  },
  {
    name: 'a glance is of no use once there is a cache that is not known',
    run: async (bench) => {
      assert.deepEqual(await bench.dm.glance('writecache', []), EMPTY);
      await bench.create('wc');
      assert.equal(await bench.dm.glance('writecache', []), null);
      const known = await onlyCaches(bench);
      await bench.create('plain', bench.linear(bench.path('other-origin'), 0, 8));
      assert.deepEqual([...(await glance(bench, known)).statuses.keys()], ['wc']);
      await bench.create('other', bench.writecache(otherOf(bench)));
      assert.equal(await bench.dm.glance('writecache', known), null);
    },
  },
  {
    name: 'what was removed, or has another table now, is in a glance no more',
    run: async (bench) => {
      await createTwo(bench);
      const known = await onlyCaches(bench);
      await bench.dm.remove('other');
      assert.deepEqual([...(await glance(bench, known)).statuses.keys()], ['wc']);
      await bench.dm.load('wc', bench.linear(bench.path('origin')));
      assert.deepEqual([...(await glance(bench, known)).statuses.keys()], ['wc']);
      await bench.dm.resume('wc');
      assert.deepEqual(await glance(bench, known), EMPTY);
      await bench.dm.remove('wc');
      assert.deepEqual(await glance(bench, known), EMPTY);
    },
  },
  {
    name: 'a glance takes no mapping for another one that has its name or its number',
    run: async (bench) => {
      await createTwo(bench);
      const known = await onlyCaches(bench);
      await bench.dm.remove('wc');
      await bench.create('next', line('zero', '', 8));
      assert.equal(await bench.dm.glance('writecache', known), null);
      await bench.create('wc');
      assert.equal(await bench.dm.glance('writecache', known), null);
      await bench.dm.remove('next');
      assert.equal(await bench.dm.glance('writecache', known), null);
      assert.deepEqual((await glance(bench, await onlyCaches(bench))).suspended, new Set());
    },
  },
];

const EMPTY: Glance = { statuses: new Map(), suspended: new Set() };

async function createTwo(bench: Bench): Promise<void> {
  await bench.create('wc');
  await bench.create('other', bench.writecache(otherOf(bench)));
}

function otherOf(bench: Bench): { readonly origin: string; readonly cache: string } {
  return { origin: bench.path('other-origin'), cache: bench.path('other-cache') };
}

async function onlyCaches(bench: Bench): Promise<MappedDevice[]> {
  const statuses = await bench.dm.statuses('writecache');
  return (await bench.dm.list()).filter(({ name }) => statuses.has(name));
}

async function glance(bench: Bench, known: readonly MappedDevice[]): Promise<Glance> {
  const answer = await bench.dm.glance('writecache', known);
  assert(answer, 'all of them are known');
  return answer;
}
