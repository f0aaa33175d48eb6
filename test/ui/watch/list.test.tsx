import { describe, expect, it } from 'vitest';
import { diskWith, interval, ratesOf, watchedCache, watchView } from '../watched-caches.js';
import { feedOf, ScreenDriver, UTF_8 } from './screen-driver.js';

const COUNTERS = '100 40 500 10 20 30 440 0 7 1';
const sized = (columns: number, rows = 24) => ({ size: { columns, rows } });

describe('a line of the list', () => {
  it('tells everything of a cache that works', () => {
    const cache = watchedCache({
      interval: interval({
        rates: ratesOf({ reads: 1500, writes: 25_000, writes_around: 3, writes_blocked_on_freelist: 2 }),
        readHitRatio: 0.815,
        disks: { mapped: diskWith(1.5), origin: null, cache: null },
      }),
    });
    const screen = new ScreenDriver(feedOf({ view: watchView([cache]) }), sized(120));
    const row = screen.row('wc');
    expect(row).toMatch(/^▸ wc +active +ssd /);
    expect(row).toContain('5.0%');
    expect(row).toMatch(/ 7750 +0 +1500 +81\.5% +25\.0k +- +3 +2$/);
    expect(screen.text).toContain('free blk  wb blk  read/s   rhit%  write/s   whit%  around/s  stall/s');
  });

  it('says in a word, and without colour, how a cache is doing', () => {
    const caches = [
      watchedCache({ name: 'broken', status: `1 8160 7750 0 ${COUNTERS}` }),
      watchedCache({ name: 'held', suspended: true }),
      watchedCache({ name: 'lost', state: 'gone', noRates: 'gone' }),
      watchedCache({ name: 'brimful', status: `0 8160 0 12 ${COUNTERS}` }),
      watchedCache({ name: 'swept', parameters: 's 254:0 254:16 4096 1 cleaner' }),
      watchedCache({ name: 'well' }),
    ];
    const environment = { ...UTF_8, NO_COLOR: '1' };
    const screen = new ScreenDriver(feedOf({ view: watchView(caches) }), { environment });
    expect(screen.frame).toBe(screen.text);
    expect(screen.row('broken')).toMatch(/^▸!broken +ERROR /);
    expect(screen.row('held')).toMatch(/^ !held +suspended /);
    expect(screen.row('lost')).toMatch(/^ {2}lost +gone /);
    expect(screen.row('brimful')).toMatch(/^ {2}brimful +full /);
    expect(screen.row('swept')).toMatch(/^ {2}swept +cleaner /);
    expect(screen.row('well')).toMatch(/^ {2}well +active /);
    expect(screen.lines[0]).toContain('1 ERROR');
    expect(screen.lines[0]).toContain('1 suspended');
    expect(screen.lines[0]).toContain('1 gone');
  });

  it('is red where a cache is in error, and marks its figures as not reliable', () => {
    const cache = watchedCache({ status: `1 8160 7750 0 ${COUNTERS}` });
    const screen = new ScreenDriver(feedOf({ view: watchView([cache]) }));
    expect(screen.frame).toContain('\u001b[31m');
    expect(screen.row('wc')).toContain('5.0%?');
  });

  it('knows nothing of rates at the first look, and never shows 0 for that', () => {
    const screen = new ScreenDriver(feedOf({ view: watchView([watchedCache()]) }));
    expect(screen.row('wc')).toMatch(/ 7750 +0 +- +- +- +-$/);
    expect(screen.text).toContain('waiting for a second look');
  });

  it('judges a target that counts nothing by the requests to its device, and says so', () => {
    const cache = watchedCache({
      version: '1.5.0',
      status: '0 8160 7750 0',
      interval: interval({
        counters: null,
        rates: null,
        disks: { mapped: diskWith(1), origin: null, cache: null },
      }),
      noRates: 'not-counted',
    });
    const screen = new ScreenDriver(feedOf({ view: watchView([cache]) }));
    expect(screen.row('wc')).toMatch(/ \*0 +- +\*1 +-$/);
    expect(screen.text).toContain('This version of the target counts nothing');
  });

  it.each([
    ['UTF-8', UTF_8, /██████│▌│░░░░░ /],
    ['ASCII', { LC_ALL: 'C' }, /######\|#\|\.\.\.\.\. /],
  ])('has both watermarks on its bar in %s', (_, environment, bar) => {
    const cache = watchedCache({
      parameters: 's 254:0 254:16 4096 4 high_watermark 60 low_watermark 45',
      status: `0 1000 460 0 ${COUNTERS}`,
    });
    const screen = new ScreenDriver(feedOf({ view: watchView([cache]) }), { environment, ...sized(60, 15) });
    expect(screen.row('wc')).toMatch(bar);
  });

  it('shows nothing but ASCII where the locale has no more', () => {
    const cache = watchedCache({ name: 'wü漢', status: `1 8160 7750 0 ${COUNTERS}` });
    const screen = new ScreenDriver(feedOf({ view: watchView([cache]) }), { environment: { LC_ALL: 'C' } });
    expect(screen.text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(screen.text).toContain('w??');
  });

  it('gives a name no power over the terminal, and the room that it takes', () => {
    const names = ['bad\\x1b[31mname', '漢字キャッシュ', 'e\u0301\u202eevil'];
    const screen = new ScreenDriver(feedOf({ view: watchView(names.map((name) => watchedCache({ name }))) }));
    expect(screen.text).toContain('bad\\x1b[31mname');
    expect(screen.text).toContain('é\\u{202e}evil');
    // A wide character takes two columns.
    expect(screen.text).toMatch(/漢字キャッシュ {3}active/);
  });
});

describe('columns', () => {
  const view = watchView([watchedCache({ interval: interval() })]);

  it.each([
    [60, ['name', 'health', 'dirty', 'dirty%', 'write/s', 'stall/s']],
    [80, ['name', 'health', 'dirty', 'dirty%', 'read/s', 'rhit%', 'write/s', 'stall/s']],
  ])('are few at %d columns', (columns, titles) => {
    const screen = new ScreenDriver(feedOf({ view }), sized(columns));
    expect(screen.lines[1]?.replace('▲', ' ').trim().split(/ {2,}/)).toEqual(titles);
  });

  it('are all there on a wide screen', () => {
    const screen = new ScreenDriver(feedOf({ view }), sized(300));
    for (const title of [
      'dirty size',
      'wb blk',
      'orig w ms',
      'busy%',
      'level over time',
      'outlook',
      'origin',
    ]) {
      expect(screen.lines[1]).toContain(title);
    }
  });

  it('stay where they are, whatever the figures', async () => {
    const busy = watchedCache({
      status: `0 8160 1 8000 ${COUNTERS}`,
      interval: interval({ rates: ratesOf({ reads: 1e15, writes: 123_456_789 }), readHitRatio: 1 }),
    });
    const screen = new ScreenDriver(feedOf({ view }), sized(100));
    const before = screen.row('wc');
    const titles = screen.lines[1];
    await screen.feed({ view: watchView([busy]) });
    expect(screen.lines[1]).toBe(titles);
    const ends = (row: string) => [...row.matchAll(/\S(?= |$)/g)].map(({ index }) => index);
    expect(ends(screen.row('wc')).slice(-7)).toEqual(ends(before).slice(-7));
  });
});

describe('a list that is longer than the screen', () => {
  const view = watchView(
    Array.from({ length: 64 }, (_, place) => watchedCache({ name: `wc${String(place).padStart(2, '0')}` })),
  );

  it('scrolls with the selection, and says where it is', async () => {
    const screen = new ScreenDriver(feedOf({ view }), sized(80));
    expect(screen.text).toContain('1-8 of 64');
    await screen.press('G');
    expect(screen.text).toContain('57-64 of 64');
    expect(screen.row('wc63')).toMatch(/^▸/);
    await screen.press('\u001b[A');
    expect(screen.text).toContain('57-64 of 64');
    expect(screen.row('wc62')).toMatch(/^▸/);
    await screen.press('\u001b[5~', '\u001b[5~');
    expect(screen.row('wc48')).toMatch(/^▸/);
    expect(screen.text).toContain('49-56 of 64');
    await screen.press('g');
    expect(screen.row('wc00')).toMatch(/^▸/);
  });

  it('keeps the selected cache selected when others come and go', async () => {
    const screen = new ScreenDriver(feedOf({ view }), sized(80));
    await screen.press('j', 'j', 'j');
    expect(screen.row('wc03')).toMatch(/^▸/);
    await screen.feed({ view: watchView(view.caches.slice(2)) });
    expect(screen.row('wc03')).toMatch(/^▸/);
    await screen.feed({ view: watchView(view.caches.slice(4)) });
    expect(screen.row('wc05')).toMatch(/^▸/);
  });
});

describe('without anything to show', () => {
  it('says that it looks', () => {
    const screen = new ScreenDriver(feedOf());
    expect(screen.text).toContain('waiting for the first look');
  });

  it('says that there is no writecache, and shows one that comes', async () => {
    const screen = new ScreenDriver(feedOf({ view: watchView([]) }));
    expect(screen.text).toContain('There is no writecache; waiting for one.');
    await screen.feed({ view: watchView([watchedCache()]) });
    expect(screen.row('wc')).toMatch(/^▸/);
  });

  it('tells of tables that wait', () => {
    const view = { ...watchView([]), waiting: ['later'] };
    const screen = new ScreenDriver(feedOf({ view }));
    expect(screen.text).toContain('Loaded and never made live: later');
  });
});
