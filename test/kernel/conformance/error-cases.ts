import assert from 'node:assert/strict';
import { line, mappingPath, type Bench } from './bench.js';
import { refuses } from './refusal.js';
import type { ConformanceCase } from './suite.js';

/** A writecache whose origin fails, and what brings it back. */
export const ERROR_CASES: readonly ConformanceCase[] = [
  {
    name: 'an origin that fails puts the target in error',
    run: async (bench) => {
      await inError(bench);
      const { error, free_blocks } = await bench.status();
      assert.deepEqual([error, free_blocks], [true, 60]);
      assert.equal(bench.get('wc', 0, 3), 'abc');
      bench.fails(() => {
        bench.put('wc', 'x');
      });
      bench.fails(() => {
        bench.put('wc', 'x', 9);
      });
      bench.fails(() => {
        bench.flush('wc');
      });
      bench.fails(() => bench.get('wc', 9, 1));
      if (bench.mode === 's') await refuses(bench.dm.message('wc', 'flush'), 'Input/output error');
      await mend(bench);
      assert.equal(bench.get('wc', 9, 1), '.');
      bench.fails(() => {
        bench.put('wc', 'x', 9);
      });
      assert((await bench.status()).error);
      assert.match(bench.metadata(), /seq 1; 0: sector 0 seq 0, 1: sector 8 seq 0, 2: sector 16 seq 0$/);
    },
  },
  {
    name: 'messages to a target in error',
    run: async (bench) => {
      await inError(bench);
      await refuses(bench.dm.message('wc', 'flush'), 'Input/output error');
      await bench.dm.message('wc', 'flush_on_suspend');
      await bench.dm.message('wc', 'cleaner');
      await bench.dm.message('wc', 'clear_stats');
      await mend(bench);
      await refuses(bench.dm.message('wc', 'flush'), 'Input/output error');
    },
  },
  {
    name: 'the same table once more recovers what the target in error had',
    run: async (bench) => {
      const { dm } = bench;
      await inError(bench);
      await mend(bench);
      await dm.load('wc', overSlow(bench));
      await dm.suspend('wc', { skipLockfs: true });
      assert((await bench.status()).error);
      await dm.resume('wc');
      const { error, free_blocks } = await bench.status();
      assert.deepEqual([error, free_blocks], [false, 60]);
      assert.equal(bench.get('wc', 0, 4), 'abc.');
      await dm.message('wc', 'flush');
      assert.equal(bench.content('origin'), 'abc');
    },
  },
  {
    name: 'a suspend and resume keep the error, and with it no or all blocks',
    run: async (bench) => {
      const { dm, traits } = bench;
      await inError(bench);
      await mend(bench);
      await dm.suspend('wc');
      assert((await bench.status()).error);
      await dm.resume('wc');
      const { error, free_blocks } = await bench.status();
      const forgets = traits.behaviour.forgetsInError;
      assert.deepEqual([error, free_blocks], [true, forgets ? 63 : 60]);
      // W6: stale.
      assert.equal(bench.get('wc', 0, 3), forgets ? '...' : 'abc');
      assert.match(bench.metadata(), /seq 1; 0: sector 0 seq 0, 1: sector 8 seq 0, 2: sector 16 seq 0$/);
      await dm.load('wc', overSlow(bench));
      await dm.resume('wc');
      assert.equal(bench.get('wc', 0, 4), 'abc.');
      assert(!(await bench.status()).error);
    },
  },
  {
    name: 'a removal that meets an error says so before anything is lost',
    run: async (bench) => {
      const { dm } = bench;
      await create(bench);
      await fail(bench);
      await dm.message('wc', 'flush_on_suspend');
      await dm.load('wc', bench.linear(mappingPath('slow')));
      await dm.suspend('wc');
      const { error, free_blocks } = await bench.status();
      assert.deepEqual([error, free_blocks], [true, 60]);
      await mend(bench);
      await dm.load('wc', overSlow(bench));
      await dm.resume('wc');
      assert.equal(bench.get('wc', 0, 4), 'abc.');
      assert.equal((await bench.status()).free_blocks, 60);
    },
  },
  {
    name: 'a fresh instance whose origin still fails gets into error again',
    run: async (bench) => {
      const { dm } = bench;
      await inError(bench);
      await dm.load('wc', overSlow(bench));
      await dm.suspend('wc');
      await dm.resume('wc');
      assert(!(await bench.status()).error);
      await dm.message('wc', 'cleaner');
      await bench.until('error', (now) => now.error);
      await mend(bench);
    },
  },
  {
    name: 'two identical entries: the first activation is in error, the second is not',
    run: async (bench) => {
      await bench.create('wc');
      bench.put('wc', 'abc');
      await bench.dm.remove('wc');
      // The second entry says what the first one does: sector 0, sequence 0.
      bench.patch('cache', 64 + 16, new Array<number>(16).fill(0));
      await bench.create('wc');
      const { error, free_blocks } = await bench.status();
      assert.deepEqual([error, free_blocks], [true, 61]);
      assert.equal(bench.get('wc', 0, 3), 'b.c');
      bench.metadata();
      await bench.dm.remove('wc');
      await bench.create('wc');
      assert.deepEqual((await bench.status()).error, false);
      assert.equal(bench.get('wc', 0, 3), 'b.c');
    },
  },
];

/** A cache over a mapping that can fail, with three blocks. */
async function create(bench: Bench): Promise<void> {
  await bench.create('slow', bench.linear(bench.path('origin')));
  await bench.create('wc', overSlow(bench));
  bench.put('wc', 'abc');
  bench.flush('wc');
}

function overSlow(bench: Bench): ReturnType<Bench['writecache']> {
  return bench.writecache({ origin: mappingPath('slow') });
}

async function fail(bench: Bench): Promise<void> {
  await bench.dm.load('slow', line('error', '', 2048));
  await bench.dm.resume('slow');
}

async function mend(bench: Bench): Promise<void> {
  await bench.dm.load('slow', bench.linear(bench.path('origin')));
  await bench.dm.resume('slow');
}

/** By the cleaner: in pmem mode a flush that meets the error may hang for good (kernel-target.md §4). */
async function inError(bench: Bench): Promise<void> {
  await create(bench);
  await fail(bench);
  await bench.dm.message('wc', 'cleaner');
  await bench.until('error', (now) => now.error && now.writeback_blocks === 0);
}
