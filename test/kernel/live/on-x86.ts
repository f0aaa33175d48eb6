import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, type LabCache } from './bench.js';
import { expectNothingLost, Ledger } from './ledger.js';

/** Nothing is written back or committed before it has to be. */
const LAZY = [
  ...['high_watermark', '100', 'low_watermark', '100'],
  ...['autocommit_time', '3600000', 'autocommit_blocks', '1000000'],
];

/**
 * What every verb does on x86, where the kernel survives memory errors (COPY_MC), and for that reason forgets the entries
 * of a cache that is suspended and resumed in error.
 */
export function testsOnX86(mode: 'p' | 's'): void {
  let bench: Bench;
  let lab: LabCache;
  let ledger: Ledger;

  beforeAll(async () => {
    bench = await Bench.boot('debian-6.12', mode);
    lab = await bench.cache('wc', { options: LAZY });
    ledger = await Ledger.start(bench, 'wc', 60, 'write', 1);
  });

  afterAll(async () => {
    await bench.end();
  });

  describe(`in mode ${mode} on x86`, () => {
    if (mode === 'p') {
      it('clean, set, suspend and resume keep the data', async () => {
        expect(await bench.wcache('set', 'wc', 'fua=off')).toMatchObject({
          status: 0,
          document: { changed: true },
        });
        expect(await bench.sh('dmsetup table wc')).toContain(' nofua');
        await ledger.phase('read', 1);
        expect(await bench.wcache('clean', 'wc')).toMatchObject({
          status: 0,
          document: { dirty_blocks_after: 0 },
        });
        expect(await bench.wcache('set', 'wc', 'cleaner=off')).toMatchObject({
          status: 0,
          document: { changed: true },
        });
        await ledger.phase('write-again', 1);
        await ledger.phase('read-again', 1);
        await bench.sh('! status_is wc "0 254 254 *"');
        const suspended = await bench.wcache('suspend', 'wc', '--flush');
        expect(suspended).toMatchObject({ status: 0, document: { changed: true, dirty_blocks_after: 0 } });
        expect(await bench.wcache('resume', 'wc')).toMatchObject({ status: 0, document: { changed: true } });
        await bench.sh('same /dev/mapper/wc-o /dev/mapper/wc');
      });
    }

    it('recover undoes what a suspend and resume in error did: stale reads', async () => {
      await ledger.phase('write-more', 1);
      await ledger.phase('dirty', 1);
      await ledger.phase('read-before', 1);
      await bench.failWrites(lab, 'origin');
      expect(await bench.wcache('flush', 'wc')).toMatchObject({ status: 1, code: 'in-error' });
      await ledger.phase('read-error', 1);
      await ledger.phase('read-stale', 0);
      // What an operator would do who does not know better. The status then speaks of a clean cache.
      await bench.sh('dmsetup suspend wc; dmsetup resume wc; status_is wc "1 254 254 *"');
      await ledger.worked('read-stale', 2);
      await bench.mend(lab, 'origin');
      await ledger.phase('read-recovering', 0);
      expect(await bench.wcache('recover', 'wc', '--yes')).toMatchObject({
        status: 0,
        document: { changed: true },
      });
      await ledger.phase('read-after', 1);
      expect(await bench.wcache('flush', 'wc')).toMatchObject({
        status: 0,
        document: { dirty_blocks_after: 0 },
      });
      const reports = await ledger.end();
      const isStale = ({ phase }: { phase: string }): boolean =>
        ['read-stale', 'read-recovering'].includes(phase);
      expectNothingLost(reports.filter((report) => !isStale(report)));
      expect(reports.find(({ phase }) => phase === 'read-stale')?.stale).toBeGreaterThan(0);
      // All of it: what was not committed at the time of the error was, by the suspend.
      expect(await ledger.compare('/dev/mapper/wc-o')).toBe('0 of 60');
    });

    it('recover ends an error that a suspend met, and shows nothing stale meanwhile', async () => {
      const met = await bench.cache('met', { options: LAZY });
      const application = await Ledger.start(bench, 'met', 60, 'write', 1);
      await application.phase('dirty', 1);
      await application.phase('read', 1);
      await bench.failWrites(met, 'origin');
      expect(await bench.wcache('suspend', 'met', '--flush')).toMatchObject({
        status: 1,
        code: 'suspend-error',
      });
      await bench.mend(met, 'origin');
      expect(await bench.wcache('recover', 'met', '--yes')).toMatchObject({
        status: 0,
        document: { changed: true },
      });
      await application.phase('read-after', 1);
      await bench.sh('dmsetup message met 0 flush');
      expectNothingLost(await application.end());
      expect(await application.compare('/dev/mapper/met-o')).toBe('0 of 60');
    });
  });
}
