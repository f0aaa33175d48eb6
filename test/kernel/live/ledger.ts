import { expect } from 'vitest';
import { join } from 'node:path';
import { projectDirectory } from '../../lab/project.js';
import { LIVE, type Bench } from './bench.js';

const PROGRAM = join(projectDirectory, 'test/kernel/live/ledger.pl');

/** What the application that keeps books saw in one phase of its work (ledger.pl). */
export interface PhaseReport {
  readonly phase: string;
  readonly writes: number;
  readonly write_errors: number;
  readonly flushes: number;
  readonly flush_errors: number;
  readonly reads: number;
  readonly read_errors: number;
  /** Reads that gave a version older than the acknowledged one, and not older than the durable one. */
  readonly fell: number;
  /** Reads that gave what they must not. */
  readonly stale: number;
  readonly examples: readonly string[];
}

export type Phase = `${'write' | 'dirty' | 'read'}${'' | `-${string}`}`;

/** A running {@link PROGRAM}: what it reads and writes goes on while a test does other things. */
export class Ledger {
  readonly #bench: Bench;
  readonly #device: string;
  readonly #folder: string;

  private constructor(bench: Bench, name: string) {
    this.#bench = bench;
    this.#device = `/dev/mapper/${name}`;
    this.#folder = `${LIVE}/ledger-${name}`;
  }

  /** Begins with the first phase, and returns when that has been worked on for a while. */
  static async start(bench: Bench, name: string, blocks: number, phase: Phase, rounds = 2): Promise<Ledger> {
    const ledger = new Ledger(bench, name);
    const folder = ledger.#folder;
    await bench.sh(`
      mkdir ${folder}
      echo ${phase} >${folder}/phase
      setsid perl ${PROGRAM} run ${ledger.#device} ${String(blocks)} ${folder} </dev/null >${folder}/log 2>&1 &`);
    await ledger.worked(phase, rounds);
    return ledger;
  }

  /** Goes on with another phase. */
  async turn(phase: Phase | 'end'): Promise<void> {
    await this.#bench.sh(
      `echo ${phase} >${this.#folder}/next; mv ${this.#folder}/next ${this.#folder}/phase`,
    );
  }

  /** Waits until the phase's work was done so many times. */
  async worked(phase: Phase | 'end', rounds = 1): Promise<void> {
    await this.#bench.sh(`
      so() { [ -e ${this.#folder}/at ] && read -r phase rounds <${this.#folder}/at && [ "$phase" = ${phase} ] && [ "$rounds" -ge ${String(rounds)} ]; }
      until_so so || { cat ${this.#folder}/log ${this.#folder}/at; exit 1; } >&2`);
  }

  async phase(phase: Phase, rounds = 1): Promise<void> {
    await this.turn(phase);
    await this.worked(phase, rounds);
  }

  /** Ends it, and returns what it saw, phase by phase. */
  async end(): Promise<PhaseReport[]> {
    await this.turn('end');
    await this.worked('end', 0);
    const text = await this.#bench.sh(`cat ${this.#folder}/report ${this.#folder}/log`);
    return text.split('\n').map((line) => JSON.parse(line) as PhaseReport);
  }

  /** How many blocks of a device are not what was last read or written (`check`), or older than what was durable. */
  async compare(device: string, verb: 'check' | 'durable' = 'check'): Promise<string> {
    return this.#bench.sh(`perl ${PROGRAM} ${verb} ${device} ${this.#folder}`);
  }
}

/** No read gave anything but what was written last, and no read failed. */
export function expectNothingLost(reports: readonly PhaseReport[]): void {
  for (const { phase, stale, fell, read_errors, examples } of reports) {
    expect({ phase, stale, fell, read_errors, examples }).toEqual({
      phase,
      stale: 0,
      fell: 0,
      read_errors: 0,
      examples: [],
    });
  }
}
