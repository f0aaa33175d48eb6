import assert from 'node:assert/strict';
import { LAZY, line, type CacheLine } from './bench.js';
import { refuses } from './refusal.js';
import type { ConformanceCase } from './suite.js';

/** What a writecache's constructor does with a table and with what is on the cache device. */
export const LOAD_CASES: readonly ConformanceCase[] = [
  {
    name: 'a table that the target refuses, in the words of the target',
    run: async (bench) => {
      const refused = async (wanted: CacheLine, words: string): Promise<void> => {
        await refuses(bench.create('wc', bench.writecache(wanted)), `writecache: ${words}`);
      };
      const { lookupErrno } = bench.traits;
      await refused({ blockBytes: 4097 }, 'Invalid block size (-EINVAL)');
      await refused({ options: 'high_watermark 101' }, 'Invalid optional argument (-EINVAL)');
      await refused({ options: 'nonsense' }, 'Invalid optional argument (-EINVAL)');
      await refused({ options: 'low_watermark 60' }, 'High watermark must be greater than or equal');
      await refused({ origin: '/dev/nowhere' }, `Origin data device lookup failed (-${lookupErrno})`);
      await refused({ cache: '/dev/nowhere' }, `Cache data device lookup failed (-${lookupErrno})`);
      await refused({ cache: '4000:99' }, 'Cache data device lookup failed (-ENXIO)');
      await refused({ options: 'start_sector 512' }, 'Invalid optional argument (-EINVAL)');
      await refuses(bench.create('wc', line('writecache', bench.mode, 8)), 'Bad arguments (-EINVAL)');
      const four = `${bench.mode} ${bench.path('origin')} ${bench.path('cache')} 4096`;
      await refuses(
        bench.create('wc', line('writecache', four, 8)),
        'Invalid number of feature args (-EINVAL)',
      );
      assert.equal(bench.content('cache'), '');
    },
  },
  {
    name: 'a cache that is too small for anything',
    run: async (bench) => {
      const last = bench.writecache({ options: 'start_sector 504' });
      const words = bench.mode === 's' ? 'Invalid device size' : 'Unable to initialize device';
      await refuses(bench.create('wc', last), words);
      await bench.create('wc', bench.writecache({ options: 'start_sector 496' }));
      assert.equal((await bench.status()).total_blocks, 1);
    },
  },
  {
    name: 'an option of the other mode',
    run: async (bench) => {
      const option = bench.mode === 's' ? 'nofua' : 'pause_writeback 100';
      await refuses(bench.create('wc', bench.writecache({ options: option })), 'Invalid optional argument');
    },
  },
  {
    name: 'mode p needs memory behind the cache device',
    run: async (bench) => {
      const words = bench.traits.hasPmem
        ? 'Cache device is not a DAX device (-EOPNOTSUPP)'
        : 'Persistent memory or DAX not supported on this system (-EOPNOTSUPP)';
      const parameters = `p ${bench.path('origin')} ${bench.path('other-origin')} 4096 0`;
      await refuses(bench.create('wc', line('writecache', parameters, 8)), words);
    },
  },
  {
    name: 'a length that does not fit the origin or the blocks',
    run: async (bench) => {
      const tooLong = bench.writecache({ blocks: 257 });
      await refuses(bench.create('wc', tooLong), 'too small for target: start=0, len=2056, dev_size=2048');
      const uneven = { ...bench.writecache(), lengthSectors: 2044n };
      await refuses(bench.create('wc', uneven), 'len=2044 not aligned to h/w logical block size 4096');
      // It was formatted all the same: the constructor comes first.
      assert.match(bench.metadata(), /^0x23489321 of 63 blocks/);
    },
  },
  {
    name: 'a load formats a blank cache, though the table is never made live',
    run: async (bench) => {
      bench.patch('cache', 12, [1, 2, 3]);
      await bench.create('wc', bench.linear(bench.path('origin')));
      await bench.dm.load('wc', bench.writecache());
      assert.equal(bench.metadata(), '0x23489321 of 63 blocks of 4096, seq 0;');
      await bench.dm.clear('wc');
      assert.equal(bench.metadata(), '0x23489321 of 63 blocks of 4096, seq 0;');
      assert.equal(bench.content('origin'), '');
    },
  },
  {
    name: 'a superblock that is none, and one of another version',
    run: async (bench) => {
      bench.patch('cache', 0, [1]);
      await refuses(bench.create('wc'), 'Invalid magic in the superblock (-EINVAL)');
      bench.patch('cache', 0, [0, 0, 0, 0, 1]);
      await refuses(bench.create('wc'), 'Invalid magic in the superblock (-EINVAL)');
      bench.patch('cache', 0, [0x21, 0x93, 0x48, 0x23, 2]);
      await refuses(bench.create('wc'), 'Invalid version in the superblock (-EINVAL)');
      bench.metadata();
    },
  },
  {
    name: 'a block size that is not the one of the cache',
    run: async (bench) => {
      await bench.create('wc');
      await bench.dm.remove('wc');
      await refuses(
        bench.create('wc', bench.writecache({ blockBytes: 512 })),
        'Block size does not match superblock',
      );
      await bench.create('wc', bench.linear(bench.path('origin')));
      await refuses(bench.dm.load('wc', bench.writecache({ blockBytes: 2048 })), 'Block size does not match');
      assert(!(await bench.device('wc')).hasInactiveTable);
    },
  },
  {
    name: 'a cache with more blocks than the device, with none, and with fewer',
    run: async (bench) => {
      await bench.create('wc');
      await bench.dm.remove('wc');
      bench.patch('cache', 16, [64]);
      await refuses(bench.create('wc'), 'Memory area is too small (-EINVAL)');
      bench.patch('cache', 16, [0]);
      await refuses(bench.create('wc'), 'Cannot allocate memory (-ENOMEM)');
      bench.patch('cache', 16, [7]);
      await bench.create('wc');
      assert.equal((await bench.status()).total_blocks, 7);
    },
  },
  {
    name: 'start_sector says where the cache begins',
    run: async (bench) => {
      await bench.create('wc', bench.writecache({ options: `start_sector 8 ${LAZY}` }));
      assert.equal((await bench.status()).total_blocks, 62);
      bench.put('wc', 'ab');
      await bench.dm.remove('wc');
      assert.match(bench.metadata(8), /seq 1; 0: sector 0 seq 0, 1: sector 8 seq 0$/);
      assert.equal(bench.metadata(0), 'blank, magic 0x00000000');
      // Behind the superblock there are entries, which look like nothing.
      await refuses(
        bench.create('wc', bench.writecache({ options: `start_sector 9 ${LAZY}` })),
        'Invalid magic',
      );
      await bench.create('wc', bench.writecache({ options: `start_sector 8 ${LAZY}` }));
      assert.equal(bench.get('wc', 0, 3), 'ab.');
    },
  },
  {
    name: 'blocks of 512 bytes',
    run: async (bench) => {
      await bench.create('wc', bench.writecache({ blockBytes: 512 }));
      assert.equal((await bench.status()).total_blocks, 496);
      bench.put('wc', 'ab', 3);
      bench.flush('wc');
      assert.equal((await bench.status()).free_blocks, 480);
      bench.metadata();
      await bench.dm.message('wc', 'flush');
      assert.equal(bench.content('origin'), '...ab');
    },
  },
  {
    name: 'the table is printed in one order, with what was given and nothing else',
    run: async (bench) => {
      const only = bench.mode === 's' ? 'pause_writeback 100' : 'nofua';
      const shown = `start_sector 8 high_watermark 60 low_watermark 0 writeback_jobs 0 autocommit_blocks 7 autocommit_time 0 max_age 86400000 cleaner metadata_only`;
      const given = `metadata_only cleaner Max_Age 86400000 AUTOCOMMIT_TIME 0 autocommit_blocks 7 writeback_jobs 0 low_watermark 0 high_watermark 60 start_sector 8`;
      await bench.create('wc', bench.writecache({ options: `${only} ${given}` }));
      const expected =
        bench.mode === 's' ? `${shown} ${only}` : shown.replace(' metadata_only', ` ${only} metadata_only`);
      assert.equal(
        await bench.parameters('wc'),
        `writecache ${bench.mode} ${bench.devices} 4096 ${String(expected.split(' ').length)} ${expected}`,
      );
    },
  },
  {
    name: 'devices are printed by their numbers, of two values the last, and of words behind the counted ones none',
    run: async (bench) => {
      const parameters = `${bench.mode.toUpperCase()} ${bench.devices} 4096 0 junk more`;
      await bench.create('wc', line('writecache', parameters, 2048));
      assert.equal(await bench.parameters('wc'), `writecache ${bench.mode} ${bench.devices} 4096 0`);
      await bench.dm.load('wc', bench.writecache({ options: 'writeback_jobs 5 writeback_jobs 6' }));
      assert.match(await bench.parameters('wc', 'inactive'), / 4096 2 writeback_jobs 6$/);
    },
  },
];
