import { SECTOR_BYTES } from '../../format/index.js';
import type { Behaviour } from '../behaviour.js';
import type { TraceDevice } from '../trace.js';
import { CrashImages, imageKey } from './images.js';
import type { Allowed } from './ledger.js';
import { allOutcomes, countOutcomes, someOutcomes, type Choice, type Outcome } from './outcomes.js';
import { numbersFrom } from './random.js';
import { recover, type Recovery } from './recovery.js';
import { run, type Run, type Scenario } from './run.js';
import { blocksOf, faultsOf, verdictOf, type Verdict } from './verdict.js';

export interface ExploreOptions {
  /** What recovers after the power cut: the scenario's own behaviour unless told. */
  readonly recoversWith?: Behaviour;
  /** Up to so many outcomes of one power cut are all looked at; 256 unless told. */
  readonly exhaustiveLimit?: number;
  /** Of more, so many at random beside the extremes; 64 unless told. */
  readonly samples?: number;
  /** Of the random ones; 1 unless told. */
  readonly seed?: number;
  /** Stops after so many findings; 8 unless told. */
  readonly maxFindings?: number;
}

/** A power cut after which something is not as the program was promised. */
export interface CrashFinding {
  /** The power went before this event of the trace. */
  readonly crashPoint: number;
  /** Of the writes that were not durable: where, and which event's content is there; null for none of them. */
  readonly survived: readonly {
    readonly device: TraceDevice;
    readonly offsetBytes: number;
    readonly eventIndex: number | null;
  }[];
  /** On the mapped device; null where it is the whole cache that is not right. */
  readonly sector: number | null;
  readonly expected: string;
  readonly found: string;
}

export interface Exploration {
  readonly findings: readonly CrashFinding[];
  readonly run: Run;
  readonly crashPoints: number;
  /** How many of them had more outcomes than were looked at. */
  readonly sampledCrashPoints: number;
  readonly outcomes: number;
  /** Of all outcomes, so many different images were recovered. */
  readonly images: number;
  /** So many of these came up in error first, because of two identical entries (W4 of kernel-target.md §6). */
  readonly imagesInError: number;
}

/**
 * Runs a scenario and cuts the power at every place in its trace, with every outcome that the devices admit (or a choice
 * of them): for each atom what is durable or anything written since. Each image is activated twice and read, and what is
 * found is held against what the program was promised. The same scenario and options give the same findings.
 */
export function explore(scenario: Scenario, options: ExploreOptions = {}): Exploration {
  return new Explorer(scenario, options).explore();
}

class Explorer {
  readonly #scenario: Scenario;
  readonly #options: Required<ExploreOptions>;
  readonly #run: Run;
  readonly #images: CrashImages;
  readonly #initial: readonly Uint8Array[];
  readonly #verdicts = new Map<number, Verdict>();
  /** Images that were judged since the program was last promised something. */
  readonly #judged = new Set<number>();
  readonly #findings: CrashFinding[] = [];
  #outcomes = 0;
  #sampledCrashPoints = 0;
  #imagesInError = 0;

  constructor(scenario: Scenario, options: ExploreOptions) {
    this.#scenario = scenario;
    this.#options = {
      recoversWith: scenario.behaviour,
      exhaustiveLimit: 256,
      samples: 64,
      seed: 1,
      maxFindings: 8,
      ...options,
    };
    this.#run = run(scenario);
    this.#images = new CrashImages(scenario, this.#run);
    this.#initial = this.#readInitialBlocks();
  }

  explore(): Exploration {
    const { events } = this.#run;
    let crashPoint = 0;
    for (; crashPoint <= events.length && !this.#isEnough(); crashPoint += 1) {
      const last = events[crashPoint - 1];
      if (last !== undefined) this.#images.apply(last, crashPoint - 1);
      // What may be lost has changed; and from its last event on, a format cannot be torn any more.
      const isTurn = last?.op === 'request' || last?.op === 'acknowledge';
      if (isTurn || crashPoint === this.#run.loadEvents) this.#judged.clear();
      this.#cutPowerAt(crashPoint);
    }
    return {
      findings: this.#findings,
      run: this.#run,
      crashPoints: crashPoint,
      sampledCrashPoints: this.#sampledCrashPoints,
      outcomes: this.#outcomes,
      images: this.#verdicts.size,
      imagesInError: this.#imagesInError,
    };
  }

  #isEnough(): boolean {
    return this.#findings.length >= this.#options.maxFindings;
  }

  #cutPowerAt(crashPoint: number): void {
    const choices = this.#images.choices();
    const durable = this.#images.durableFingerprint();
    const allowed = this.#initial.map((_, block) => this.#run.ledger.allowed(block, crashPoint));
    for (const outcome of this.#outcomesOf(choices, crashPoint)) {
      this.#outcomes += 1;
      const key = imageKey(durable, choices, outcome);
      if (this.#judged.has(key)) continue;
      this.#judged.add(key);
      this.#judge(this.#verdictOf(key, choices, outcome), allowed, crashPoint, choices, outcome);
      if (this.#isEnough()) return;
    }
  }

  #outcomesOf(choices: readonly Choice[], crashPoint: number): Iterable<Outcome> {
    const { exhaustiveLimit, samples, seed } = this.#options;
    if (countOutcomes(choices) <= exhaustiveLimit) return allOutcomes(choices);
    this.#sampledCrashPoints += 1;
    return someOutcomes(choices, samples, numbersFrom(seed, crashPoint));
  }

  #verdictOf(key: number, choices: readonly Choice[], outcome: Outcome): Verdict {
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const verdict = verdictOf(this.#recover(choices, outcome), this.#initial);
    if (verdict.outcome === 'activated' && verdict.errors[0] !== null) this.#imagesInError += 1;
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  #recover(choices: readonly Choice[], outcome: Outcome): Recovery {
    return recover(this.#scenario.table, this.#options.recoversWith, this.#images.make(choices, outcome));
  }

  /** What a program reads before it has written anything: a cache that is not clean holds some of it. */
  #readInitialBlocks(): Uint8Array[] {
    const recovery = this.#recover([], []);
    if (recovery.outcome !== 'activated') {
      throw new Error('the target does not come up on the initial images');
    }
    return blocksOf(recovery.contents[0], this.#scenario.table.block_size);
  }

  #judge(
    verdict: Verdict,
    allowed: readonly Allowed[],
    crashPoint: number,
    choices: readonly Choice[],
    outcome: Outcome,
  ): void {
    const blockSectors = this.#scenario.table.block_size / SECTOR_BYTES;
    const mayBeTorn = crashPoint < this.#run.loadEvents;
    for (const { block, expected, found } of faultsOf(verdict, allowed, mayBeTorn)) {
      const survived = choices.map(({ device, atom, options }, i) => ({
        device,
        offsetBytes: atom.offsetBytes,
        eventIndex: options[outcome[i] ?? 0]?.eventIndex ?? null,
      }));
      const sector = block === null ? null : block * blockSectors;
      this.#findings.push({ crashPoint, survived, sector, expected, found });
    }
  }
}
