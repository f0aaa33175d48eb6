import type { Atom, TraceDurability } from '../durability.js';
import type { TraceDevice } from '../trace.js';

/** One atom that a power cut may leave in several states. */
export interface Choice {
  readonly device: TraceDevice;
  readonly atom: Atom;
  readonly isMetadata: boolean;
  /** The first is what is durable; then what was written since, oldest first; each content once. */
  readonly options: readonly Option[];
}

export interface Option {
  readonly content: Uint8Array;
  /** The write that it is of; null for what was durable. */
  readonly eventIndex: number | null;
}

/** For each choice, which option. */
export type Outcome = readonly number[];

/** @param dataStartBytes where the metadata of the cache device end. */
export function choicesOf(durability: TraceDurability, dataStartBytes: number): Choice[] {
  const choices: Choice[] = [];
  for (const device of ['cache', 'origin'] as const) {
    for (const atom of durability[device]?.unsettledAtoms() ?? []) {
      const options = distinct(atom);
      const isMetadata = device === 'cache' && atom.offsetBytes < dataStartBytes;
      if (options.length > 1) choices.push({ device, atom, isMetadata, options });
    }
  }
  return choices;
}

function distinct(atom: Atom): Option[] {
  const options: Option[] = [{ content: atom.durable, eventIndex: null }];
  for (const { content, eventIndex } of atom.pending) {
    if (options.every((option) => Buffer.compare(option.content, content) !== 0)) {
      options.push({ content, eventIndex });
    }
  }
  return options;
}

/** How many outcomes there are. */
export function countOutcomes(choices: readonly Choice[]): number {
  return choices.reduce((count, { options }) => count * options.length, 1);
}

export function* allOutcomes(choices: readonly Choice[]): Generator<Outcome> {
  const outcome = choices.map(() => 0);
  for (;;) {
    yield [...outcome];
    let place = 0;
    for (; place < choices.length; place += 1) {
      const next = (outcome[place] ?? 0) + 1;
      if (next < (choices[place]?.options.length ?? 0)) {
        outcome[place] = next;
        break;
      }
      outcome[place] = 0;
    }
    if (place === choices.length) return;
  }
}

/** The extremes and, of all others, so many at random. `roll` gives a number from 0 to count - 1. */
export function* someOutcomes(
  choices: readonly Choice[],
  samples: number,
  roll: (count: number) => number,
): Generator<Outcome> {
  const select = (survives: (choice: Choice, option: Option) => boolean): Outcome =>
    choices.map((choice) => choice.options.findLastIndex((each, i) => i === 0 || survives(choice, each)));
  yield select(() => false);
  yield select(() => true);
  yield select(({ isMetadata }) => isMetadata);
  yield select(({ isMetadata }) => !isMetadata);
  yield select(({ device }) => device === 'cache');
  yield select(({ device }) => device === 'origin');
  const writes = new Set(choices.flatMap(({ options }) => options.map(({ eventIndex }) => eventIndex)));
  for (const write of writes) {
    yield select((_, { eventIndex }) => eventIndex !== write);
    yield select((_, { eventIndex }) => eventIndex === write);
  }
  for (let sample = 0; sample < samples; sample += 1) {
    yield choices.map(({ options }) => roll(options.length));
  }
}
