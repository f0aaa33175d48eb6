import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../src/ui/watch/frame.js';
import { KeyReader } from '../../../src/ui/watch/keys.js';
import { lookFor } from '../../../src/ui/watch/look.js';
import { ScreenStore } from '../../../src/ui/watch/store.js';
import type { ScreenFeed, ScreenTask } from '../../../src/ui/watch/types.js';
import type { Wish } from '../../../src/ui/watch/state.js';
import { Watcher, type WatchView } from '../../../src/watch/index.js';
import { ModelMachine } from '../../watch/model-machine.js';
import { watchedCache, watchView } from '../watched-caches.js';
import { feedOf, ScreenDriver, UTF_8 } from './screen-driver.js';

/** Views in which all happens that can happen. */
async function incident(): Promise<WatchView[]> {
  const machine = await ModelMachine.create({ caches: 7, script: 'incident', scale: 1e9 });
  const watcher = new Watcher(machine, null);
  const views: WatchView[] = [];
  for (let second = 0; second < 26; second++) {
    views.push(await watcher.look());
    await machine.advance(1000);
  }
  return views;
}

const made = [
  watchView([]),
  watchView(
    Array.from({ length: 200 }, (_, place) =>
      watchedCache({
        name: `漢字${'x'.repeat(place)}`,
        uuid: place % 3 === 0 ? `LVM-${'a'.repeat(64)}` : '',
        suspended: place % 5 === 0,
        status: `${place % 7 === 0 ? '1' : '0'} ${String(place)} 0 0 ${Array.from({ length: 10 }, () => String(2n ** 63n)).join(' ')}`,
      }),
    ),
  ),
];

const KEYS = [
  'j',
  'k',
  '\u001b[A',
  '\u001b[B',
  '\u001b[C',
  '\u001b[5~',
  '\u001b[6~',
  'g',
  'G',
  '\r',
  '\t',
  '\u001b[Z',
];
const MORE = [
  '/',
  'p',
  '+',
  '-',
  'f',
  'c',
  'y',
  '?',
  '\u001b',
  'x',
  '漢',
  '\u007f',
  '\u001b[200~fy\u001b[201~',
];

const task = (view: WatchView | undefined, state: ScreenTask['state']): ScreenTask[] =>
  (view?.caches ?? []).slice(0, 3).map(({ key, name }) => ({
    ...{ key, name, action: 'clean', state, progress: null },
    message: state === 'running' ? null : 'It did not work. '.repeat(9),
    hint: null,
  }));

const size = fc.record({ columns: fc.integer({ min: 0, max: 310 }), rows: fc.integer({ min: 0, max: 110 }) });
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('keys'), text: fc.constantFrom(...KEYS, ...MORE) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('look'), index: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('size'), size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail'), failing: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('task'), state: fc.constantFrom('running', 'done', 'failed') }),
  },
);

function requireFitting({ picture }: Frame): void {
  const {
    parts,
    overlay,
    size: { columns, rows },
  } = picture;
  const lines = parts.flat();
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const line of lines) expect(stringWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns);
  if (overlay === null) return;
  expect(overlay.top + overlay.lines.length).toBeLessThanOrEqual(rows);
  for (const line of overlay.lines) {
    expect(overlay.left + stringWidth(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns);
  }
}

describe('the screen', () => {
  it('fits into the terminal, whatever is fed and typed, and starts nothing that was not agreed to', async () => {
    const views = [...(await incident()), ...made];
    fc.assert(
      fc.property(
        size,
        fc.constantFrom<NodeJS.ProcessEnv>(UTF_8, { LC_ALL: 'C' }, { ...UTF_8, NO_COLOR: '1' }),
        fc.array(event, { maxLength: 30 }),
        (first, environment, events) => {
          const wishes: Wish[] = [];
          const source = { current: feedOf({ view: views[3] ?? null }), subscribe: () => () => undefined };
          const store = new ScreenStore(source, lookFor(environment), first, (wish) => wishes.push(wish));
          const reader = new KeyReader();
          const feed = (changes: Partial<ScreenFeed>): void => {
            source.current = { ...source.current, ...changes };
            store.fed();
          };
          requireFitting(store.frame);
          for (const one of events) {
            const asked = store.frame.state.dialog;
            const before = wishes.length;
            if ('text' in one) for (const input of reader.push(one.text)) store.input(input);
            else if ('index' in one) feed({ view: views[one.index % views.length] ?? null });
            else if ('size' in one) store.resize(one.size);
            else if ('state' in one) {
              feed({ tasks: task(source.current.view ?? undefined, one.state) });
            } else if ('failing' in one) {
              feed({
                failure: one.failing ? { message: 'No. '.repeat(60), hint: 'Try.', sinceMs: 0 } : null,
              });
            }
            requireFitting(store.frame);
            if (wishes.slice(before).some(({ kind }) => kind === 'start')) {
              expect(asked).not.toBeNull();
              expect(one).toMatchObject({ text: 'y' });
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it.each([
    [60, 15],
    [80, 24],
    [100, 40],
    [100, 100],
  ])('fills %dx%d exactly', async (columns, rows) => {
    for (const view of (await incident()).filter((_, place) => place % 5 === 0)) {
      const screen = new ScreenDriver(feedOf({ view }), { size: { columns, rows } });
      for (const key of ['', '\r', '?']) {
        if (key !== '') await screen.press(key);
        expect(screen.lines).toHaveLength(rows);
        for (const line of screen.lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('is not drawn again where nothing has changed', async () => {
    const screen = new ScreenDriver(feedOf({ view: watchView([watchedCache()]) }));
    const { frames } = screen;
    await screen.feed({});
    await screen.press('x', 'k', '\u001b[I');
    expect(screen.frames).toBe(frames);
    await screen.press('?');
    expect(screen.frames).toBe(frames + 1);
  });
});
