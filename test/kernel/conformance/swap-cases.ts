import assert from 'node:assert/strict';
import { LAZY } from './bench.js';
import { refuses } from './refusal.js';
import type { ConformanceCase } from './suite.js';

/** Suspending, removing and swapping a writecache with blocks in it. */
export const SWAP_CASES: readonly ConformanceCase[] = [
  {
    name: 'a plain suspend commits, and leaves the blocks in the cache',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'abc', 5);
      await dm.suspend('wc');
      assert.match(bench.metadata(), /seq 1; 0: sector 40 seq 0, 1: sector 48 seq 0, 2: sector 56 seq 0$/);
      assert.equal(bench.content('origin'), '');
      assert.equal((await bench.status()).free_blocks, 60);
      await dm.resume('wc');
      const { free_blocks, counters } = await bench.status();
      assert.deepEqual([free_blocks, counters?.writes], [60, 3n]);
      assert.equal(bench.get('wc', 4, 5), '.abc.');
    },
  },
  {
    name: 'flush_on_suspend holds for one suspend',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'abc');
      await dm.message('wc', 'flush_on_suspend');
      assert.equal((await bench.status()).free_blocks, 60);
      await dm.suspend('wc');
      assert.equal((await bench.status()).free_blocks, 63);
      assert.match(bench.metadata(), /seq 1; 0: sector 0 free, 1: sector 8 free, 2: sector 16 free$/);
      assert.equal(bench.content('origin'), 'abc');
      await dm.resume('wc');
      bench.put('wc', 'de', 7);
      await dm.suspend('wc');
      assert.equal((await bench.status()).free_blocks, 61);
      await dm.resume('wc');
    },
  },
  {
    name: 'the safe removal: what was in the cache is on the origin, and the status of the old table says so',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc', bench.writecache(), 'WCACHE-1');
      bench.put('wc', 'abcd');
      bench.flush('wc');
      bench.put('wc', 'x', 2);
      bench.put('wc', 'y', 99);
      await dm.message('wc', 'flush_on_suspend');
      await dm.load('wc', bench.linear(bench.path('origin')));
      await dm.suspend('wc');
      const { error, total_blocks, free_blocks } = await bench.status();
      assert.deepEqual(
        { error, total_blocks, free_blocks },
        { error: false, total_blocks: 63, free_blocks: 63 },
      );
      bench.metadata();
      await dm.resume('wc');
      assert.equal(await bench.parameters('wc'), `linear ${bench.number('origin')} 0`);
      assert.deepEqual(await dm.tables('writecache'), new Map());
      assert.equal(bench.get('wc', 0, 5), 'abxd.');
      assert.equal(bench.content('origin'), `abxd${'.'.repeat(95)}y`);
      bench.put('wc', 'z', 0);
      assert.equal(bench.content('origin')[0], 'z');
      await dm.remove('wc');
      bench.metadata();
    },
  },
  {
    name: 'a removal that is given up before the resume leaves the cache as it was',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'ab');
      await dm.message('wc', 'flush_on_suspend');
      await dm.load('wc', bench.linear(bench.path('origin')));
      await dm.suspend('wc');
      await dm.clear('wc');
      await dm.resume('wc');
      bench.put('wc', 'c', 2);
      assert.equal(bench.get('wc', 0, 4), 'abc.');
      assert.equal((await bench.status()).free_blocks, 62);
    },
  },
  {
    name: 'a plain remove commits, and the blocks are there when the cache is created again',
    run: async (bench) => {
      await bench.create('wc');
      bench.put('wc', 'ab', 3);
      await bench.dm.remove('wc');
      assert.match(bench.metadata(), /seq 1; 0: sector 24 seq 0, 1: sector 32 seq 0$/);
      assert.equal(bench.content('origin'), '');
      await bench.create('again');
      assert.equal((await bench.status('again')).free_blocks, 61);
      assert.equal(bench.get('again', 2, 4), '.ab.');
    },
  },
  {
    name: 'a remove after flush_on_suspend writes everything back',
    run: async (bench) => {
      await bench.create('wc');
      bench.put('wc', 'ab', 3);
      await bench.dm.message('wc', 'flush_on_suspend');
      await bench.dm.remove('wc');
      assert.match(bench.metadata(), /seq 1; 0: sector 24 free, 1: sector 32 free$/);
      assert.equal(bench.content('origin'), '...ab');
    },
  },
  {
    name: 'a table with other options takes over all blocks, those written after the load too',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'abc');
      bench.flush('wc');
      bench.put('wc', 'd', 1);
      const before = bench.metadata();
      await dm.load('wc', bench.writecache({ options: `${LAZY} writeback_jobs 9` }));
      assert.equal(bench.metadata(), before);
      bench.put('wc', 'ef', 6);
      await dm.resume('wc');
      assert.match(await bench.parameters('wc'), /writeback_jobs 9/);
      const { free_blocks, counters } = await bench.status();
      assert.deepEqual([free_blocks, counters?.writes], [58, 0n]);
      assert.equal(bench.get('wc', 0, 9), 'adc...ef.');
      bench.metadata();
      await dm.message('wc', 'flush');
      assert.equal(bench.content('origin'), 'adc...ef');
    },
  },
  {
    name: 'a load over a live cache that is dropped again changes nothing',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'ab');
      await dm.load('wc', bench.writecache());
      await refuses(dm.load('wc', bench.writecache({ blockBytes: 512 })), 'Block size does not match');
      await dm.clear('wc');
      bench.put('wc', 'c', 2);
      bench.flush('wc');
      assert.equal(bench.get('wc', 0, 4), 'abc.');
      bench.metadata();
    },
  },
  {
    name: 'the cleaner ends with the table that it was told to',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      await dm.message('wc', 'cleaner');
      bench.put('wc', 'a');
      await dm.load('wc', bench.writecache());
      await dm.resume('wc');
      bench.put('wc', 'b', 1);
      assert.equal((await bench.status()).free_blocks, 62);
      assert.equal(bench.get('wc', 0, 3), 'ab.');
    },
  },
  {
    name: 'a cache that was written in one mapping is taken over by another',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'ab');
      await dm.suspend('wc');
      await bench.createEmpty('other');
      await dm.load('other', bench.writecache());
      await dm.remove('wc');
      await dm.resume('other');
      assert.equal(bench.get('other', 0, 3), 'ab.');
    },
  },
];
