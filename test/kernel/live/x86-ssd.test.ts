import { expect, it } from 'vitest';
import { expectNothingLost, Ledger } from './ledger.js';
import { LAZY, testsOnX86 } from './on-x86.js';

testsOnX86('s', (bench) => {
  it('recover ends an error that a suspend met, and shows nothing stale meanwhile', async () => {
    const lab = await bench().cache('met', { options: LAZY });
    const ledger = await Ledger.start(bench(), 'met', 60, 'write', 1);
    await ledger.phase('dirty', 1);
    await ledger.phase('read', 1);
    await bench().failWrites(lab, 'origin');
    const met = await bench().wcache('suspend', 'met', '--flush');
    expect(met).toMatchObject({ status: 1, code: 'suspend-error' });
    await bench().mend(lab, 'origin');
    const recovered = await bench().wcache('recover', 'met', '--yes');
    expect(recovered).toMatchObject({ status: 0, document: { changed: true } });
    await ledger.phase('read-after', 1);
    await bench().sh('dmsetup message met 0 flush');
    expectNothingLost(await ledger.end());
    expect(await ledger.compare('/dev/mapper/met-o')).toBe('0 of 60');
  });
});
