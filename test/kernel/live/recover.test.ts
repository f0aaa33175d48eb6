import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, LIVE } from './bench.js';
import { expectNothingLost, Ledger } from './ledger.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

/** Nothing is written back or committed before it has to be. */
const LAZY = ['high_watermark', '100', 'low_watermark', '100', 'autocommit_time', '3600000'];

describe('recover', () => {
  it('has nothing to do where there is no error', async () => {
    await bench.cache('well');
    await bench.sh('fill /dev/mapper/well a 0 10');
    const before = await bench.snapshot('well');
    expect(await bench.wcache('recover', 'well')).toMatchObject({ status: 0, document: { changed: false } });
    expect(await bench.wcache('recover', 'well', '--yes')).toMatchObject({
      status: 0,
      document: { changed: false },
    });
    expect(await bench.snapshot('well')).toBe(before);
  });

  it('brings a cache back whose origin failed, with what was never committed too', async () => {
    // Over the high watermark, so that a fresh instance writes at once, and meets the origin.
    const lab = await bench.cache('origin', { options: ['autocommit_time', '3600000'] });
    const ledger = await Ledger.start(bench, 'origin', 100, 'write', 1);
    await ledger.phase('dirty', 1);
    await ledger.phase('read', 1);
    await bench.failWrites(lab, 'origin');
    await bench.sh('fill /dev/mapper/origin z 500 120 2>&1 || status_is origin "1 *"');
    expect(await bench.wcache('flush', 'origin')).toMatchObject({ status: 1, code: 'in-error' });
    const before = await bench.snapshot('origin');
    const unconfirmed = await bench.wcache('recover', 'origin');
    expect(unconfirmed).toMatchObject({ status: 2, code: 'not-confirmed' });
    expect(await bench.wcache('set', 'origin', 'max-age=1h')).toMatchObject({ status: 1, code: 'in-error' });
    expect(await bench.wcache('recover', 'origin', '--dry-run')).toMatchObject({
      status: 0,
      document: { done: false },
    });
    const withoutReads = (text: string): string =>
      text.replace(/(writecache 1 \d+ \d+ \d+) \d+ \d+ .*/, '$1');
    expect(withoutReads(await bench.snapshot('origin'))).toBe(withoutReads(before));

    const still = await bench.wcache('recover', 'origin', '--yes');
    expect(still).toMatchObject({ status: 1, code: 'still-in-error' });
    await bench.mend(lab, 'origin');
    const recovered = await bench.wcache('recover', 'origin', '--yes');
    expect(recovered).toMatchObject({ status: 0, document: { changed: true } });
    await bench.sh('status_is origin "0 *"');
    await ledger.phase('read-after', 1);
    expect(await bench.wcache('flush', 'origin')).toMatchObject({
      status: 0,
      document: { dirty_blocks_after: 0 },
    });
    await ledger.phase('write-after', 1);
    expectNothingLost(await ledger.end());
    await bench.sh('dmsetup message origin 0 flush');
    expect(await ledger.compare('/dev/mapper/origin-o')).toBe('0 of 100');
  });

  it('loses only what was never flushed when the cache device fails', async () => {
    const lab = await bench.cache('cache', { options: LAZY });
    const ledger = await Ledger.start(bench, 'cache', 100, 'write', 3);
    await bench.sh('dmsetup message cache 0 flush');
    // Nothing is in the cache now: what is written next gets new entries, which the commit then fails to write.
    await ledger.phase('dirty', 1);
    await ledger.phase('read', 1);
    await bench.failWrites(lab, 'cache');
    await bench.sh('! sync /dev/mapper/cache 2>&1; status_is cache "1 *"');
    // The instance in error still has all of it in memory.
    await ledger.phase('read-error', 1);
    await bench.mend(lab, 'cache');
    await ledger.phase('read-recovering', 0);
    expect(await bench.wcache('recover', 'cache', '--yes')).toMatchObject({
      status: 0,
      document: { changed: true },
    });
    await ledger.phase('read-after', 1);
    await bench.sh('dmsetup message cache 0 flush; status_is cache "0 254 254 *"');
    const reports = await ledger.end();
    const isAfter = ({ phase }: { phase: string }): boolean =>
      ['read-recovering', 'read-after'].includes(phase);
    expectNothingLost(reports.filter((report) => !isAfter(report)));
    // What nobody flushed is gone, and the durable version is back, or the origin's.
    const after = reports.find(({ phase }) => phase === 'read-after');
    expect(after).toMatchObject({ stale: 0, read_errors: 0 });
    expect(after?.fell).toBeGreaterThan(0);
    expect(await ledger.compare('/dev/mapper/cache-o', 'durable')).toBe('0 of 100');
  });

  it('keeps everything when the cache device failed to be read', async () => {
    const lab = await bench.cache('reads', { options: LAZY });
    const ledger = await Ledger.start(bench, 'reads', 100, 'write', 1);
    await ledger.phase('dirty', 1);
    await ledger.phase('read', 1);
    const { disk, start, sectors } = lab.cache;
    // The metadata can be read, and the data can't.
    await bench.become(
      lab,
      'cache',
      `0 16 linear ${disk} ${String(start)}`,
      `16 ${String(sectors - 16)} error`,
    );
    const failed = await bench.wcache('flush', 'reads');
    expect(failed).toMatchObject({ status: 1, code: 'in-error' });
    const told = await bench.wcache('recover', 'reads', '--dry-run');
    expect(told.document['conclusion']).toBe('The cache /dev/mapper/reads-c cannot be read.');
    await bench.mend(lab, 'cache');
    expect(await bench.wcache('recover', 'reads', '--yes')).toMatchObject({
      status: 0,
      document: { changed: true },
    });
    await ledger.phase('read-after', 1);
    await bench.sh('dmsetup message reads 0 flush; status_is reads "0 254 254 *"');
    for (const report of await ledger.end()) expect(report).toMatchObject({ stale: 0, fell: 0 });
    expect(await ledger.compare('/dev/mapper/reads-o')).toBe('0 of 100');
  });

  it('leaves an instance alone whose metadata is only in memory', async () => {
    const lab = await bench.cache('memory', { cacheKiB: 2048, options: LAZY });
    await bench.sh('fill /dev/mapper/memory a 0 400; sync /dev/mapper/memory');
    await bench.failWrites(lab, 'origin');
    await bench.sh('dmsetup message memory 0 flush || true; status_is memory "1 509 109 *"');
    const { disk, start, sectors } = lab.cache;
    await bench.become(
      lab,
      'cache',
      `0 8 linear ${disk} ${String(start)}`,
      '8 8 error',
      `16 ${String(sectors - 16)} linear ${disk} ${String(start + 16)}`,
    );
    const answer = await bench.wcache('recover', 'memory', '--yes');
    expect(answer).toMatchObject({ status: 1, code: 'metadata-unreadable' });
    await bench.sh('status_is memory "1 509 109 *"; has /dev/mapper/memory 1638400 a');
    await bench.mend(lab, 'origin');
    await bench.mend(lab, 'cache');
    expect(await bench.wcache('recover', 'memory', '--yes')).toMatchObject({ status: 0 });
    await bench.sh('dmsetup message memory 0 flush');
    await bench.sh('has /dev/mapper/memory-o 1638400 a');
  });

  it('can be killed anywhere, and the next one finishes', async () => {
    const lab = await bench.cache('killed', { options: LAZY });
    const ledger = await Ledger.start(bench, 'killed', 100, 'write', 1);
    await ledger.phase('dirty', 1);
    await ledger.phase('read', 1);
    for (const [fault, attr] of [
      ['load 1 kills-late', 'LI-w'],
      ['suspend 1 kills-late', 'LIsw'],
      ['resume 1 kills-late', 'L--w'],
    ] as const) {
      await bench.failWrites(lab, 'origin');
      await bench.sh('dmsetup message killed 0 flush || true; status_is killed "1 *"');
      await bench.mend(lab, 'origin');
      const killed = await bench.run(`
        rm -f /run/killed
        export FAULT='${fault}' FAULT_COUNT=/run/killed PATH=${LIVE}/fault:$PATH
        own_wcache recover killed --yes`);
      expect({ fault, status: killed.status }).toEqual({ fault, status: 137 });
      expect(await bench.sh('dmsetup info -c --noheadings -o attr killed')).toBe(attr);
      const again = await bench.wcache('recover', 'killed', '--yes');
      // After the resume it had done all there was to do.
      expect(again).toMatchObject({ status: 0, document: { changed: fault !== 'resume 1 kills-late' } });
      await bench.sh('status_is killed "0 *"');
    }
    await ledger.phase('read-after', 1);
    await bench.sh('dmsetup message killed 0 flush; status_is killed "0 254 254 *"');
    expectNothingLost(await ledger.end());
    expect(await ledger.compare('/dev/mapper/killed-o')).toBe('0 of 100');
  });
});
