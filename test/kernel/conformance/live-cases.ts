import assert from 'node:assert/strict';
import { isBusy, refuses } from './refusal.js';
import type { ConformanceCase } from './suite.js';

/** A writecache at work: what it counts, what it has been told, what it writes back. */
export const LIVE_CASES: readonly ConformanceCase[] = [
  {
    name: 'the status counts what is done, block by block',
    run: async (bench) => {
      await bench.create('wc');
      bench.put('wc', 'abc');
      bench.put('wc', 'd', 1);
      bench.flush('wc');
      bench.put('wc', 'e', 2);
      assert.equal(bench.get('wc', 0, 5), 'ade..');
      bench.flush('wc');
      const { counters, ...status } = await bench.status();
      assert.deepEqual(status, { error: false, total_blocks: 63, free_blocks: 60, writeback_blocks: 0 });
      assert.equal(counters?.writes, 5n);
      assert.equal(counters.write_hits_uncommitted, 1n);
      assert.equal(counters.write_hits_committed, 1n);
      assert.equal(counters.flushes, 2n);
      bench.metadata();
      assert.equal(bench.content('origin'), '');
      await bench.dm.message('wc', 'clear_stats');
      const cleared = await bench.status();
      assert(Object.values(cleared.counters ?? {}).every((count) => count === 0n));
      assert.equal(cleared.free_blocks, 60);
    },
  },
  {
    name: 'a write of several blocks',
    run: async (bench) => {
      await bench.create('wc');
      bench.putAtOnce('wc', 'abcdefgh', 4);
      bench.flush('wc');
      bench.putAtOnce('wc', 'xyz', 5);
      assert.equal(bench.get('wc', 2, 12), '..axyzefgh..');
      bench.flush('wc');
      await bench.status();
      bench.metadata();
    },
  },
  {
    name: 'what is not flushed is committed after autocommit_blocks and after autocommit_time',
    run: async (bench) => {
      const lazy = 'high_watermark 100 low_watermark 100';
      await bench.create(
        'wc',
        bench.writecache({ options: `${lazy} autocommit_blocks 3 autocommit_time 3600000` }),
      );
      bench.put('wc', 'ab');
      await bench.wait(200);
      const seqNow = (): string => /, seq (\d+);/.exec(bench.metadata())?.[1] ?? '';
      assert.equal(seqNow(), '0');
      bench.put('wc', 'c', 2);
      await bench.wait(200);
      assert.equal(seqNow(), '1');
      await bench.dm.load('wc', bench.writecache({ options: `${lazy} autocommit_time 100` }));
      await bench.dm.resume('wc');
      bench.put('wc', 'd', 3);
      await bench.wait(1000);
      assert.equal(seqNow(), '2');
    },
  },
  {
    name: 'writeback starts at the high watermark, and stops at the low one',
    run: async (bench) => {
      await bench.create('wc', bench.writecache({ options: 'autocommit_time 3600000' }));
      // Neighbours would be written back together, however few are due.
      bench.put('wc', 'a'.repeat(30), 0, 2);
      await bench.wait(300);
      assert.equal((await bench.status()).free_blocks, 33);
      bench.put('wc', 'b', 100);
      await bench.until('36 free', (now) => now.free_blocks === 36 && now.writeback_blocks === 0);
      await bench.status();
      bench.metadata();
      assert.equal(bench.content('origin'), 'a.a.a.a');
    },
  },
  {
    name: 'what is older than max_age is written back',
    run: async (bench) => {
      const options = 'high_watermark 100 low_watermark 100 autocommit_time 3600000 max_age 800';
      await bench.create('wc', bench.writecache({ options }));
      bench.put('wc', 'abc', 7);
      await bench.until('nothing dirty', (now) => now.free_blocks === 63);
      assert.equal(bench.content('origin'), '.......abc');
    },
  },
  {
    name: 'a discard frees, and goes on to the origin',
    run: async (bench) => {
      await bench.create('wc');
      bench.put('wc', 'abcdef');
      await bench.dm.message('wc', 'flush');
      bench.put('wc', 'ghi', 4);
      bench.flush('wc');
      await bench.discard('wc', 5, 2);
      assert.equal(bench.get('wc', 0, 8), 'abcdg...');
      assert.equal((await bench.status()).free_blocks, 62);
      bench.metadata();
      assert.equal(bench.content('origin'), 'abcde');
    },
  },
  {
    name: 'the message flush writes everything back, and caching goes on',
    run: async (bench) => {
      await bench.create('wc');
      bench.put('wc', 'abc');
      bench.flush('wc');
      bench.put('wc', 'd', 1);
      await bench.dm.message('wc', 'flush');
      assert.equal((await bench.status()).free_blocks, 63);
      assert.equal(bench.content('origin'), 'adc');
      bench.metadata();
      bench.put('wc', 'e', 9);
      assert.equal((await bench.status()).free_blocks, 62);
      await bench.dm.message('wc', 'FLUSH');
      assert.equal((await bench.status()).free_blocks, 63);
    },
  },
  {
    name: 'messages to a suspended mapping: flush is refused as busy, the others are taken',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      bench.put('wc', 'abc');
      await dm.suspend('wc');
      await isBusy(dm.message('wc', 'flush'));
      await dm.message('wc', 'clear_stats');
      await dm.message('wc', 'flush_on_suspend');
      assert.equal((await bench.status()).free_blocks, 60);
      await dm.resume('wc');
      assert.equal((await bench.status()).free_blocks, 60);
      await dm.suspend('wc');
      assert.equal((await bench.status()).free_blocks, 63);
      await dm.resume('wc');
    },
  },
  {
    name: 'messages that nobody knows, and words behind those that are known, are refused',
    run: async (bench) => {
      const { dm } = bench;
      await bench.create('wc');
      await bench.create('plain', bench.linear(bench.path('other-origin')));
      for (const text of ['nonsense', 'flush now', 'flush_on_suspend 1', 'cleaner on', 'clear_stats 0']) {
        await refuses(dm.message('wc', text), 'Invalid argument');
      }
      await refuses(dm.message('plain', 'flush'), 'Invalid argument');
      await refuses(dm.message('wc', '@nonsense'), 'Invalid argument');
      assert.equal((await bench.status()).free_blocks, 63);
    },
  },
  {
    name: 'the cleaner writes everything back and caches nothing new, and the table does not show it',
    run: async (bench) => {
      await bench.create('wc');
      const table = await bench.parameters('wc');
      bench.put('wc', 'abc');
      await bench.dm.message('wc', 'cleaner');
      await bench.until('nothing dirty', (now) => now.free_blocks === 63 && now.writeback_blocks === 0);
      bench.put('wc', 'de', 2);
      assert.equal(bench.get('wc', 0, 5), 'abde.');
      assert.equal(bench.content('origin'), 'abde');
      const { free_blocks, counters } = await bench.status();
      assert.deepEqual([free_blocks, counters?.writes_around], [63, 2n]);
      assert.equal(await bench.parameters('wc'), table);
      bench.metadata();
    },
  },
  {
    name: 'the cleaner of a table shows there',
    run: async (bench) => {
      await bench.create('wc', bench.writecache({ options: 'cleaner' }));
      assert.match(await bench.parameters('wc'), / 1 cleaner$/);
      bench.put('wc', 'ab');
      assert.equal(bench.content('origin'), 'ab');
      assert.equal((await bench.status()).free_blocks, 63);
    },
  },
  {
    name: 'metadata_only caches nothing of what is ordinary data',
    run: async (bench) => {
      await bench.create('wc', bench.writecache({ options: 'metadata_only' }));
      bench.put('wc', 'ab');
      assert.equal(bench.content('origin'), 'ab');
      assert.equal((await bench.status()).counters?.writes_around, 2n);
    },
  },
];
