import assert from 'node:assert/strict';
import { line, mappingPath } from './bench.js';
import { refuses } from './refusal.js';
import type { ConformanceCase } from './suite.js';

/** The two slots of a mapping, and what suspend and resume do with them. */
export const SLOT_CASES: readonly ConformanceCase[] = [
  {
    name: 'a mapping without any table',
    run: async (bench) => {
      const { dm, traits } = bench;
      await bench.createEmpty('wc');
      assert.deepEqual(await dm.table('wc', 'live'), []);
      assert.deepEqual(await dm.table('wc', 'inactive'), []);
      assert.deepEqual(await dm.status('wc'), []);
      const message = dm.message('wc', 'flush');
      await (traits.refusesMessageWithoutTable ? refuses(message, 'Invalid argument') : message);
      await dm.clear('wc');
      await dm.resume('wc');
      await dm.suspend('wc');
      const { suspended, hasLiveTable } = await bench.device('wc');
      assert.deepEqual({ suspended, hasLiveTable }, { suspended: true, hasLiveTable: false });
      await refuses(dm.resume('wc'), 'Invalid argument');
      assert((await bench.device('wc')).suspended);
    },
  },
  {
    name: 'a table that waits in a mapping that has no other',
    run: async (bench) => {
      const { dm } = bench;
      await bench.createEmpty('wc');
      await dm.load('wc', bench.writecache());
      const { hasLiveTable, hasInactiveTable } = await bench.device('wc');
      assert.deepEqual({ hasLiveTable, hasInactiveTable }, { hasLiveTable: false, hasInactiveTable: true });
      assert.deepEqual(await dm.status('wc'), []);
      assert.deepEqual(await dm.table('wc', 'live'), []);
      assert.match(await bench.parameters('wc', 'inactive'), /^writecache /);
      assert.deepEqual(await dm.tables('writecache'), new Map());
      assert.deepEqual(await dm.statuses('writecache'), new Map());
      await dm.resume('wc');
      assert.match(await bench.parameters('wc'), /^writecache /);
      assert.equal((await bench.status()).free_blocks, 63);
    },
  },
  {
    name: 'a mapping is a device for others from its first table on, though it has no size before that is live',
    run: async (bench) => {
      await bench.createEmpty('below');
      const { major, minor } = await bench.device('below');
      const number = `${String(major)}:${String(minor)}`;
      const byPath = bench.create('above', bench.linear(mappingPath('below'), 0, 64));
      await refuses(byPath, `linear: Device lookup failed (-${bench.traits.lookupErrno})`);
      const above = bench.linear(number, 0, 64);
      await refuses(bench.create('above', above), 'linear: Device lookup failed (-ENXIO)');
      await bench.dm.load('below', bench.linear(bench.path('origin'), 0, 8));
      await bench.create('above', above);
      await bench.dm.resume('below');
      bench.put('above', 'a');
      assert.equal(bench.content('origin'), 'a');
      await bench.dm.load('above', above);
      await refuses(bench.dm.resume('above'), 'dm-0 too small for target: start=0, len=64, dev_size=8');
    },
  },
  {
    name: 'a loaded table waits beside the live one, and a second load takes its place',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc', bench.linear(bench.path('origin')));
      await dm.load('wc', line('zero', '', 8));
      assert((await bench.device('wc')).hasInactiveTable);
      assert.equal(await bench.parameters('wc', 'inactive'), 'zero ');
      assert.equal(await bench.parameters('wc'), `linear ${bench.number('origin')} 0`);
      await dm.load('wc', line('error', '', 16));
      assert.equal(await bench.parameters('wc', 'inactive'), 'error ');
      await dm.clear('wc');
      assert(!(await bench.device('wc')).hasInactiveTable);
      assert.deepEqual(await dm.table('wc', 'inactive'), []);
      await dm.clear('wc');
      assert.equal(await bench.parameters('wc'), `linear ${bench.number('origin')} 0`);
    },
  },
  {
    name: 'a load that is refused leaves the table that waits',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc', line('zero', '', 8));
      await dm.load('wc', bench.linear(bench.path('origin'), 0, 8));
      await refuses(dm.load('wc', line('linear', `${bench.path('cache')} x`, 8)), 'Invalid device sector');
      assert.equal(await bench.parameters('wc', 'inactive'), `linear ${bench.number('origin')} 0`);
    },
  },
  {
    name: 'a resume makes the table that waits live, of a running mapping and of a suspended one',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc', line('zero', '', 8));
      await dm.load('wc', bench.linear(bench.path('origin'), 0, 8));
      await dm.resume('wc');
      assert.equal(await bench.parameters('wc'), `linear ${bench.number('origin')} 0`);
      const { suspended, hasInactiveTable } = await bench.device('wc');
      assert.deepEqual({ suspended, hasInactiveTable }, { suspended: false, hasInactiveTable: false });
      await dm.load('wc', line('error', '', 8));
      await dm.suspend('wc');
      assert.equal(await bench.parameters('wc'), `linear ${bench.number('origin')} 0`);
      await dm.resume('wc');
      assert.equal(await bench.parameters('wc'), 'error ');
    },
  },
  {
    name: 'a table that was dropped while the mapping was suspended is not made live',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc', line('zero', '', 8));
      await dm.load('wc', line('error', '', 8));
      await dm.suspend('wc');
      await dm.clear('wc');
      await dm.resume('wc');
      assert.equal(await bench.parameters('wc'), 'zero ');
    },
  },
  {
    name: 'a second suspend and a second resume do nothing',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'ab');
      await dm.suspend('wc');
      await dm.suspend('wc');
      assert((await bench.device('wc')).suspended);
      await dm.resume('wc');
      await dm.resume('wc');
      assert(!(await bench.device('wc')).suspended);
      assert.equal(bench.get('wc', 0, 3), 'ab.');
    },
  },
  {
    name: 'a later table that does not fit its device is refused by the resume, which leaves the mapping suspended',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'ab');
      await dm.load('wc', bench.linear(bench.path('other-origin'), 8));
      assert((await bench.device('wc')).hasInactiveTable);
      await refuses(dm.resume('wc'), 'too small for target: start=8, len=2048, dev_size=2048');
      const { suspended, hasInactiveTable } = await bench.device('wc');
      assert.deepEqual({ suspended, hasInactiveTable }, { suspended: true, hasInactiveTable: false });
      assert.match(await bench.parameters('wc'), /^writecache /);
      await dm.resume('wc');
      assert.equal(bench.get('wc', 0, 3), 'ab.');
    },
  },
  {
    name: 'I/O goes where the live table says',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc', bench.linear(bench.path('origin'), 16, 32));
      bench.put('wc', 'abcd');
      assert.equal(bench.get('wc', 0, 4), 'abcd');
      assert.equal(bench.content('origin'), '..abcd');
      bench.flush('wc');
      await dm.load('wc', line('zero', '', 32));
      await dm.resume('wc');
      bench.put('wc', 'x');
      assert.equal(bench.get('wc', 0, 4), '....');
      await dm.load('wc', line('error', '', 32));
      await dm.resume('wc');
      bench.fails(() => bench.get('wc', 0, 1));
      bench.fails(() => {
        bench.put('wc', 'y');
      });
      await dm.load('wc', bench.linear(bench.path('origin'), 24, 32));
      await dm.resume('wc');
      assert.equal(bench.get('wc', 0, 4), 'bcd.');
    },
  },
  {
    name: 'a mapping above another one, which is swapped below it',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('below');
      await bench.create('above', bench.linear(mappingPath('below'), 8, 64));
      bench.put('above', 'ab');
      assert.equal(bench.get('below', 0, 4), '.ab.');
      await dm.load('below', bench.writecache({ options: LAZY_WITH_JOBS }));
      await dm.resume('below');
      assert.equal(bench.get('above', 0, 3), 'ab.');
      // What the cache can be addressed in is what the mapping above can be.
      await dm.load('above', bench.linear(mappingPath('below'), 0, 68));
      await refuses(dm.resume('above'), 'len=68 not aligned to h/w logical block size 4096');
    },
  },
  {
    name: 'tables that are no tables are refused with the words for it',
    run: async (bench) => {
      const origin = bench.path('origin');
      const refused = async (target: string, parameters: string, words: string): Promise<void> => {
        await refuses(bench.create('wc', line(target, parameters, 8)), words);
      };
      await refused('nonsense', origin, 'nonsense: unknown target type');
      await refused('linear', origin, 'linear: Invalid argument count (-EINVAL)');
      await refused('linear', `${origin} 0 0`, 'linear: Invalid argument count (-EINVAL)');
      await refused('linear', `${origin} 8x`, 'linear: Invalid device sector (-EINVAL)');
      await refused('linear', '/dev/nowhere 0', `Device lookup failed (-${bench.traits.lookupErrno})`);
      await refused('zero', 'x', 'zero: No arguments required (-EINVAL)');
      const gap = { ...bench.linear(origin, 0, 8), startSector: 8n };
      await refuses(bench.create('wc', gap), 'linear: Gap in table (-EINVAL)');
      await refuses(bench.create('wc', bench.linear(origin, 2048, 8)), 'start=2048, len=8, dev_size=2048');
      assert.deepEqual(await bench.dm.list(), []);
    },
  },
];

const LAZY_WITH_JOBS = 'high_watermark 100 low_watermark 100 writeback_jobs 8 autocommit_time 3600000';
