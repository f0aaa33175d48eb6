import { describe, expect, it } from 'vitest';
import { parseTargetVersion } from '../../../src/table/index.js';
import { Watcher, type Outlook, type WatchedCache } from '../../../src/watch/index.js';
import { LVM_UUID } from '../../procedure/live-caches.js';
import { ModelMachine } from '../../watch/model-machine.js';
import { diskWith, interval, ratesOf, watchedCache, watchView } from '../watched-caches.js';
import { feedOf, ScreenDriver, UTF_8 } from './screen-driver.js';

const COUNTERS = '100 40 500 10 20 30 440 0 7 1';
const NOWHERE: Outlook = {
  blocksPerSecond: null,
  toLowWatermarkMs: null,
  toCleanMs: null,
  toHighWatermarkMs: null,
  toFullMs: null,
};

function shown(cache: WatchedCache, columns = 100, rows = 40): ScreenDriver {
  return new ScreenDriver(feedOf({ view: watchView([cache]) }), { size: { columns, rows } });
}

/** What a watcher has seen over some seconds. */
async function watched(seconds: number, script: 'mixed' | 'full' = 'mixed', version?: string) {
  const machine = await ModelMachine.create({
    caches: 3,
    script,
    ...(version !== undefined && { version: parseTargetVersion(version) }),
  });
  const watcher = new Watcher(machine, null);
  let view = await watcher.look();
  for (let second = 0; second < seconds; second++) {
    await machine.advance(1000);
    view = await watcher.look();
  }
  return view;
}

describe('the outlook', () => {
  const going = (outlook: Partial<Outlook>, changes: Parameters<typeof watchedCache>[0] = {}): string =>
    shown({ ...watchedCache({ interval: interval(), ...changes }), outlook: { ...NOWHERE, ...outlook } })
      .text;

  it.each([
    [{ blocksPerSecond: -10, toCleanMs: 41_000 }, 'clean in about 40 s at this rate (-10 blocks/s)'],
    [
      { blocksPerSecond: -10, toLowWatermarkMs: 12_000, toCleanMs: null },
      'reaches the low watermark in about 12 s, where writeback stops',
    ],
    [
      { blocksPerSecond: 25, toHighWatermarkMs: 30_000 },
      'reaches the high watermark in about 30 s, where writeback starts',
    ],
    [{ blocksPerSecond: 25, toFullMs: 125_000 }, 'full in about 2 min at this rate (+25 blocks/s)'],
    [{ blocksPerSecond: 0 }, 'steady'],
    [{ blocksPerSecond: null }, 'not told yet'],
  ])('%j is told', (outlook, sentence) => {
    expect(going(outlook)).toContain(sentence);
  });

  it('tells of a clean cache, of one that is full, and of one in error', () => {
    expect(going({ blocksPerSecond: 0, toCleanMs: 0 }, { status: `0 8160 8160 0 ${COUNTERS}` })).toContain(
      'clean: nothing is only in the cache',
    );
    expect(going({ blocksPerSecond: 0, toFullMs: 0 }, { status: `0 8160 0 0 ${COUNTERS}` })).toContain(
      'full: new blocks are written at the speed of the origin',
    );
    expect(going({}, { status: `1 8160 0 0 ${COUNTERS}` })).toContain('nothing is written back');
  });
});

describe('the detail', () => {
  it('has all counters with totals and rates', () => {
    const cache = watchedCache({
      status: '0 8160 7750 0 1234567 40 500 10 20 30 440 3 7 1',
      interval: interval({ rates: ratesOf({ reads: 12_300, flushes: 0.5 }) }),
    });
    const { text } = shown(cache);
    expect(text).toMatch(/reads +1,234,567 +12\.3k/);
    expect(text).toMatch(/answered by the cache +40 +0/);
    expect(text).toMatch(/over uncommitted +10 +0/);
    expect(text).toMatch(/waits for a free block +3 +0/);
    expect(text).toMatch(/flushes +7 +0\.5/);
    expect(text).toMatch(/discards +1 +0/);
  });

  it('says that counters began anew, and no rate', () => {
    const cache = watchedCache({
      interval: interval({ counters: null, rates: null }),
      noRates: 'counters-began-anew',
    });
    const { text } = shown(cache);
    expect(text).toMatch(/The counters began anew: rates with the next\s.*look\./);
    expect(text).toMatch(/reads +100 +-/);
  });

  it('has the options that hold, and marks those that are given', async () => {
    const cache = watchedCache({ parameters: 's 254:0 254:16 4096 4 high_watermark 70 autocommit_time 500' });
    const screen = shown(cache);
    await screen.press('\r');
    expect(screen.text).toContain('high_watermark 70*');
    expect(screen.text).toContain('low_watermark 45 ');
    expect(screen.text).toContain('autocommit_time 500*');
    expect(screen.text).toContain('*given in the table');
  });

  it('has the latency of the three devices beside each other', () => {
    const disks = { mapped: diskWith(0.123), origin: diskWith(12.34), cache: null };
    const { text } = shown(watchedCache({ interval: interval({ disks }) }));
    expect(text).toMatch(/devices +r ms +w ms +read\/s +write\/s +busy%/);
    expect(text).toMatch(/mapped +- +0\.12 +0 +1 +50\.0%/);
    expect(text).toMatch(/origin +- +12\.3 +0 +1 +50\.0%/);
    expect(text).toMatch(/cache +not counted/);
  });

  it('warns, and says what to do', () => {
    const { text } = shown(watchedCache({ status: `0 8160 0 0 ${COUNTERS}` }), 160, 40);
    expect(text).toContain('! It is full: 8,160 of 8,160 blocks');
    expect(text).toContain('wcache set wc high-watermark=25 low-watermark=20');
  });

  it('draws the level with both watermarks over time', async () => {
    const view = await watched(60);
    const screen = new ScreenDriver(feedOf({ view }), { size: { columns: 100, rows: 40 } });
    expect(screen.text).toMatch(/dirty level +[\d.]+% +last 40 s/);
    expect(screen.text).toMatch(/high 60% [┄▁-█]+/);
    expect(screen.text).toMatch(/low 40% [┄▁-█]+/);
    // A minute is more than the chart is wide: it is full from edge to edge.
    const lowest = screen.lines.find((line) => /^ +0 [▁-█]/.test(line)) ?? '';
    expect(lowest.slice(9, 49)).toMatch(/^[▁-█]{40}$/);
  });

  it('draws in ASCII, too', async () => {
    const view = await watched(60);
    const screen = new ScreenDriver(feedOf({ view }), { environment: { LC_ALL: 'C' } });
    expect(screen.text).toMatch(/low 40% [-.:#]+/);
    expect(screen.text).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('follows an old target by its device', async () => {
    const view = await watched(10, 'full', '1.5.0');
    const screen = new ScreenDriver(feedOf({ view }), { size: { columns: 80, rows: 24 } });
    expect(screen.row('wc1')).toMatch(/ \*[\d.k]+ /);
    await screen.press('\r');
    expect(screen.text).toContain('This version of the target counts nothing');
  });
});

describe('the detail on the whole screen', () => {
  it('opens and closes, scrolls, and goes on to the next cache', async () => {
    const view = await watched(10);
    const screen = new ScreenDriver(feedOf({ view }), { size: { columns: 80, rows: 24 } });
    await screen.press('\r');
    expect(screen.row('wc1')).toBe('');
    expect(screen.text).toMatch(/── wc1 ─+ lines 1-21 of \d+ ──/);
    await screen.press('j', ' ');
    expect(screen.text).toMatch(/lines 22-42 of/);
    await screen.press('G');
    expect(screen.text).toMatch(/lines (\d+)-(\d+) of \2 ──/);
    expect(screen.text).toContain('events');
    await screen.press('g', '\u001b[C');
    expect(screen.text).toMatch(/── wc2 ─+ lines 1-21 of/);
    await screen.press('\u001b');
    expect(screen.row('wc2')).toMatch(/^▸/);
    await screen.press('\r', '\r');
    expect(screen.row('wc2')).toMatch(/^▸/);
  });

  it('uses a large screen, and needs no scrolling there', async () => {
    const view = await watched(10);
    const screen = new ScreenDriver(feedOf({ view }), { size: { columns: 100, rows: 100 } });
    await screen.press('\r');
    expect(screen.text).toMatch(/── wc1 ─+ 1 of 3 ──/);
    for (const part of ['dirty level', 'writes', 'reads', 'write latency, mapped', 'write latency, origin']) {
      expect(screen.text).toContain(part);
    }
    for (const part of ['counters', 'devices', 'options', 'events']) expect(screen.text).toContain(part);
  });
});

describe('what must be seen without selecting it', () => {
  it('is what is in error or suspended, with the command that mends it', () => {
    const caches = [
      watchedCache({ name: 'a' }),
      watchedCache({ name: 'held', suspended: true }),
      watchedCache({ name: 'torn', status: `1 8160 7750 0 ${COUNTERS}` }),
      watchedCache({ name: 'vg-lv', uuid: LVM_UUID, status: `1 8160 7750 0 ${COUNTERS}` }),
    ];
    const screen = new ScreenDriver(feedOf({ view: watchView(caches) }), { size: { columns: 80, rows: 30 } });
    const place = (text: string) => screen.lines.findIndex((line) => line.includes(text));
    expect(place('! torn is in ERROR: mend the device, then: wcache recover torn')).toBe(1);
    expect(place('! vg-lv is in ERROR: mend the device, then: lvchange -an vg/lv && lvchange -ay')).toBe(2);
    expect(place('! held is suspended, its I/O waits: wcache resume held')).toBe(4);
  });

  it('is counted where there is no room for all of it', () => {
    const caches = Array.from({ length: 9 }, (_, place) =>
      watchedCache({ name: `wc${String(place)}`, status: `1 8160 7750 0 ${COUNTERS}` }),
    );
    const screen = new ScreenDriver(feedOf({ view: watchView(caches) }), { size: { columns: 80, rows: 16 } });
    expect(screen.lines[3]).toMatch(/! and 7 more/);
  });

  it('is that a look fails, since when, and that the figures are old', () => {
    const view = watchView([watchedCache()]);
    const failure = { message: 'the device-mapper does not answer.', hint: null, sinceMs: 5000 };
    const screen = new ScreenDriver(feedOf({ view, failure, nowMs: 17_500 }));
    expect(screen.text).toContain(
      '! No new figures since 12 s, these are old: the device-mapper does not answer.',
    );
    expect(screen.row('wc')).not.toBe('');
  });

  it('is what happened, with the time', async () => {
    const view = watchView([watchedCache()]);
    const event = {
      ...{ time: new Date(2026, 10, 22, 12, 3, 4), name: 'wc', kind: 'suspended' as const },
      ...{ severity: 'warning' as const, message: 'It was suspended.', advice: null },
    };
    const screen = new ScreenDriver(feedOf({ view: { ...view, events: [event] } }), {
      size: { columns: 100, rows: 60 },
      environment: UTF_8,
    });
    await screen.press('\r');
    expect(screen.text).toContain('12:03:04 ▸ ! wc: It was suspended.');
  });
});
