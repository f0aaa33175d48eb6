import { stripVTControlCharacters } from 'node:util';
import { render } from 'ink-testing-library';
import { onTestFinished } from 'vitest';
import type { ScreenSize } from '../../../src/ui/watch/frame.js';
import { KeyReader } from '../../../src/ui/watch/keys.js';
import { lookFor } from '../../../src/ui/watch/look.js';
import { Screen } from '../../../src/ui/watch/screen.js';
import type { Wish } from '../../../src/ui/watch/state.js';
import { ScreenStore } from '../../../src/ui/watch/store.js';
import type { ScreenFeed, ScreenSource } from '../../../src/ui/watch/types.js';

export const UTF_8 = { LC_ALL: 'C.UTF-8' };

export function feedOf(changes: Partial<ScreenFeed> = {}): ScreenFeed {
  const nowMs = changes.view?.atMs ?? 0;
  return { view: null, failure: null, nowMs, intervalMs: 1000, tasks: [], until: null, ...changes };
}

export interface DriverOptions {
  readonly size?: ScreenSize;
  readonly environment?: NodeJS.ProcessEnv;
}

/** The screen as components, fed and typed at by a test. */
export class ScreenDriver implements ScreenSource {
  readonly wishes: Wish[] = [];
  current: ScreenFeed;
  readonly store: ScreenStore;
  readonly #reader = new KeyReader();
  readonly #ink: ReturnType<typeof render>;

  constructor(
    feed: ScreenFeed,
    { size = { columns: 100, rows: 30 }, environment = UTF_8 }: DriverOptions = {},
  ) {
    this.current = feed;
    this.store = new ScreenStore(this, lookFor(environment), size, (wish) => {
      this.wishes.push(wish);
    });
    this.#ink = render(<Screen store={this.store} />);
    onTestFinished(() => {
      this.#ink.unmount();
    });
  }

  subscribe(): () => void {
    return () => undefined;
  }

  /** Each text as a terminal sends it, in an event of its own. */
  async press(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      for (const input of this.#reader.push(text)) this.store.input(input);
      for (const input of this.#reader.flush()) this.store.input(input);
    }
    await drawn();
  }

  async feed(changes: Partial<ScreenFeed>): Promise<void> {
    this.current = { ...this.current, nowMs: changes.view?.atMs ?? this.current.nowMs, ...changes };
    this.store.fed();
    await drawn();
  }

  async resize(columns: number, rows: number): Promise<void> {
    this.store.resize({ columns, rows });
    await drawn();
  }

  /** What is shown, colours and all. */
  get frame(): string {
    return this.#ink.lastFrame() ?? '';
  }

  get frames(): number {
    return this.#ink.frames.length;
  }

  get lines(): string[] {
    return stripVTControlCharacters(this.frame).split('\n');
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** The line of the list about a cache. */
  row(name: string): string {
    const pattern = new RegExp(`^[▸> ][! ]${name} `, 'u');
    return this.lines.find((line) => pattern.test(line)) ?? '';
  }
}

/** React draws when the work at hand is done. */
function drawn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
