import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectLinear,
  expectWritecache,
  remove,
  removeAlone,
  type Mischief,
  type Told,
} from './remove/removal.js';
import { PATIENT, Site } from './remove/site.js';

let site: Site;

/** What wcache keeps goes to a disk that is soon full. */
const FILL = 'dd if=/dev/zero of=/var/lib/wcache/fill bs=1k status=none 2>/dev/null || true';
const MAKE_ROOM = 'rm /var/lib/wcache/fill';

beforeAll(async () => {
  site = await Site.prepare();
  await site.bench.sh(
    'mkdir -p /var/lib/wcache; mount -t tmpfs -o size=512k none /var/lib/wcache; mkdir /var/lib/wcache/removals',
  );
});

afterAll(async () => {
  await site.bench.end();
});

async function fails(words: readonly string[], mischief: Mischief): Promise<Told> {
  await site.writes();
  const failed = await remove(site.bench, 'wc', [...PATIENT, ...words], mischief);
  expect(failed.status).toBe(1);
  return failed;
}

/** The writecache runs on, and nothing of the removal is left. */
async function expectAsBefore(): Promise<void> {
  await expectWritecache(site.bench, site.lab);
  await site.bench.sh("status_is wc '0 *'");
  expect(await site.status()).not.toContain('removal');
  await site.reads();
}

describe('a dmsetup that fails before I/O goes to the origin', () => {
  it.each<[string, Mischief]>([
    ['telling of the flush', { at: 'begin flush-on-suspend', fault: 'message 1 fails' }],
    ['loading', { fault: 'load 1 fails' }],
    ['loading, when it is done', { fault: 'load 1 fails-late' }],
    ['reading the table back', { at: 'begin load', fault: 'table 1 fails' }],
    ['suspending', { fault: 'suspend 1 fails' }],
    ['suspending, when it is done', { fault: 'suspend 1 fails-late' }],
    ['suspending, by dying', { fault: 'suspend 1 dies' }],
    ['reading the status', { at: 'begin judge', fault: 'status 1 fails' }],
    ['resuming', { at: 'begin resume', fault: 'resume 1 fails' }],
  ])('(%s) leaves the writecache as it was', async (_what, mischief) => {
    await fails(['--no-drain'], mischief);
    await expectAsBefore();
  });

  it('because it is no program any more, leaves the writecache as it was, and the removal to be finished', async () => {
    await fails(['--no-drain'], { at: 'begin load', run: 'mount --bind /dev/null /usr/sbin/dmsetup' });
    await site.bench.sh('umount /usr/sbin/dmsetup');
    await expectWritecache(site.bench, site.lab);
    await site.finish();
  });
});

describe('a dmsetup that fails when I/O goes to the origin already', () => {
  it('is no failure', async () => {
    await site.writes();
    const mischief = { at: 'begin resume', fault: 'resume 1 fails-late' };
    expect(await remove(site.bench, 'wc', PATIENT, mischief)).toMatchObject({ status: 0 });
    await site.finished();
  });

  it('when that is to be confirmed: the next removal finishes', async () => {
    await fails([], { at: 'begin resume', fault: 'table 1 fails' });
    await expectLinear(site.bench, site.lab);
    await site.finish();
  });
});

it('a guard whose dmsetup fails brings the cache back all the same', async () => {
  await site.writes();
  const killed = await removeAlone(site.bench, 'wc', [...PATIENT, '--no-drain'], {
    ...{ at: 'begin judge', run: 'kill -KILL $PPID' },
    fault: 'status 1 fails',
  });
  expect(killed.status).toBe(137);
  await site.bench.sh('runs() { [ "$(dmsetup info -c --noheadings -o attr wc)" = L--w ]; }; until_so runs');
  await expectWritecache(site.bench, site.lab);
  await site.finish();
});

describe('where the disk is full', () => {
  it.each([
    ['from the beginning', 'begin look'],
    ['for the evidence', 'begin evidence'],
    ['before the suspend', 'begin load'],
  ])('%s, nothing is done', async (_when, at) => {
    await site.bench.sh(at === 'begin look' ? FILL : 'true');
    const failed = await fails([], { at, run: FILL });
    expect(failed.hint).toMatch(/[Mm]ake room/);
    await site.bench.sh(MAKE_ROOM);
    await expectAsBefore();
  });

  it('for the certificate, the origin is in use, and the next removal finishes', async () => {
    const failed = await fails([], { at: 'begin certificate', run: FILL });
    expect(failed).toMatchObject({ code: 'certificate-failed' });
    await expectLinear(site.bench, site.lab);
    await site.bench.sh(MAKE_ROOM);
    await site.finish();
  });
});

it('all the time the application read what it had written', async () => {
  await site.end();
});
