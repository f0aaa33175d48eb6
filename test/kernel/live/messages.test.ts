import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, linear, type LabCache } from './bench.js';
import { Ledger } from './ledger.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

/** Nothing is written back before it has to be. */
const LAZY = ['high_watermark', '100', 'low_watermark', '100'];

describe('message', () => {
  it('sends each of the four, in any spelling', async () => {
    await bench.cache('all', { options: LAZY });
    await bench.sh('fill /dev/mapper/all a 0 20');
    const flush = await bench.wcache('message', 'all', 'FLUSH');
    expect(flush).toMatchObject({ status: 0, document: { dirty_blocks_before: 20, dirty_blocks_after: 0 } });
    await bench.sh('status_is all "0 254 254 0 *"; ! status_is all "* 0 0 0 0 0 0 0 0 0 0"');
    expect(await bench.wcache('message', 'all', 'Clear_Stats')).toMatchObject({ status: 0 });
    await bench.sh('status_is all "0 254 254 0 0 0 0 0 0 0 0 0 0 0"; fill /dev/mapper/all b 0 20');
    expect(await bench.wcache('message', 'all', 'flush_on_suspend')).toMatchObject({ status: 0 });
    await bench.sh(
      'status_is all "0 254 234 *"; dmsetup suspend all; status_is all "0 254 254 *"; dmsetup resume all',
    );
    await bench.sh('fill /dev/mapper/all c 0 20');
    expect(await bench.wcache('message', 'all', 'cleaner')).toMatchObject({ status: 0 });
    await bench.sh(
      'until_so status_is all "0 254 254 0 *"; fill /dev/mapper/all d 0 5; status_is all "0 254 254 0 *"',
    );
  });

  it('refuses what the target does not know, and sends nothing', async () => {
    await bench.cache('none');
    await bench.sh('fill /dev/mapper/none a 0 5');
    const before = await bench.snapshot('none');
    expect(await bench.wcache('message', 'none', 'flushh')).toMatchObject({
      status: 2,
      code: 'unknown-message',
    });
    expect(await bench.wcache('message', 'none', 'flush now')).toMatchObject({
      status: 2,
      code: 'bad-message',
    });
    expect(await bench.wcache('message', 'none', 'flush', 'now')).toMatchObject({ status: 2 });
    expect(await bench.wcache('message', 'none', 'cleaner', '--dry-run')).toMatchObject({
      status: 0,
      document: { done: false, changed: false },
    });
    expect(await bench.snapshot('none')).toBe(before);
  });
});

describe('stats reset', () => {
  it('lets the counters begin at zero', async () => {
    await bench.cache('counted');
    await bench.sh('fill /dev/mapper/counted a 0 5; ! status_is counted "* 0 0 0 0 0 0 0 0 0 0"');
    const { document, status } = await bench.wcache('stats', 'reset', 'counted');
    expect({ status, ...document }).toMatchObject({ status: 0, action: 'stats-reset', changed: true });
    await bench.sh('status_is counted "0 254 249 0 0 0 0 0 0 0 0 0 0 0"');
  });
});

describe('suspend and resume', () => {
  let held: LabCache;

  beforeAll(async () => {
    held = await bench.cache('held', { originMiB: 16, options: LAZY });
    await bench.sh('fill /dev/mapper/held a 0 50');
  });

  it('do their work once, and say so the second time', async () => {
    const suspended = { document: { action: 'suspend', changed: true, dirty_blocks_after: 50 }, status: 0 };
    expect(await bench.wcache('suspend', 'held')).toMatchObject(suspended);
    expect(await bench.sh('dmsetup info -c --noheadings -o attr held')).toBe('L-sw');
    expect(await bench.wcache('suspend', 'held')).toMatchObject({ status: 0, document: { changed: false } });
    expect(await bench.wcache('resume', 'held')).toMatchObject({ status: 0, document: { changed: true } });
    expect(await bench.sh('dmsetup info -c --noheadings -o attr held')).toBe('L--w');
    expect(await bench.wcache('resume', 'held')).toMatchObject({ status: 0, document: { changed: false } });
    await bench.sh('status_is held "0 254 204 *"; has /dev/mapper/held 204800 a');
  });

  it('write everything back on the way where that is asked for', async () => {
    await bench.sh('! same /dev/mapper/held-o /dev/mapper/held');
    const { document } = await bench.wcache('suspend', 'held', '--flush');
    expect(document).toMatchObject({ changed: true, dirty_blocks_before: 50, dirty_blocks_after: 0 });
    await bench.sh('has /dev/mapper/held-o 204800 a');
    await bench.wcache('resume', 'held');
    await bench.sh('same /dev/mapper/held-o /dev/mapper/held');
  });

  it('work under a mounted file system, frozen or not', async () => {
    await bench.sh(`
      mkfs.ext4 -q -b 4096 /dev/mapper/held
      mkdir -p /run/fs
      mount /dev/mapper/held /run/fs
      tr '\\0' x </dev/zero | head -c 100000 >/run/fs/file`);
    expect(await bench.wcache('suspend', 'held', '--no-lockfs')).toMatchObject({ status: 0 });
    expect(await bench.wcache('resume', 'held')).toMatchObject({ status: 0 });
    expect(await bench.wcache('suspend', 'held')).toMatchObject({ status: 0 });
    expect(await bench.wcache('resume', 'held')).toMatchObject({ status: 0 });
    await bench.sh(
      'echo more >>/run/fs/file; umount /run/fs; e2fsck -fn /dev/mapper/held; mount /dev/mapper/held /run/fs',
    );
    expect(await bench.sh('wc -c </run/fs/file; umount /run/fs')).toBe('100005');
  });

  it('refuse to put a linear table in the place of dirty blocks', async () => {
    const table = `0 ${String(held.sectors)} linear /dev/mapper/held-o 0`;
    await bench.sh(`fill /dev/mapper/held b 0 10; dmsetup load held --table '${table}'`);
    const running = await bench.wcache('resume', 'held');
    expect(running).toMatchObject({ status: 1, code: 'resume-stale' });
    await bench.sh('dmsetup suspend held');
    const before = await bench.snapshot('held');
    const answer = await bench.wcache('resume', 'held');
    expect(answer).toMatchObject({ status: 1, code: 'resume-stale' });
    expect(answer.message).toContain('linear');
    expect(answer.hint).toContain('dmsetup clear held');
    expect(await bench.snapshot('held')).toBe(before);
    await bench.sh('dmsetup clear held');
    expect(await bench.wcache('resume', 'held')).toMatchObject({ status: 0, document: { changed: true } });
    await bench.sh('[ "$(direct /dev/mapper/held | head -c 40960 | tr -cd b | wc -c)" = 40960 ]');
  });

  it('let a linear table take the place of a cache with nothing in it', async () => {
    const gone = await bench.cache('gone');
    await bench.sh('fill /dev/mapper/gone a 0 10');
    await bench.wcache('suspend', 'gone', '--flush');
    await bench.sh(`dmsetup load gone --table '0 ${String(gone.sectors)} linear /dev/mapper/gone-o 0'`);
    expect(await bench.wcache('resume', 'gone')).toMatchObject({ status: 0, document: { changed: true } });
    expect(await bench.sh('dmsetup table gone')).toContain('linear');
    await bench.sh('has /dev/mapper/gone 40960 a');
  });

  it('let a fresh instance of the same cache take over, if it will find its metadata', async () => {
    const fresh = await bench.cache('fresh', { cacheKiB: 2048, options: LAZY });
    await bench.sh(`
      fill /dev/mapper/fresh a 0 400
      dmsetup suspend fresh
      dmsetup load fresh --table "$(dmsetup table fresh)"`);
    const { disk, start, sectors } = fresh.cache;
    await bench.become(
      fresh,
      'cache',
      `0 8 linear ${disk} ${String(start)}`,
      '8 8 error',
      `16 ${String(sectors - 16)} linear ${disk} ${String(start + 16)}`,
    );
    const before = await bench.snapshot('fresh');
    expect(await bench.wcache('resume', 'fresh')).toMatchObject({ status: 1, code: 'metadata-unreadable' });
    expect(await bench.snapshot('fresh')).toBe(before);
    await bench.become(fresh, 'cache', linear(fresh.cache));
    expect(await bench.wcache('resume', 'fresh')).toMatchObject({ status: 0, document: { changed: true } });
    await bench.sh('status_is fresh "0 509 109 *"; has /dev/mapper/fresh 1638400 a');
  });
});

describe('in error', () => {
  it('suspend and resume are refused', async () => {
    const failed = await bench.cache('failed', { options: LAZY });
    await bench.sh('fill /dev/mapper/failed a 0 10');
    await bench.failWrites(failed, 'origin');
    await bench.sh('dmsetup message failed 0 flush || true; status_is failed "1 *"');
    const before = await bench.snapshot('failed');
    expect(await bench.wcache('suspend', 'failed')).toMatchObject({ status: 1, code: 'in-error' });
    expect(await bench.wcache('suspend', 'failed', '--flush')).toMatchObject({ status: 1, code: 'in-error' });
    expect(await bench.snapshot('failed')).toBe(before);
    await bench.sh('dmsetup suspend failed');
    const answer = await bench.wcache('resume', 'failed');
    expect(answer).toMatchObject({ status: 1, code: 'resume-stale' });
    expect(answer.hint).toContain('wcache recover failed');
    expect(await bench.sh('dmsetup info -c --noheadings -o attr failed')).toBe('L-sw');
  });

  it('met by a suspend, it stays suspended until it is recovered, with all data', async () => {
    const met = await bench.cache('met', { options: [...LAZY, 'autocommit_time', '3600000'] });
    const ledger = await Ledger.start(bench, 'met', 100, 'write', 1);
    await ledger.phase('dirty', 1);
    await ledger.phase('read', 1);
    await bench.failWrites(met, 'origin');
    const answer = await bench.wcache('suspend', 'met', '--flush');
    expect(answer).toMatchObject({ status: 1, code: 'suspend-error' });
    expect(answer.hint).toContain('wcache recover met');
    expect(await bench.wcache('resume', 'met')).toMatchObject({ status: 1, code: 'resume-stale' });
    expect(await bench.sh('dmsetup info -c --noheadings -o attr met')).toBe('L-sw');
    await bench.mend(met, 'origin');
    expect(await bench.wcache('recover', 'met', '--yes')).toMatchObject({
      status: 0,
      document: { changed: true },
    });
    await ledger.phase('read-after', 1);
    expect(await bench.wcache('flush', 'met')).toMatchObject({
      status: 0,
      document: { dirty_blocks_after: 0 },
    });
    for (const report of await ledger.end()) {
      expect(report).toMatchObject({ stale: 0, fell: 0, read_errors: 0 });
    }
    expect(await ledger.compare('/dev/mapper/met-o')).toBe('0 of 100');
  });
});
