import { SECTOR_BYTES, geometryOf } from '../../../src/format/index.js';
import { Random } from '../fuzz/random.js';
import { randomOptions } from './random-tables.js';
import type { Step, Workload } from './workload.js';

export interface WorkloadSetting {
  readonly mode: 'p' | 's';
  readonly seed: number;
  readonly index: number;
  readonly steps: number;
}

const PAGE_BYTES = 4096;
const CHECK_EVERY = 12;
const LARGEST_WRITE_BLOCKS = 32;

/** The kinds of things that happen, and how often. Each workload has its own mixture. */
const KINDS = {
  write: 40,
  overwrite: 14,
  run: 8,
  fill: 1.5,
  fua: 4,
  read: 7,
  flush: 7,
  discard: 6,
  flushMessage: 2,
  clearStats: 0.7,
  cleaner: 0.15,
  pause: 3,
  flushOnSuspend: 1.2,
  reload: 2,
  resize: 0.7,
} as const;
type Kind = keyof typeof KINDS;
const KIND_NAMES = Object.keys(KINDS) as [Kind, ...Kind[]];

/** The workload of this number: the same one for the same setting. */
export function randomWorkload(setting: WorkloadSetting): Workload {
  return new Draft(setting).workload();
}

class Draft {
  readonly #setting: WorkloadSetting;
  readonly #random: Random;
  readonly #blockSize: 512 | 4096;
  readonly #blockSectors: number;
  readonly #startSector: number;
  readonly #nBlocks: number;
  readonly #originBlocks: number;
  readonly #weights: readonly number[];
  readonly #steps: Step[] = [];
  /** How long the device is now, in blocks. */
  #length: number;
  #lastBlock = 0;
  #nextTag = 2;

  constructor(setting: WorkloadSetting) {
    this.#setting = setting;
    const random = new Random(setting.seed, setting.index * 2 + (setting.mode === 'p' ? 1 : 0));
    this.#random = random;
    this.#blockSize = random.pick([512, 4096]);
    this.#blockSectors = this.#blockSize / SECTOR_BYTES;
    this.#startSector = random.oneIn(3) ? random.pick([1, 7, 8, 16, 33]) : 0;
    this.#nBlocks = 3 + random.below(random.pick([6, 20, 58]));
    this.#originBlocks = this.#nBlocks + random.below(2 * this.#nBlocks + 4);
    this.#length = this.#originBlocks;
    this.#weights = KIND_NAMES.map((kind) => KINDS[kind] * random.pick([0, 0.3, 1, 1, 1, 3]));
  }

  workload(): Workload {
    const { mode, seed, index, steps } = this.#setting;
    this.#add(this.#load(), { verb: 'resume' });
    while (this.#steps.length < steps - 2) this.#addSome();
    this.#steps.length = Math.min(this.#steps.length, steps - 2);
    this.#add({ verb: 'check' });
    return {
      id: `${mode}-${String(seed)}-${String(index)}`,
      mode,
      blockSize: this.#blockSize,
      originBlocks: this.#originBlocks,
      startSector: this.#startSector,
      cache: Buffer.alloc(this.#cacheBytes()),
      steps: this.#steps,
    };
  }

  #cacheBytes(): number {
    const end = Number(geometryOf(this.#blockSize, BigInt(this.#nBlocks)).dataEndBytes);
    const unusedSectors = this.#random.below(this.#blockSectors);
    const bytes = end + (this.#startSector + unusedSectors) * SECTOR_BYTES;
    // The kernel finds no DAX on a device that does not end with a page.
    return this.#setting.mode === 's' ? bytes : Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
  }

  #add(...steps: Step[]): void {
    for (const step of steps) {
      this.#steps.push(step);
      if (this.#steps.length % CHECK_EVERY === 0) this.#steps.push({ verb: 'check' });
    }
  }

  #addSome(): void {
    switch (this.#pickKind()) {
      case 'write':
        this.#write(this.#place(), this.#size());
        break;
      case 'overwrite':
        // Around what was written last: that is where requests meet entries side by side.
        this.#write(this.#lastBlock - this.#random.below(4), 1 + this.#random.below(5));
        break;
      case 'run':
        this.#write(this.#lastBlock + 1, this.#random.pick([1, 1, 2, 4]));
        break;
      case 'fill':
        this.#fill();
        break;
      case 'fua':
        this.#write(this.#place(), this.#size(), 'fua');
        break;
      case 'read':
        this.#add({ verb: 'read', ...this.#range(this.#place(), this.#size()) });
        break;
      case 'flush':
        this.#add({ verb: 'flush' });
        break;
      case 'discard':
        this.#discard();
        break;
      case 'flushMessage':
        this.#add({ verb: 'message', name: 'flush' });
        break;
      case 'clearStats':
        this.#add({ verb: 'message', name: 'clear_stats' });
        break;
      case 'cleaner':
        this.#add({ verb: 'message', name: 'cleaner' });
        break;
      case 'pause':
        this.#suspended([]);
        break;
      case 'flushOnSuspend':
        this.#flushOnSuspend();
        break;
      case 'reload':
        if (this.#random.oneIn(2)) this.#suspended([this.#load()]);
        else this.#add(this.#load(), { verb: 'resume' });
        break;
      case 'resize':
        this.#resize();
        break;
    }
  }

  #pickKind(): Kind {
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    let left = (this.#random.below(1_000_000) / 1_000_000) * total;
    for (const [index, weight] of this.#weights.entries()) {
      left -= weight;
      if (left < 0) return KIND_NAMES[index] ?? 'write';
    }
    return 'write';
  }

  #place(): number {
    const area = this.#random.oneIn(2) ? this.#length : Math.ceil(this.#length / 3);
    return this.#random.below(area);
  }

  #size(): number {
    return 1 + this.#random.below(this.#random.pick([1, 1, 1, 4, 4, 16, LARGEST_WRITE_BLOCKS]));
  }

  /** These blocks, as far as the device has them. */
  #range(block: number, blocks: number): { sector: number; blocks: number } {
    const first = Math.min(Math.max(block, 0), this.#length - 1);
    return { sector: first * this.#blockSectors, blocks: Math.min(blocks, this.#length - first) };
  }

  #write(block: number, blocks: number, verb: 'write' | 'fua' = 'write'): void {
    const range = this.#range(block, blocks);
    this.#lastBlock = range.sector / this.#blockSectors + range.blocks - 1;
    this.#add({ verb, ...range, tag: this.#nextTag++ });
  }

  /** Writes as many blocks as the cache has, from one end of the device to the other. */
  #fill(): void {
    const blocks = this.#random.pick([1, 1, 2, 5]);
    const first = this.#random.below(this.#length);
    for (let written = 0; written < this.#nBlocks; written += blocks) {
      this.#write((first + written) % this.#length, blocks);
    }
  }

  #discard(): void {
    const { sector, blocks } = this.#range(this.#place(), this.#size());
    this.#add({ verb: 'discard', sector, sectors: blocks * this.#blockSectors });
  }

  #load(): Step {
    const options = randomOptions(this.#random, this.#setting.mode, this.#startSector);
    return { verb: 'load', table: { lengthSectors: this.#length * this.#blockSectors, options } };
  }

  /** Steps while the device is suspended; also messages, which it takes all the same. */
  #suspended(steps: readonly Step[]): void {
    const messages: Step[] = this.#random.oneIn(4)
      ? [{ verb: 'message', name: this.#random.pick(['flush', 'flush_on_suspend', 'clear_stats']) }]
      : [];
    this.#add({ verb: 'suspend' }, { verb: 'check' }, ...messages, ...steps, { verb: 'resume' });
  }

  #flushOnSuspend(): void {
    this.#add({ verb: 'message', name: 'flush_on_suspend' });
    if (this.#random.oneIn(2)) this.#suspended([]);
  }

  /** The origin gets longer or shorter than what is cached of it, and the device with it. */
  #resize(): void {
    const least = Math.ceil(this.#originBlocks / 2);
    this.#length = this.#random.oneIn(3)
      ? this.#originBlocks
      : least + this.#random.below(this.#originBlocks - least + 1);
    const sectors = this.#length * this.#blockSectors;
    this.#suspended([{ verb: 'remap', device: 'origin', sectors, bad: [] }, this.#load()]);
  }
}
