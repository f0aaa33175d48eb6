import { describe, expect, it } from 'vitest';
import { DrainMeter } from '../../../src/procedure/drain-meter.js';
import { INTERVALS_MS } from '../../../src/ui/watch/state.js';
import type { ScreenTask } from '../../../src/ui/watch/types.js';
import { diskWith, interval, ratesOf, watchedCache, watchView } from '../watched-caches.js';
import { feedOf, ScreenDriver } from './screen-driver.js';

const COUNTERS = '100 40 500 10 20 30 440 0 7 1';
const busy = (name: string, writes: number, free: number, stalls = 0) =>
  watchedCache({
    name,
    status: `0 8160 ${String(free)} 0 ${COUNTERS}`,
    interval: interval({
      rates: ratesOf({ writes, reads: 1000 - writes, writes_blocked_on_freelist: stalls }),
    }),
  });
const three = watchView([busy('a', 5, 8000), busy('b', 50, 4000, 3), busy('c', 500, 6000)]);

const names = (screen: ScreenDriver) =>
  screen.lines.flatMap((line) => /^[▸ ][! ]([abc]\w*) +(?:active|suspended|ERROR)/u.exec(line)?.[1] ?? []);

function running(changes: Partial<ScreenTask> = {}): ScreenTask {
  const about = { key: 'a 0', name: 'a', action: 'flush' as const };
  return { ...about, state: 'running', progress: null, message: null, hint: null, ...changes };
}

describe('Tab', () => {
  it('sorts by one column after the other, and says by which', async () => {
    const screen = new ScreenDriver(feedOf({ view: three }));
    expect(names(screen)).toEqual(['a', 'b', 'c']);
    expect(screen.lines[1]).toContain('name▲');
    await screen.press('\t', '\t');
    expect(screen.lines[1]).toContain('▼dirty%');
    expect(names(screen)).toEqual(['b', 'c', 'a']);
    await screen.press('\t');
    expect(screen.lines[1]).toContain('▼write/s');
    expect(names(screen)).toEqual(['c', 'b', 'a']);
    await screen.press('\t', '\t');
    expect(screen.lines[1]).toContain('▼stall/s');
    expect(names(screen)).toEqual(['b', 'a', 'c']);
    await screen.press('\u001b[Z');
    expect(screen.lines[1]).toContain('▼read/s');
    expect(names(screen)).toEqual(['a', 'b', 'c']);
  });

  it('puts the worst first by health, and leaves the selection on its cache', async () => {
    const caches = [
      watchedCache({ name: 'a' }),
      watchedCache({ name: 'b', suspended: true }),
      watchedCache({ name: 'c', status: `1 8160 8000 0 ${COUNTERS}` }),
    ];
    const screen = new ScreenDriver(feedOf({ view: watchView(caches) }));
    await screen.press('\t');
    expect(names(screen)).toEqual(['c', 'b', 'a']);
    expect(screen.row('a')).toMatch(/^▸/);
  });

  it('takes a target without counters by its device', async () => {
    const disks = { mapped: { ...diskWith(1), writesPerSecond: 100 }, origin: null, cache: null };
    const old = {
      ...busy('a', 0, 8000),
      interval: interval({ rates: null, disks }),
      noRates: 'not-counted' as const,
    };
    const screen = new ScreenDriver(feedOf({ view: watchView([busy('b', 50, 4000), old]) }));
    await screen.press('\t', '\t', '\t');
    expect(names(screen)).toEqual(['a', 'b']);
  });
});

describe('the filter', () => {
  it('shows only names that have it, keeps it on Enter, and clears it on Escape', async () => {
    const view = watchView(['alpha', 'beta', 'album'].map((name) => busy(name, 1, 8000)));
    const screen = new ScreenDriver(feedOf({ view }));
    await screen.press('/', 'A', 'l');
    expect(screen.lines.at(-1)).toContain('/Al▏');
    expect(names(screen)).toEqual(['alpha', 'album']);
    await screen.press('q');
    expect(names(screen)).toEqual([]);
    expect(screen.text).toContain('No name has that in it');
    expect(screen.wishes).toEqual([]);
    await screen.press('\u007f', '\r');
    expect(screen.lines.at(-1)).toContain('quit');
    expect(screen.text).toContain('filter: Al');
    await screen.press('\u001b');
    expect(names(screen)).toEqual(['alpha', 'beta', 'album']);
    await screen.press('/', 'x', '\u001b');
    expect(names(screen)).toEqual(['alpha', 'beta', 'album']);
  });

  it('takes what is pasted', async () => {
    const screen = new ScreenDriver(feedOf({ view: three }));
    await screen.press('/', '\u001b[200~fy\n\u001b[201~');
    expect(screen.lines.at(-1)).toContain('/fy▏');
    expect(screen.wishes).toEqual([]);
  });
});

describe('p', () => {
  it('lets the display stand still, says so and since when, and goes on with the newest', async () => {
    const screen = new ScreenDriver(feedOf({ view: three }));
    await screen.press('p');
    const row = screen.row('a');
    expect(screen.lines[0]).toMatch(/PAUSED at \d\d:\d\d:\d\d {2}0 s ago/);
    const later = { ...watchView([busy('a', 777, 1)]), atMs: 19_000 };
    await screen.feed({ view: later });
    expect(screen.row('a')).toBe(row);
    expect(screen.lines[0]).toContain('14 s ago');
    await screen.press('p');
    expect(screen.row('a')).toContain('777');
    expect(screen.lines[0]).not.toContain('PAUSED');
  });
});

describe('+ and -', () => {
  it('go through the intervals, and stop at their ends', async () => {
    const screen = new ScreenDriver(feedOf({ view: three }));
    await screen.press('+', '=', '-', '_');
    expect(screen.wishes).toEqual([
      ...[2000, 2000, 500, 500].map((milliseconds) => ({ kind: 'interval', milliseconds })),
    ]);
    for (const [key, end] of [
      ['+', INTERVALS_MS.at(-1)],
      ['-', INTERVALS_MS[0]],
    ] as const) {
      await screen.feed({ intervalMs: end ?? 0 });
      screen.wishes.length = 0;
      await screen.press(key);
      expect(screen.wishes).toEqual([]);
    }
    await screen.feed({ intervalMs: 3000 });
    await screen.press('+', '-');
    expect(screen.wishes).toEqual([
      { kind: 'interval', milliseconds: 5000 },
      { kind: 'interval', milliseconds: 2000 },
    ]);
    expect(screen.lines[0]).toContain('every 3 s');
  });
});

describe('f and c', () => {
  it.each([
    ['f', 'flush', 'Flush a?', 'The kernel cannot be stopped in it.'],
    ['c', 'clean', 'Clean a?', 'wcache set a cleaner=off'],
  ] as const)('%s asks first, and y agrees', async (key, action, question, caution) => {
    const screen = new ScreenDriver(feedOf({ view: three }));
    await screen.press(key);
    expect(screen.text).toContain(question);
    expect(screen.text).toContain('160 dirty blocks (640 KiB)');
    expect(screen.text).toContain(caution);
    expect(screen.wishes).toEqual([]);
    await screen.press('y');
    expect(screen.wishes).toEqual([{ kind: 'start', action, key: 'a 0' }]);
    expect(screen.text).not.toContain(question);
  });

  it.each(['n', 'Y', '\r', '\u001b', ' ', 'j', 'f', 'c', '\u001b[A', 'q', '?'])(
    '%j does nothing',
    async (key) => {
      const screen = new ScreenDriver(feedOf({ view: three }));
      await screen.press('c', key, 'y');
      expect(screen.wishes).toEqual([]);
      expect(screen.text).not.toContain('Clean a?');
    },
  );

  it.each([
    ['the question and the answer in one', ['fy']],
    ['an answer with something behind it', ['f', 'y\r']],
    ['two answers in one', ['f', 'yy']],
    ['a key before the answer', ['f', '\u001b[Ay']],
    ['a paste', ['f', '\u001b[200~y\u001b[201~']],
    ['a paste of all of it', ['\u001b[200~fy\u001b[201~', 'y']],
  ])('%s agrees to nothing', async (_, chunks) => {
    const screen = new ScreenDriver(feedOf({ view: three }));
    await screen.press(...chunks);
    expect(screen.wishes).toEqual([]);
  });

  it('ask nothing where there is nothing to be done', async () => {
    const gone = watchedCache({ name: 'a', state: 'gone' });
    const screen = new ScreenDriver(feedOf({ view: watchView([gone]) }));
    await screen.press('f');
    expect(screen.text).toContain('! a is gone.');
    await screen.press('j');
    expect(screen.text).not.toContain('! a is gone.');
    await screen.feed({ view: watchView([]) });
    await screen.press('c', 'y');
    expect(screen.wishes).toEqual([]);
    await screen.feed({ view: three, tasks: [running()] });
    await screen.press('g', 'f');
    expect(screen.text).toContain('A flush of a is under way already.');
  });

  it('show how far it is, and what came of it until that was read', async () => {
    const meter = new DrainMeter();
    const sample = (atMs: number, dirtyBlocks: number) =>
      meter.add({ atMs, dirtyBlocks, writebackBlocks: 0, totalBlocks: 8160 });
    sample(0, 1000);
    const task = running({ progress: sample(1000, 750) });
    const screen = new ScreenDriver(feedOf({ view: three, tasks: [running()] }));
    expect(screen.text).toContain('flush a  is being started');
    await screen.feed({ tasks: [task] });
    expect(screen.row('a')).toContain('flushing');
    expect(screen.text).toMatch(/flush a {2}█{6}░{18} 25\.0% {2}750 blocks left, about 3 s$/m);
    const refused = running({
      state: 'failed',
      message: 'a is suspended.',
      hint: 'Let it run: wcache resume a',
    });
    await screen.feed({ tasks: [refused] });
    expect(screen.text).toContain('! a is suspended. Let it run: wcache resume a (Esc)');
    await screen.press('\u001b');
    expect(screen.text).not.toContain('wcache resume a');
    await screen.feed({ tasks: [refused] });
    expect(screen.text).not.toContain('wcache resume a');
  });
});

describe('the other keys', () => {
  it('quit, interrupt, stop, look and draw anew from wherever one is', async () => {
    for (const where of [[], ['?'], ['/'], ['f'], ['\r']]) {
      const screen = new ScreenDriver(feedOf({ view: three }));
      await screen.press(...where, '\u0003', '\u001a', '\u000c');
      expect(screen.wishes).toEqual([{ kind: 'interrupt' }, { kind: 'stop' }, { kind: 'repaint' }]);
    }
    const screen = new ScreenDriver(feedOf({ view: three }));
    await screen.press('r', 'q');
    expect(screen.wishes).toEqual([{ kind: 'look' }, { kind: 'quit' }]);
  });

  it('help, and scroll the help', async () => {
    const screen = new ScreenDriver(feedOf({ view: three }), { size: { columns: 60, rows: 15 } });
    await screen.press('?');
    expect(screen.text).toContain('── help');
    expect(screen.text).toContain('up down, k j');
    await screen.press('G');
    expect(screen.text).toContain('Nothing but f and c changes a device.');
    await screen.press('f', 'y');
    expect(screen.wishes).toEqual([]);
    await screen.press('q');
    expect(screen.row('a')).toMatch(/^▸/);
    expect(screen.wishes).toEqual([]);
  });
});

describe('a screen that is too small', () => {
  it('says so, and agrees to nothing that is not seen', async () => {
    const screen = new ScreenDriver(feedOf({ view: three }));
    await screen.press('f');
    await screen.resize(59, 15);
    expect(screen.text.trim()).toBe('wcache needs 60x15 characters, here are 59x15; q quits');
    await screen.press('y', 'f', 'y');
    expect(screen.wishes).toEqual([]);
    await screen.resize(60, 15);
    expect(screen.text).not.toContain('Flush');
    await screen.resize(20, 2);
    expect(screen.lines[0]).toBe('wcache needs 60x15 …');
    await screen.resize(0, 0);
    await screen.press('q');
    expect(screen.wishes).toEqual([{ kind: 'quit' }]);
  });
});
