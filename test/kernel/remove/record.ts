import { expect } from 'vitest';
import { LIVE, type Bench, type LabCache } from '../live/bench.js';
import { HERE } from './removal.js';

/** What is written, and in which order: a line each, as shape.pl takes them. */
export type Program = readonly string[];

/** What a watcher (watch.pl) saw. */
export interface Watched {
  readonly reads: number;
  /** Reads that failed. */
  readonly errors: number;
  /** Reads that gave anything but what is in the record. */
  readonly wrong: number;
  readonly examples: readonly string[];
}

/** A file outside of the devices, byte for byte what the mapping of a cache must contain, and with it its origin after a removal. */
export class ContentRecord {
  readonly #bench: Bench;
  readonly #lab: LabCache;
  readonly #blockSize: number;
  readonly #file: string;
  readonly #folder: string;

  private constructor(bench: Bench, lab: LabCache, blockSize: number) {
    this.#bench = bench;
    this.#lab = lab;
    this.#blockSize = blockSize;
    this.#file = `${LIVE}/record-${lab.name}`;
    this.#folder = `${LIVE}/watch-${lab.name}`;
  }

  /** Of a mapping of zeros; then does what the program says. */
  static async of(bench: Bench, lab: LabCache, program: Program, blockSize = 4096): Promise<ContentRecord> {
    const record = new ContentRecord(bench, lab, blockSize);
    await bench.sh(`truncate -s ${String(lab.sectors * 512)} ${record.#file}`);
    await record.add(program);
    return record;
  }

  async add(program: Program): Promise<void> {
    await this.#bench.sh(this.command(), program.map((line) => `${line}\n`).join(''));
  }

  /** The shell command that does what its standard input says. */
  command(): string {
    return `perl ${HERE}/shape.pl /dev/mapper/${this.#lab.name} ${this.#file} ${String(this.#blockSize)}`;
  }

  /** Fails unless a device begins with exactly this content. */
  async expectOn(device: string): Promise<void> {
    const bytes = String(this.#lab.sectors * 512);
    const { stdout, stderr } = await this.#bench.run(
      `direct ${device} | cmp -n ${bytes} - ${this.#file} && echo same`,
    );
    expect(`${device}: ${stdout}${stderr}`).toBe(`${device}: same\n`);
  }

  /** Begins to read the mapping over and over: all of it, or the first so many blocks, of what is in the record by now. */
  async watch(blocks = Math.floor((this.#lab.sectors * 512) / this.#blockSize)): Promise<void> {
    const words = [`/dev/mapper/${this.#lab.name}`, this.#file, this.#folder, blocks * this.#blockSize];
    await this.#bench.sh(`
      mkdir ${this.#folder}
      setsid perl ${HERE}/watch.pl ${words.join(' ')} </dev/null >${this.#folder}/log 2>&1 &
      until_so [ -e ${this.#folder}/rounds ]`);
  }

  /** Ends that, and returns what was seen. */
  async endWatch(): Promise<Watched> {
    const report = await this.#bench.sh(`
      touch ${this.#folder}/stop
      until_so [ -e ${this.#folder}/report ] || { cat ${this.#folder}/log >&2; exit 1; }
      cat ${this.#folder}/report
      rm -r ${this.#folder}`);
    return JSON.parse(report) as Watched;
  }
}

/** All reads gave what they must, and none failed. */
export const SAW_NOTHING_WRONG = { errors: 0, wrong: 0, examples: [] };
