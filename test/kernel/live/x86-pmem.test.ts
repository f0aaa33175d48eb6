import { expect, it } from 'vitest';
import { answered } from './bench.js';
import { expectNothingLost, Ledger } from './ledger.js';
import { LAZY, testsOnX86 } from './on-x86.js';

const DONE = { status: 0, document: { changed: true } };

testsOnX86('p', (bench) => {
  it('clean, set, suspend and resume keep the data', async () => {
    await bench().cache('well', { options: LAZY });
    const ledger = await Ledger.start(bench(), 'well', 60, 'write', 1);
    expect(await bench().wcache('set', 'well', 'fua=off')).toMatchObject(DONE);
    expect(await bench().sh('dmsetup table well')).toContain(' nofua');
    await ledger.phase('read', 1);
    expect(await bench().wcache('clean', 'well')).toMatchObject({
      ...DONE,
      document: { dirty_blocks_after: 0 },
    });
    expect(await bench().wcache('set', 'well', 'cleaner=off')).toMatchObject(DONE);
    await ledger.phase('write-again', 1);
    await ledger.phase('read-again', 1);
    await bench().sh('! status_is well "0 254 254 *"');
    const suspended = await bench().wcache('suspend', 'well', '--flush');
    expect(suspended).toMatchObject({ ...DONE, document: { dirty_blocks_after: 0 } });
    expect(await bench().wcache('resume', 'well')).toMatchObject(DONE);
    expectNothingLost(await ledger.end());
    expect(await ledger.compare('/dev/mapper/well-o')).toBe('0 of 60');
  });

  it('clean comes to an end where blocks were overwritten while they were being written back', async () => {
    await bench().cache('again', { options: LAZY });
    // The cleaner passes over new copies as long as the old ones are under way, and has then forgotten them.
    const copies = `
      fill /dev/mapper/again a 0 20
      sync /dev/mapper/again
      fill /dev/mapper/again b 0 20
      hold again-o`;
    const left = await bench().sh(`
      ${copies}
      dmsetup message again 0 cleaner
      until_so status_is again "0 254 214 20 *"
      sleep 1
      dmsetup resume again-o
      sleep 2
      dmsetup status again`);
    expect(left.split(' ').slice(3, 7)).toEqual(['0', '254', '234', '0']);
    expect(await bench().wcache('set', 'again', 'cleaner=off', '--yes')).toMatchObject(DONE);
    const ran = await bench().run(`
      ${copies}
      (until_so status_is again "0 254 214 20 *"; sleep 1; dmsetup resume again-o) >&2 &
      wcache clean again --json`);
    expect(answered(ran)).toMatchObject({ status: 0, document: { dirty_blocks_after: 0 } });
    await bench().sh('has /dev/mapper/again-o 81920 b');
  });

  it('flush tells of an error in the middle, after which the kernel itself hangs', async () => {
    const { origin } = await bench().cache('stuck', { options: LAZY });
    const failing = `0 ${String(origin.sectors)} flakey ${origin.disk} ${String(origin.start)} 0 1 1 error_writes`;
    const ran = await bench().run(`
      fill /dev/mapper/stuck a 0 20
      sync /dev/mapper/stuck
      hold stuck-o
      dmsetup load stuck-o --table '${failing}'
      (until_so status_is stuck "0 254 234 20 *"; sleep 1; dmsetup resume stuck-o) >&2 &
      wcache flush stuck --json`);
    expect(answered(ran)).toMatchObject({ status: 1, code: 'in-error' });
    // A writeback that fails frees no block and wakes nobody. Whoever suspended it now would hang too, and the lock
    // that the flush still has keeps wcache from that.
    await bench().sh('sleep 1; under_way message 1; status_is stuck "1 254 234 0 *"');
    expect(await bench().wcache('recover', 'stuck', '--yes')).toMatchObject({ status: 5, code: 'locked' });
    expect(await bench().wcache('suspend', 'stuck')).toMatchObject({ status: 5, code: 'locked' });
    await bench().sh('has /dev/mapper/stuck 81920 a');
  });
});
