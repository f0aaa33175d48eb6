import assert from 'node:assert/strict';
import { line, mappingPath } from './bench.js';
import { isBusy, isMissing, refuses } from './refusal.js';
import type { ConformanceCase } from './suite.js';

/** Which mappings there are, and who has them open. */
export const IDENTITY_CASES: readonly ConformanceCase[] = [
  {
    name: 'a mapping has a name, a uuid, numbers and a live table',
    run: async (bench) => {
      await bench.create('wc', bench.linear(bench.path('origin')), 'WCACHE-1');
      const { major, minor, ...rest } = await bench.device('wc');
      assert.deepEqual(rest, {
        name: 'wc',
        uuid: 'WCACHE-1',
        suspended: false,
        readOnly: false,
        hasLiveTable: true,
        hasInactiveTable: false,
        openCount: 0,
      });
      assert(major > 0 && minor === 0);
      assert.equal(await bench.dm.info('other'), null);
    },
  },
  {
    name: 'mappings are listed by name',
    run: async (bench) => {
      assert.deepEqual(await bench.dm.list(), []);
      for (const name of ['b', 'a', 'c']) await bench.create(name, line('zero', '', 8));
      assert.deepEqual(
        (await bench.dm.list()).map(({ name, minor }) => [name, minor]),
        [
          ['a', 1],
          ['b', 0],
          ['c', 2],
        ],
      );
      await bench.dm.remove('a');
      await bench.create('d', line('zero', '', 8));
      assert.deepEqual(
        (await bench.dm.list()).map(({ name, minor }) => [name, minor]),
        [
          ['b', 0],
          ['c', 2],
          ['d', 1],
        ],
      );
    },
  },
  {
    name: 'a name or uuid that is taken is refused as busy, and an empty uuid is none',
    run: async (bench) => {
      const zero = line('zero', '', 8);
      await bench.create('wc', zero, 'U');
      await isBusy(bench.create('wc', zero, 'V'));
      await isBusy(bench.create('other', zero, 'U'));
      assert.equal(await bench.dm.info('other'), null);
      await bench.create('one', zero);
      await bench.create('two', zero);
    },
  },
  {
    name: 'a create whose table is refused leaves nothing behind',
    run: async (bench) => {
      await refuses(bench.create('wc', bench.writecache({ blockBytes: 4097 }), 'U'), 'Invalid block size');
      assert.equal(await bench.dm.info('wc'), null);
      assert.deepEqual(await bench.dm.list(), []);
      await bench.create('wc', line('zero', '', 8), 'U');
    },
  },
  {
    name: 'what does not exist is refused as such by every call',
    run: async ({ dm }) => {
      const calls = [
        () => dm.table('wc', 'live'),
        () => dm.table('wc', 'inactive'),
        () => dm.status('wc'),
        () => dm.load('wc', line('zero', '', 8)),
        () => dm.clear('wc'),
        () => dm.suspend('wc'),
        () => dm.resume('wc'),
        () => dm.message('wc', 'flush'),
        () => dm.remove('wc'),
      ];
      for (const call of calls) await isMissing(call());
    },
  },
  {
    name: 'tables and statuses are of one target, by mapping',
    run: async (bench) => {
      assert.deepEqual(await bench.dm.tables('writecache'), new Map());
      await bench.create('wc');
      await bench.create('plain', bench.linear(bench.path('other-origin')));
      await bench.dm.load('plain', bench.writecache({ cache: bench.path('other-cache') }));
      const tables = await bench.dm.tables('writecache');
      assert.deepEqual([...tables.keys()], ['wc']);
      assert.deepEqual(tables.get('wc'), await bench.dm.table('wc', 'live'));
      assert.deepEqual([...(await bench.dm.statuses('writecache')).keys()], ['wc']);
      assert.deepEqual([...(await bench.dm.tables('linear')).keys()], ['plain']);
    },
  },
  {
    name: 'targets have versions, and those that are not there have none',
    run: async ({ dm, traits }) => {
      for (const [target, version] of Object.entries(traits.targets)) {
        assert.deepEqual(await dm.targetVersion(target), version, target);
      }
      assert.equal(await dm.targetVersion('nonsense'), null);
    },
  },
  {
    name: 'what is held open is not removed',
    run: async (bench) => {
      await bench.create('wc');
      const release = bench.hold('wc');
      assert.equal((await bench.device('wc')).openCount, 1);
      await isBusy(bench.dm.remove('wc'));
      release();
      assert.equal((await bench.device('wc')).openCount, 0);
      await bench.dm.remove('wc');
      assert.equal(await bench.dm.info('wc'), null);
    },
  },
  {
    name: 'a mapping is open once for each mapping above it, in whichever slot',
    run: async (bench) => {
      await bench.create('below', bench.linear(bench.path('origin')));
      await bench.create('above', bench.linear(mappingPath('below'), 0, 8));
      await bench.dm.load('above', bench.linear(mappingPath('below'), 8, 16));
      assert.equal((await bench.device('below')).openCount, 1);
      await bench.create('other', line('zero', '', 8));
      await bench.dm.load('other', bench.linear(mappingPath('below'), 0, 8));
      assert.equal((await bench.device('below')).openCount, 2);
      await bench.dm.clear('other');
      await bench.dm.remove('above');
      assert.equal((await bench.device('below')).openCount, 0);
      await bench.dm.remove('below');
    },
  },
  {
    name: 'what is suspended, or has a table waiting, is removed all the same',
    run: async (bench) => {
      await bench.create('wc');
      await bench.dm.load('wc', bench.linear(bench.path('origin')));
      await bench.dm.suspend('wc');
      await bench.dm.remove('wc');
      assert.deepEqual(await bench.dm.list(), []);
    },
  },
];
