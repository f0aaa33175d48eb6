import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, type LabCache } from './bench.js';
import { expectNothingLost, Ledger } from './ledger.js';

/** Nothing is written back or committed before it has to be. */
export const LAZY = [
  ...['high_watermark', '100', 'low_watermark', '100'],
  ...['autocommit_time', '3600000', 'autocommit_blocks', '1000000'],
];

const DONE = { status: 0, document: { changed: true } };

/**
 * On x86 the kernel survives memory errors (COPY_MC), and for that reason forgets the entries of a cache that is suspended
 * and resumed in error. Other tests may come behind these, in `more`.
 */
export function testsOnX86(mode: 'p' | 's', more: (bench: () => Bench) => void): void {
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
    it('recover undoes what a suspend and resume in error did: stale reads', async () => {
      await ledger.phase('dirty', 1);
      await ledger.phase('read-before', 1);
      await bench.failWrites(lab, 'origin');
      // By the cleaner: in pmem mode a flush that meets the error may hang for good.
      await bench.sh('dmsetup message wc 0 cleaner; until_so status_is wc "1 *"');
      expect(await bench.wcache('flush', 'wc')).toMatchObject({ status: 1, code: 'in-error' });
      await ledger.phase('read-error', 1);
      await ledger.phase('read-stale', 0);
      // What an operator would do who does not know better. The status then speaks of a clean cache.
      await bench.sh('dmsetup suspend wc; dmsetup resume wc; status_is wc "1 254 254 *"');
      await ledger.worked('read-stale', 2);
      await bench.mend(lab, 'origin');
      await ledger.phase('read-recovering', 0);
      expect(await bench.wcache('recover', 'wc', '--yes')).toMatchObject(DONE);
      await ledger.phase('read-after', 1);
      await bench.sh('dmsetup message wc 0 flush; status_is wc "0 254 254 *"');
      const reports = await ledger.end();
      const isStale = ({ phase }: { phase: string }): boolean =>
        ['read-stale', 'read-recovering'].includes(phase);
      expectNothingLost(reports.filter((report) => !isStale(report)));
      expect(reports.find(({ phase }) => phase === 'read-stale')?.stale).toBeGreaterThan(0);
      // All of it: what was not committed at the time of the error was, by the suspend.
      expect(await ledger.compare('/dev/mapper/wc-o')).toBe('0 of 60');
    });

    more(() => bench);
  });
}
