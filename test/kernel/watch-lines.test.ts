import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorDocumentSchema, watchDocumentSchema, type WatchDocument } from '../../src/documents/index.js';
import { COUNTER_NAMES } from '../../src/table/index.js';
import { projectDirectory } from '../lab/project.js';
import { checkPrinted } from '../schemas/printed.js';
import { Bench, type Ran } from './live/bench.js';

const LAZY = [
  ...['high_watermark', '100', 'low_watermark', '100'],
  ...['autocommit_time', '3600000', 'autocommit_blocks', '1000000'],
];

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
  await bench.sh(
    'cat >>/run/live/words',
    `
# watched COMMANDS WORDS...: watches, and runs the commands when the first line is there; how the watch ended is what this ends with.
watched() {
  commands=$1; shift
  : >/run/watched
  own_wcache status --watch "$@" >/run/watched &
  watching=$!
  ( until_so [ -s /run/watched ]; eval "$commands" ) >&2 &
  doing=$!
  wait $watching
  ended=$?
  kill $doing 2>/dev/null || :
  wait $doing 2>/dev/null || :
  cat /run/watched
  return $ended
}
`,
  );
});

afterAll(async () => {
  await bench.end();
});

/** The lines that a watch printed, which have to be as the published schemas tell. */
function linesOf(ran: Ran): string[] {
  checkPrinted(['status', '--watch', '--json'], ran);
  return ran.stdout.split('\n').slice(0, -1);
}

function documents(ran: Ran): WatchDocument[] {
  return linesOf(ran).map((line) => watchDocumentSchema.parse(JSON.parse(line)));
}

describe('under I/O', () => {
  const WRITES = (name: string): string =>
    `while :; do fill /dev/mapper/${name} a 0 16; direct /dev/mapper/${name} >/dev/null; done`;

  it('lines of JSON tell what the kernel counts', async () => {
    await bench.cache('busy');
    const ran = await bench.run(
      `( ${WRITES('busy')} ) & writing=$!; watched : busy --json --count 5 --interval 500ms && dmsetup status --noflush busy >&2; ended=$?; kill $writing; exit $ended`,
    );
    expect(ran.status).toBe(0);
    const looks = documents(ran);
    expect(looks).toHaveLength(5);
    expect(looks[0]).toMatchObject({ name: 'busy', state: 'active', interval: null, no_rates: 'first-look' });
    looks.slice(1).forEach((look, index) => {
      const before = looks[index];
      const { interval } = look;
      if (interval === null || before === undefined) throw new Error('there was a look before');
      for (const name of COUNTER_NAMES) {
        const grown = Number(look.counters?.[name]) - Number(before.counters?.[name]);
        expect(interval.counters?.[name]).toBe(grown);
        expect(interval.rates?.[name]).toBeCloseTo(grown / interval.seconds, 1);
      }
      const elapsed = (Date.parse(look.time) - Date.parse(before.time)) / 1000;
      expect(Math.abs(interval.seconds - elapsed)).toBeLessThan(0.5);
      expect(look.total_blocks).toBe(Number(look.free_blocks) + Number(look.dirty_blocks));
    });
    const written = looks.at(-1)?.counters?.writes ?? 0;
    expect(Number(written)).toBeGreaterThan(Number(looks[0]?.counters?.writes));
    // What dmsetup says after that.
    const status = /writecache 0 (?<rest>.*)/.exec(ran.stderr)?.groups?.['rest']?.split(' ').map(Number);
    expect(status?.[5]).toBeGreaterThanOrEqual(Number(written));
    const disks = looks.slice(1).map(({ interval }) => interval?.disks);
    expect(disks.some((each) => (each?.mapped?.writes_per_second ?? 0) > 0)).toBe(true);
    // Whole ticks of the kernel's clock, which may be none.
    expect(disks.some((each) => typeof each?.mapped?.write_latency_ms === 'number')).toBe(true);
    expect(disks.some((each) => (each?.cache?.writes_per_second ?? 0) > 0)).toBe(true);
  });

  it('columns come with a header for totals and one for rates', async () => {
    const { stdout, stderr, status } = await bench.run(
      `( ${WRITES('busy')} ) & writing=$!; watched : --count 5 --interval 500ms busy; ended=$?; kill $writing; exit $ended`,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines).toHaveLength(5 + 4);
    expect(lines[0]).toContain('since the counters began');
    expect(lines[3]).toContain('per second');
    expect(lines.slice(5).every((line) => /^busy +ok /.test(line))).toBe(true);
  });
});

describe('--until', () => {
  it('clean ends with 0 when a flush has ended', async () => {
    await bench.cache('flushed', { options: LAZY });
    const ran = await bench.run(`
      fill /dev/mapper/flushed a 0 100
      watched 'sleep 0.5; dmsetup message flushed 0 flush' flushed --json --interval 200ms --until clean`);
    expect(ran.status).toBe(0);
    const looks = documents(ran);
    expect(Number(looks[0]?.dirty_blocks)).toBeGreaterThanOrEqual(100);
    expect(looks.at(-1)?.dirty_blocks).toBe(0);
    expect(looks.slice(0, -1).every(({ dirty_blocks: dirty }) => Number(dirty) > 0)).toBe(true);
  });

  it('a level ends with 0 when it is crossed', async () => {
    await bench.cache('cleaned', { options: LAZY });
    const { status } = await bench.run(`
      fill /dev/mapper/cleaned a 0 100
      watched 'dmsetup message cleaned 0 cleaner' cleaned --interval 200ms --until 'dirty<10%'`);
    expect(status).toBe(0);
    const not = await bench.run(
      `wcache status cleaned --watch --interval 100ms --count 2 --until 'dirty>90%'`,
    );
    expect(not.status).toBe(7);
    expect(not.stderr).toContain('dirty>90%');
  });

  it('clean ends with 6 when the cache is in error', async () => {
    const lab = await bench.cache('failing', { options: LAZY });
    await bench.sh('fill /dev/mapper/failing a 0 50');
    await bench.failWrites(lab, 'origin');
    const ran = await bench.run(
      `watched 'dmsetup message failing 0 flush' failing --json --interval 200ms --until clean`,
    );
    expect(ran.status).toBe(6);
    const lines = linesOf(ran);
    expect(errorDocumentSchema.parse(JSON.parse(lines.at(-1) ?? '')).error.code).toBe('in-error');
    expect(watchDocumentSchema.parse(JSON.parse(lines.at(-2) ?? ''))).toMatchObject({
      ...{ state: 'error', error: true },
      events: [{ kind: 'error', severity: 'error' }],
    });
    expect((await bench.run('wcache status failing --watch --until error')).status).toBe(0);
  });

  it('clean ends with 7 when the mapping is removed', async () => {
    await bench.cache('leaving', { options: LAZY });
    const ran = await bench.run(`
      fill /dev/mapper/leaving a 0 50
      watched 'dmsetup remove leaving' leaving --json --interval 200ms --until clean`);
    expect(ran).toMatchObject({ status: 7 });
    const lines = linesOf(ran);
    expect(errorDocumentSchema.parse(JSON.parse(lines.at(-1) ?? '')).error.code).toBe('gone');
    expect(watchDocumentSchema.parse(JSON.parse(lines.at(-2) ?? ''))).toMatchObject({ state: 'gone' });
  });
});

describe('the screen', () => {
  it('shows a real cache, takes a key, and leaves the terminal as it was', async () => {
    await bench.cache('shown', { options: LAZY });
    const ran = await bench.run(`
      fill /dev/mapper/shown a 0 100
      export LC_ALL=C.UTF-8 TMUX_TMPDIR=/run
      terminal() { tmux -S /run/terminal -f /dev/null -u "$@"; }
      shows() { terminal capture-pane -p | grep -q "$1"; }
      terminal new-session -d -x 100 -y 30 "sh -c 'echo before; '${process.execPath}' ${projectDirectory}/bin/wcache.cjs status shown --watch --interval 500ms; echo ended with \\$?; cat'"
      until_so shows 'shown .*%'
      terminal capture-pane -p
      echo ----
      terminal send-keys '?'
      until_so shows 'select a cache'
      terminal capture-pane -p
      echo ----
      terminal send-keys q
      until_so shows 'shown .*%'
      terminal send-keys q
      until_so shows 'ended with'
      terminal capture-pane -p
      terminal kill-server`);
    expect(ran.status).toBe(0);
    const [screen = '', help = '', after = ''] = ran.stdout.split('----\n');
    const dirty = Number(/\d+/.exec(/(\d+(?:\.\d+)?) ?%/.exec(screen)?.[0] ?? '')?.[0]);
    expect(screen).toContain('shown');
    expect(dirty).toBeGreaterThan(30);
    expect(help).not.toBe(screen);
    expect(help).toMatch(/flush/i);
    expect(after.trim().split('\n')).toEqual(['before', 'ended with 0']);
  });
});
