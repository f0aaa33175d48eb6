import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIVE } from './live/bench.js';
import {
  aloneScript,
  expectLinear,
  expectWritecache,
  remove,
  removeAlone,
  told,
  type Mischief,
} from './remove/removal.js';
import { PATIENT, Site } from './remove/site.js';

let site: Site;

beforeAll(async () => {
  site = await Site.prepare();
});

afterAll(async () => {
  await site.bench.end();
});

const INTERRUPTED = 130;

describe('asked to stop', () => {
  it.each([
    ['INT', 'begin evidence'],
    ['TERM', 'begin drain'],
    ['HUP', 'begin load'],
  ])('by SIG%s at "%s", it stops before I/O stands still, and leaves nothing behind', async (signal, at) => {
    await site.writes();
    const stopped = await remove(site.bench, 'wc', PATIENT, { at, run: `kill -${signal} $PPID` });
    expect(stopped).toMatchObject({ status: INTERRUPTED, code: 'interrupted' });
    await expectWritecache(site.bench, site.lab);
    await site.bench.sh("status_is wc '0 *'");
    expect(await site.status()).not.toContain('removal');
    await site.finish();
  });

  it.each([
    ['HUP', 'begin suspend'],
    ['INT', 'done suspend'],
    ['TERM', 'begin resume'],
  ])('by SIG%s at "%s", it lets I/O go on first', async (signal, at) => {
    await site.writes();
    const stopped = await remove(site.bench, 'wc', PATIENT, { at, run: `kill -${signal} $PPID` });
    expect(stopped).toMatchObject({ status: INTERRUPTED, code: 'interrupted' });
    await expectLinear(site.bench, site.lab);
    expect(await site.status()).toContain('removal interrupted');
    await site.finish();
  });
});

/** Starts a removal, runs a script when `ready` is so, and returns how it ended. */
async function meanwhile(
  words: readonly string[],
  mischief: Mischief,
  script: string,
): Promise<ReturnType<typeof told>> {
  return told(
    await site.bench.run(`
      ${aloneScript('wc', [...PATIENT, ...words], mischief)} >/run/alone.out 2>/run/alone.err &
      alone=$!
      { ${script}
      } >&2
      status=0
      wait $alone || status=$?
      cat /run/alone.out
      cat /run/alone.err >&2
      exit $status`),
  );
}

describe('killed in the middle of', () => {
  it('a drain, which the kernel then finishes by itself', async () => {
    await site.writes();
    const killed = await meanwhile(
      [],
      { at: 'begin drain', run: 'hold wc-o' },
      `until_so under_way message 1
      until_so status_is wc '0 254 * [1-9]* *'
      kill -KILL $alone`,
    );
    expect(killed.status).toBe(137);
    await expectWritecache(site.bench, site.lab);
    expect(await site.status()).toContain('removal interrupted');
    // As long as that flush is at work, nobody else begins.
    expect(await remove(site.bench, 'wc', PATIENT)).toMatchObject({ status: 5, code: 'locked' });
    await site.bench.sh('dmsetup resume wc-o; until_so under_way message 0');
    await site.finish();
  });

  it('a suspend, which is undone when the kernel has finished it', async () => {
    await site.writes();
    const killed = await meanwhile(
      ['--no-drain'],
      { at: 'begin suspend', run: 'hold wc-o' },
      `until_so under_way suspend 1
      until_so status_is wc '0 254 * [1-9]* *'
      kill -KILL $alone`,
    );
    expect(killed.status).toBe(137);
    await site.bench.sh(`
      dmsetup resume wc-o
      runs() { [ "$(dmsetup info -c --noheadings -o attr wc)" = L--w ]; }
      until_so runs
      until_so under_way suspend 0`);
    await expectWritecache(site.bench, site.lab);
    expect(await site.status()).toContain('removal interrupted');
    await site.finish();
  });

  it('a look at the blocks on the origin', async () => {
    await site.writes();
    const killed = await removeAlone(site.bench, 'wc', PATIENT, {
      at: 'read cross-check',
      run: 'kill -KILL $PPID',
    });
    expect(killed.status).toBe(137);
    await expectLinear(site.bench, site.lab);
    await site.finish();
  });
});

describe('where nobody listens any more', () => {
  it('it finishes, for the terminal that closes in the suspend', async () => {
    await site.writes();
    await site.bench.sh(`
      cat >/run/typed.sh <<'END'
      export TERM=xterm PATH=${LIVE}/fault:$PATH FAULT='suspend 1 waits' FAULT_COUNT=/run/closing
      . ${LIVE}/words
      own_wcache remove wc --no-drain
END
      : >/run/closing
      setsid script -qfec 'sh /run/typed.sh' /dev/null </dev/null >/run/terminal.out 2>&1 &
      terminal=$!
      until_so [ -e /run/closing.waiting ]
      kill -KILL $terminal
      touch /run/closing.go
      runs() { [ "$(dmsetup info -c --noheadings -o attr wc)" = L--w ]; }
      until_so under_way suspend 0
      until_so runs`);
    await site.reads();
    await site.finish();
  });

  it('it finishes, for a pipe that is full', async () => {
    await site.writes();
    await site.bench.sh(`
      mkfifo /run/full
      exec 9<>/run/full
      dd if=/dev/zero of=/run/full bs=4k count=16 oflag=nonblock status=none
      ${aloneScript('wc', PATIENT, {})} >/run/full &
      alone=$!
      is_linear() { dmsetup table wc | grep -q linear; }
      until_so is_linear
      cat </run/full >/dev/null &
      wait $alone`);
    await site.finished();
  });

  it('it finishes, for a pipe that is closed', async () => {
    await site.writes();
    await site.bench.sh(`
      {
        ${aloneScript('wc', PATIENT, { at: 'done look', run: 'until_so [ -e /run/closed ]' })}
        echo $? >/run/closed.status
      } | { read -r line; exec <&-; : >/run/closed; }
      until_so [ -e /run/closed.status ]
      [ "$(cat /run/closed.status)" = 0 ]`);
    await site.finished();
  });
});

it('all the time the application read what it had written', async () => {
  await site.end();
});
