import { frameOf, looksAlike, type Frame, type Picture, type ScreenSize } from './frame.js';
import type { KeyInput } from './keys.js';
import type { Look } from './look.js';
import { reduceInput } from './reduce.js';
import { INITIAL_STATE, type Wish } from './state.js';
import type { ScreenSource } from './types.js';

/** What is fed, what was chosen and how large the screen is, made into frames. */
export class ScreenStore {
  readonly #source: ScreenSource;
  readonly #look: Look;
  readonly #grant: (wish: Wish) => void;
  readonly #listeners = new Set<() => void>();
  #size: ScreenSize;
  #frame: Frame;

  /** @param grant is told what keys ask for. */
  constructor(source: ScreenSource, look: Look, size: ScreenSize, grant: (wish: Wish) => void) {
    this.#source = source;
    this.#look = look;
    this.#size = size;
    this.#grant = grant;
    this.#frame = frameOf(INITIAL_STATE, source.current, size, look);
  }

  /** The same as long as it looks the same. */
  readonly picture = (): Picture => this.#frame.picture;

  get frame(): Frame {
    return this.#frame;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** There is a new feed. */
  readonly fed = (): void => {
    this.#draw(this.#frame.state);
  };

  resize(size: ScreenSize): void {
    this.#size = size;
    this.#draw(this.#frame.state);
  }

  input(input: KeyInput): void {
    const { page, isUsable } = this.#frame;
    const { state, wishes } = reduceInput(this.#frame.state, input, {
      feed: this.#source.current,
      page,
      isUsable,
    });
    if (state !== this.#frame.state) this.#draw(state);
    for (const wish of wishes) this.#grant(wish);
  }

  #draw(state: Frame['state']): void {
    const { picture } = this.#frame;
    const next = frameOf(state, this.#source.current, this.#size, this.#look);
    const isAlike = looksAlike(picture, next.picture);
    this.#frame = isAlike ? { ...next, picture } : next;
    if (isAlike) return;
    for (const listener of this.#listeners) listener();
  }
}
