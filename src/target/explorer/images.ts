import { TraceDurability } from '../durability.js';
import type { TraceEvent } from '../trace.js';
import { combine, fingerprintOf, keyOf, type Fingerprint } from './fingerprint.js';
import { choicesOf, type Choice, type Outcome } from './outcomes.js';
import type { Run, Scenario } from './run.js';
import { SECTOR_BYTES } from '../../format/index.js';

const DEVICES = ['cache', 'origin'] as const;

/** What the two devices hold after a power cut, as the trace of a run goes on. */
export class CrashImages {
  readonly #scenario: Scenario;
  readonly #durability: TraceDurability;
  readonly #dataStartBytes: number;
  readonly #images: { readonly cache: Uint8Array; readonly origin: Uint8Array };

  constructor(scenario: Scenario, { geometry, startSector }: Run) {
    this.#scenario = scenario;
    this.#durability = new TraceDurability({ mode: scenario.table.mode, geometry, startSector }, scenario);
    this.#dataStartBytes = startSector * SECTOR_BYTES + Number(geometry.dataOffsetBytes);
    this.#images = {
      cache: new Uint8Array(scenario.cache.length),
      origin: new Uint8Array(scenario.origin.length),
    };
  }

  apply(event: TraceEvent, eventIndex: number): void {
    this.#durability.apply(event, eventIndex);
  }

  choices(): Choice[] {
    return choicesOf(this.#durability, this.#dataStartBytes);
  }

  /** The images of an outcome: to be changed at will, and good until the next call. */
  make(choices: readonly Choice[], outcome: Outcome): { cache: Uint8Array; origin: Uint8Array } {
    for (const device of DEVICES) {
      const image = this.#images[device];
      image.set(this.#scenario[device]);
      for (const { offsetBytes, durable } of this.#touched(device)) image.set(durable, offsetBytes);
    }
    choices.forEach(({ device, atom, options }, i) => {
      const option = options[outcome[i] ?? 0];
      if (option !== undefined) this.#images[device].set(option.content, atom.offsetBytes);
    });
    return this.#images;
  }

  /** Of what is durable, on both devices. */
  durableFingerprint(): Fingerprint {
    let whole: Fingerprint = { low: 0, high: 0 };
    for (const device of DEVICES) {
      for (const { offsetBytes, durable } of this.#touched(device)) {
        whole = combine(whole, fingerprintOf(device, offsetBytes, durable));
      }
    }
    return whole;
  }

  #touched(device: (typeof DEVICES)[number]): Iterable<{ offsetBytes: number; durable: Uint8Array }> {
    return this.#durability[device]?.touchedAtoms() ?? [];
  }
}

/** Tells an outcome's images from others, without making them. */
export function imageKey(durable: Fingerprint, choices: readonly Choice[], outcome: Outcome): number {
  let whole = durable;
  choices.forEach(({ device, atom: { offsetBytes }, options }, i) => {
    const [was, is] = [options[0], options[outcome[i] ?? 0]];
    if (was === undefined || is === undefined || was === is) return;
    whole = combine(whole, fingerprintOf(device, offsetBytes, was.content));
    whole = combine(whole, fingerprintOf(device, offsetBytes, is.content));
  });
  return keyOf(whole);
}
