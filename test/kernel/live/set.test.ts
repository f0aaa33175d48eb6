import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answered, Bench, LIVE } from './bench.js';
import { Ledger } from './ledger.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

/** As they are typed, and as the kernel prints them. The last leave nothing to cache. */
const OPTIONS: readonly (readonly [string[], string])[] = [
  [
    ['high-watermark=60', 'low-watermark=10', 'writeback-jobs=7', 'autocommit-blocks=100'],
    'high_watermark 60 low_watermark 10 writeback_jobs 7 autocommit_blocks 100',
  ],
  [
    ['autocommit-time=500ms', 'max-age=2h', 'PAUSE_WRITEBACK=1s'],
    'autocommit_time 500 max_age 7200000 pause_writeback 1000',
  ],
  [['metadata-only=on', 'cleaner=on'], 'metadata_only cleaner'],
];

/** The options of a table, after their number. */
async function optionsOf(name: string): Promise<string> {
  return (await bench.sh(`dmsetup table ${name}`)).split(' ').slice(8).join(' ');
}

describe('set', () => {
  it('gives each option to the kernel and takes it back, under a writer that loses nothing', async () => {
    await bench.cache('tuned');
    const ledger = await Ledger.start(bench, 'tuned', 150, 'write', 1);
    let words: string[] = [];
    for (const [typed, printed] of OPTIONS) {
      const { document, status } = await bench.wcache('set', 'tuned', ...typed);
      expect({ typed, status, changed: document['changed'] }).toEqual({ typed, status: 0, changed: true });
      words = [...words, printed];
      const found = await optionsOf('tuned');
      expect(found.split(' ').sort()).toEqual(words.join(' ').split(' ').sort());
    }
    await ledger.worked('write', 3);
    const defaults = OPTIONS.flatMap(([typed]) => typed.map((word) => word.replace(/=.*/, '=default')));
    const back = await bench.wcache('set', 'tuned', ...defaults, '--yes');
    expect(back).toMatchObject({
      status: 0,
      document: { table_after: expect.stringMatching(/ 4096 0$/) as string },
    });
    expect(await optionsOf('tuned')).toBe('');
    await ledger.phase('write-after', 1);
    for (const report of await ledger.end()) {
      expect(report).toMatchObject({ stale: 0, fell: 0, write_errors: 0, flush_errors: 0, read_errors: 0 });
    }
    expect(await bench.wcache('flush', 'tuned')).toMatchObject({ status: 0 });
    expect(await ledger.compare('/dev/mapper/tuned-o')).toBe('0 of 150');
  });

  it('keeps what is dirty, and what is not yet committed', async () => {
    await bench.cache('kept', { options: ['autocommit_time', '3600000'] });
    await bench.sh('fill /dev/mapper/kept a 0 50');
    const { document } = await bench.wcache('set', 'kept', 'max-age=1h', 'autocommit-time=default');
    expect(document).toMatchObject({ dirty_blocks_before: 50, dirty_blocks_after: 50, changed: true });
    await bench.sh('has /dev/mapper/kept 204800 a; has /dev/mapper/kept-o 0 a');
  });

  it('refuses what the kernel would, its defaults counted, and changes nothing', async () => {
    await bench.cache('strict');
    await bench.sh('fill /dev/mapper/strict a 0 10');
    const before = await bench.snapshot('strict');
    const refused = [
      [['low-watermark=60'], 'invalid-table'],
      [['high-watermark=40'], 'invalid-table'],
      [['fua=on'], 'invalid-table'],
      [['start-sector=8'], 'unknown-option'],
      [['high-watermark'], 'bad-assignment'],
      [['max-age=soon'], null],
      [[], 'usage'],
    ] as const;
    for (const [words, code] of refused) {
      const answer = await bench.wcache('set', 'strict', ...words);
      expect({ words, status: answer.status }).toEqual({ words, status: 2 });
      if (code !== null) expect(answer.code).toBe(code);
    }
    const dryRun = await bench.wcache('set', 'strict', 'high-watermark=60', '--dry-run');
    expect(dryRun).toMatchObject({ status: 0, document: { done: false, changed: false } });
    expect(await bench.snapshot('strict')).toBe(before);
  });

  it('does nothing where all is as wanted', async () => {
    await bench.cache('same', { options: ['high_watermark', '60'] });
    await bench.sh('fill /dev/mapper/same a 0 10');
    const before = await bench.snapshot('same');
    const answer = await bench.wcache('set', 'same', 'high-watermark=60', 'max-age=default');
    expect(answer).toMatchObject({ status: 0, document: { changed: false, commands: [] } });
    expect(await bench.snapshot('same')).toBe(before);
  });

  it('leaves alone what is suspended, and where another table waits', async () => {
    const other = await bench.cache('other');
    await bench.sh(`dmsetup load other --table '0 ${String(other.sectors)} linear /dev/mapper/other-o 0'`);
    const waiting = await bench.snapshot('other');
    expect(await bench.wcache('set', 'other', 'max-age=1h')).toMatchObject({
      status: 1,
      code: 'table-waits',
    });
    expect(await bench.snapshot('other')).toBe(waiting);
    await bench.sh('dmsetup clear other; dmsetup suspend other');
    const suspended = await bench.snapshot('other');
    expect(await bench.wcache('set', 'other', 'max-age=1h')).toMatchObject({ status: 1, code: 'suspended' });
    expect(await bench.snapshot('other')).toBe(suspended);
    await bench.sh('dmsetup resume other');
  });

  it('does not give a fresh instance metadata that it could not read', async () => {
    const bad = await bench.cache('bad', {
      cacheKiB: 2048,
      options: ['high_watermark', '100', 'low_watermark', '100'],
    });
    await bench.sh('fill /dev/mapper/bad a 0 400; sync /dev/mapper/bad');
    const { disk, start, sectors } = bad.cache;
    await bench.become(
      bad,
      'cache',
      `0 8 linear ${disk} ${String(start)}`,
      '8 8 error',
      `16 ${String(sectors - 16)} linear ${disk} ${String(start + 16)}`,
    );
    const before = await bench.snapshot('bad');
    const answer = await bench.wcache('set', 'bad', 'max-age=1h');
    expect(answer).toMatchObject({ status: 1, code: 'swap-failed' });
    expect(answer.message).toContain('The metadata of bad cannot be read any more');
    expect(await bench.snapshot('bad')).toBe(before);
    await bench.sh('has /dev/mapper/bad 1638400 a');
  });

  it('lets nobody in between, and finishes in spite of a signal', async () => {
    await bench.cache('one');
    await bench.sh('fill /dev/mapper/one a 0 50');
    const first = bench.run(`
      FAULT='resume 1 waits' FAULT_COUNT=/run/one PATH=${LIVE}/fault:$PATH
      export FAULT FAULT_COUNT PATH
      exec_wcache set one max-age=1h --json & pid=$!
      echo $pid >/run/one.pid
      wait $pid`);
    await bench.sh('until_so [ -e /run/one.waiting ]');
    const second = await bench.wcache('set', 'one', 'max-age=2h');
    expect(second).toMatchObject({ status: 5, code: 'locked' });
    expect(await bench.wcache('recover', 'one', '--yes')).toMatchObject({ status: 5, code: 'locked' });
    await bench.sh(
      'for signal in INT TERM HUP; do kill -$signal $(cat /run/one.pid); done; sleep 0.2; touch /run/one.go',
    );
    expect(answered(await first)).toMatchObject({ status: 0, document: { changed: true } });
    expect(await optionsOf('one')).toBe('max_age 3600000');
    expect(await bench.wcache('set', 'one', 'max-age=2h')).toMatchObject({
      status: 0,
      document: { changed: true },
    });
    await bench.sh('has /dev/mapper/one 204800 a');
  });
});
