import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SECTOR_BYTES } from '../../../src/format/index.js';
import { boot, createSparse, type Guest, type KernelName } from '../../lab/index.js';
import { disagreements, secondDisagreements, type Observation } from './compare.js';
import { crashOf, hasOops, type Crash } from './crash.js';
import { draw, type Drawn } from './draw.js';
import { runSteps } from './mapper.js';
import { predict, type Prediction } from './predict.js';
import { describeCase } from './random-case.js';
import { ORIGIN_SECTORS } from './random-entry.js';
import { FIRST_STEPS, LAST_STEPS, answerOf, stepsOf, type Devices } from './script.js';

export interface FuzzRun {
  readonly kernel: KernelName;
  readonly mode: 'p' | 's';
  readonly seed: number;
  readonly cases: number;
  /** Where the disks' files go. */
  readonly directory: string;
  /** A case at which the guest is made to panic, to see that the run goes on. */
  readonly panicAt?: number;
}

export interface FuzzReport {
  readonly disagreements: string[];
  readonly crashes: Crash[];
  /** How many cases had which outcome: `refused: WORDS`, `formatted`, or `activated, error E`. */
  readonly outcomes: Map<string, number>;
}

/** All parts of a batch together are not larger. */
const DISK_BYTES = 64 * 1024 * 1024;
const BATCH_CASES = 100;
/** Parts begin at whole pages, because DAX maps whole pages. */
const PART_ALIGNMENT = 4096;
const STEPS_LIMIT_MS = 120_000;

/** A case with its place on the disk. */
interface Placed extends Drawn {
  readonly offset: number;
}

/** Gives random cases to a kernel, in batches, and compares what it does with what we foretell. */
export async function runFuzz(run: FuzzRun): Promise<FuzzReport> {
  const report: FuzzReport = { disagreements: [], crashes: [], outcomes: new Map() };
  const machine = await Machine.start(run);
  try {
    for (let next = 0; next < run.cases;) {
      const batch = await drawBatch(run, next);
      next += batch.length;
      await runBatch(machine, batch, report);
    }
  } finally {
    await machine.stop();
  }
  return report;
}

async function drawBatch({ seed, mode, cases }: FuzzRun, first: number): Promise<Placed[]> {
  const batch: Placed[] = [];
  let offset = 0;
  for (let index = first; index < cases && batch.length < BATCH_CASES; index += 1) {
    const drawn = await draw(seed, index, mode);
    const end = offset + Math.ceil(drawn.one.bytes.length / PART_ALIGNMENT) * PART_ALIGNMENT;
    if (end > DISK_BYTES) break;
    batch.push({ ...drawn, offset });
    offset = end;
  }
  return batch;
}

/**
 * Activates every case of a batch once, and those that come up a second time. After a crash the medium is as it was before the batch, and the
 * others have their turn on another guest.
 */
async function runBatch(machine: Machine, batch: readonly Placed[], report: FuzzReport): Promise<void> {
  for (let left = batch; left.length > 0;) {
    const outcome = await machine.surviving(() => observeTwice(machine, left));
    if (!('crash' in outcome)) {
      for (const each of outcome) note(report, each);
      return;
    }
    report.crashes.push(outcome.crash);
    left = left.filter(({ one }) => one.index !== outcome.crash.index);
  }
}

interface Observed extends Placed {
  readonly first: Observation;
  readonly second: { readonly prediction: Prediction; readonly observation: Observation } | undefined;
}

async function observeTwice(machine: Machine, batch: readonly Placed[]): Promise<Observed[]> {
  for (const { one, offset } of batch) await machine.write(one.bytes, offset);
  const firsts = await machine.activate(batch);
  const again = batch.filter((_, place) => firsts[place]?.answer.outcome === 'activated');
  const seconds = await machine.activate(again);
  const observed: Observed[] = [];
  for (const [place, placed] of batch.entries()) {
    const first = firsts[place];
    if (first === undefined) throw new Error('a case was lost');
    const observation = seconds[again.indexOf(placed)];
    const prediction = await predict({ ...placed.one, bytes: first.bytes });
    const second = observation === undefined ? undefined : { prediction, observation };
    observed.push({ ...placed, first, second });
  }
  return observed;
}

function note(report: FuzzReport, { one, prediction, first, second }: Observed): void {
  const found = disagreements(prediction, first);
  if (second !== undefined) {
    found.push(...secondDisagreements(first, second.prediction, second.observation));
  }
  report.disagreements.push(...found.map((text) => `${text}\n  ${describeCase(one)}`));
  const outcome = outcomeOf(prediction, first);
  report.outcomes.set(outcome, (report.outcomes.get(outcome) ?? 0) + 1);
}

function outcomeOf(prediction: Prediction, { answer }: Observation): string {
  if (answer.outcome === 'refused') return `refused: ${answer.words}`;
  const isFormat = prediction.outcome === 'activated' && prediction.formats;
  return isFormat ? 'formatted' : `activated, error ${String(answer.error)}`;
}

/** A guest whose disk the host writes and reads while it runs; and the next guest, when one dies. */
class Machine {
  readonly #run: FuzzRun;
  readonly #origin: string;
  readonly #cache: string;
  readonly #file: FileHandle;
  #guest: Guest | undefined;
  #panicked = false;

  private constructor(run: FuzzRun, origin: string, cache: string, file: FileHandle) {
    this.#run = run;
    this.#origin = origin;
    this.#cache = cache;
    this.#file = file;
  }

  static async start(run: FuzzRun): Promise<Machine> {
    const name = `fuzz-${run.kernel}-${String(run.seed)}-${String(run.panicAt ?? 'whole')}`;
    const origin = await createSparse(join(run.directory, `${name}-origin`), ORIGIN_SECTORS * SECTOR_BYTES);
    const cache = await createSparse(join(run.directory, `${name}-cache`), DISK_BYTES);
    return new Machine(run, origin, cache, await open(cache, 'r+'));
  }

  async stop(): Promise<void> {
    await this.#file.close();
    await this.#guest?.shutdown();
  }

  /** Does a piece of work; if the guest dies of it, tells which case did that, and the next piece of work gets another guest. */
  async surviving<T extends object>(work: () => Promise<T>): Promise<T | { crash: Crash }> {
    const guest = await this.#running();
    let failure: unknown;
    try {
      const result = await work();
      if (!hasOops(guest.console())) return result;
    } catch (error) {
      failure = error;
    }
    const crash = crashOf(failure, guest.console());
    if (crash === undefined) throw failure;
    this.#guest = undefined;
    await guest.powerCut();
    return { crash };
  }

  async write(bytes: Buffer, offset: number): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, offset);
  }

  async activate(batch: readonly Placed[]): Promise<Observation[]> {
    const guest = await this.#running();
    const scripts = batch.map(({ one, offset }) => stepsOf(one, offset, devicesOf(guest, this.#run.mode)));
    const each = scripts[0]?.length ?? 0;
    const steps = [...FIRST_STEPS, ...this.#sabotaged(batch, scripts).flat(), ...LAST_STEPS];
    const results = (await runSteps(guest, steps, STEPS_LIMIT_MS)).slice(FIRST_STEPS.length);
    const observations: Observation[] = [];
    for (const [place, { one, offset }] of batch.entries()) {
      const bytes = Buffer.alloc(one.bytes.length);
      await this.#file.read(bytes, 0, bytes.length, offset);
      const answer = answerOf(results.slice(place * each, (place + 1) * each));
      observations.push({ answer, bytes });
    }
    return observations;
  }

  #sabotaged(batch: readonly Placed[], scripts: readonly string[][]): readonly string[][] {
    const place = batch.findIndex(({ one }) => one.index === this.#run.panicAt);
    if (place < 0 || this.#panicked) return scripts;
    this.#panicked = true;
    return scripts.map((script, index) => (index === place ? [...script, 'panic'] : script));
  }

  async #running(): Promise<Guest> {
    const { kernel, mode } = this.#run;
    const cache = { path: this.#cache };
    const disks = [{ path: this.#origin }, ...(mode === 's' ? [cache] : [])];
    this.#guest ??= await boot({ kernel, disks, pmem: mode === 'p' ? [cache] : [] });
    return this.#guest;
  }
}

function devicesOf(guest: Guest, mode: 'p' | 's'): Devices {
  const [slow = '', second = ''] = guest.disks;
  return { slow, fast: mode === 'p' ? (guest.pmem[0] ?? '') : second };
}
