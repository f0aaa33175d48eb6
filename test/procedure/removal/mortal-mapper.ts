import type { DeviceMapper } from '../../../src/dm/index.js';

/**
 * When a process dies: before its n-th call to the device-mapper, or after the kernel has done it; or when it tells its n-th
 * event.
 */
export type Death = { readonly call: number; readonly late: boolean } | { readonly event: number };

/** A device-mapper as a process sees it that is killed at one of its calls: that call never returns. */
export class Mortal {
  readonly dm: DeviceMapper;
  /** Resolves when it is dead. */
  readonly died: Promise<void>;
  calls = 0;
  events = 0;
  readonly #death: Death | null;
  #isDead = false;
  #die = (): void => undefined;

  constructor(inner: DeviceMapper, death: Death | null) {
    this.#death = death;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
    this.dm = new Proxy(inner, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          // What it had begun at the same time dies with it.
          if (this.#isDead) return this.#forever();
          this.calls += 1;
          const isLast = death !== null && 'call' in death && this.calls === death.call;
          if (isLast && !death.late) return this.#forever();
          const answer: unknown = await (value as (...all: unknown[]) => Promise<unknown>).apply(
            target,
            args,
          );
          return isLast ? this.#forever() : answer;
        };
      },
    });
  }

  /** Hears what a removal tells. */
  readonly observe = (): Promise<void> => {
    this.events += 1;
    const isLast = this.#death !== null && 'event' in this.#death && this.events === this.#death.event;
    return isLast ? this.#forever() : Promise.resolve();
  };

  #forever(): Promise<never> {
    this.#isDead = true;
    this.#die();
    return new Promise<never>(() => undefined);
  }
}
