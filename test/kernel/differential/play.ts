import { FaultyDevice } from '../../../src/device/index.js';
import { ENTRY_BYTES, SECTOR_BYTES, SUPERBLOCK_BYTES } from '../../../src/format/index.js';
import { ReferenceTarget, TargetIoError, type Behaviour, type Choose } from '../../../src/target/index.js';
import { Blocks } from './blocks.js';
import { content, identify } from './content.js';
import { firstOrigin, geometryIn, type Step, type Workload, type WorkloadTable } from './workload.js';
import { WatchedMemory } from './watched-memory.js';

/** What can be seen after a step. */
export interface Observation {
  /** `ok` and what the step returned, or an error's number. */
  readonly result: string;
  /** The status line's parameters; `-` before the first table was resumed. */
  readonly status: string;
  /** Superblock and entries on the medium. */
  readonly metadata: Buffer;
  /** The identities (content.ts) of the cache's blocks. */
  readonly data: readonly string[];
  /** The identities of the origin's blocks. */
  readonly origin: readonly string[];
}

/** The errors that a request can end with, and their numbers. */
const ERRNO = { EIO: 5, EBUSY: 16, EINVAL: 22 } as const;

/** A workload on the reference target: a device, as the device-mapper would hold it, whose tables are reference targets. */
export class Play {
  readonly #workload: Workload;
  readonly #behaviour: Behaviour;
  readonly #choose: Choose;
  readonly #metadataBytes: number;
  readonly #cacheBytes: Buffer;
  readonly #originMemory: WatchedMemory;
  readonly #data: Blocks;
  readonly #origin: Blocks;
  readonly #cacheDevice: FaultyDevice;
  #originDevice: FaultyDevice;
  #live: ReferenceTarget | undefined;
  #inactive: ReferenceTarget | undefined;
  #nowMs = 0;

  constructor(workload: Workload, behaviour: Behaviour, choose: Choose) {
    this.#workload = workload;
    this.#behaviour = behaviour;
    this.#choose = choose;
    const { blockSize, originBlocks, startSector } = workload;
    const { nBlocks, dataOffsetBytes } = geometryIn(workload);
    this.#metadataBytes = SUPERBLOCK_BYTES + Number(nBlocks) * ENTRY_BYTES;
    this.#cacheBytes = Buffer.from(workload.cache);
    const cacheMemory = new WatchedMemory(this.#cacheBytes);
    this.#cacheDevice = new FaultyDevice(cacheMemory);
    this.#originMemory = new WatchedMemory(firstOrigin(workload));
    this.#originDevice = new FaultyDevice(this.#originMemory);
    const dataBytes = startSector * SECTOR_BYTES + Number(dataOffsetBytes);
    this.#data = new Blocks(
      cacheMemory,
      { startBytes: dataBytes, blocks: Number(nBlocks), blockBytes: blockSize },
      false,
    );
    this.#origin = new Blocks(
      this.#originMemory,
      { startBytes: 0, blocks: originBlocks, blockBytes: blockSize },
      true,
    );
  }

  /** What can be seen before the first step. */
  observe(result = 'ok'): Observation {
    this.#data.update();
    this.#origin.update();
    const start = this.#workload.startSector * SECTOR_BYTES;
    return {
      result,
      status: this.#live?.statusLine() ?? '-',
      metadata: Buffer.from(this.#cacheBytes.subarray(start, start + this.#metadataBytes)),
      data: this.#data.snapshot(),
      origin: this.#origin.snapshot(),
    };
  }

  /** Does a step. Throws what is no outcome that a program would see: the kernel's end, or that of the reference. */
  run(step: Step): Observation {
    return this.observe(this.runUnseen(step));
  }

  /** As {@link run}, without a look at all that can be seen: only the result. */
  runUnseen(step: Step): string {
    try {
      return this.#perform(step);
    } catch (error) {
      if (error instanceof TargetIoError) return String(ERRNO[error.errno]);
      throw error;
    }
  }

  #perform(step: Step): string {
    switch (step.verb) {
      case 'write':
      case 'fua':
        this.#target.write(
          step.sector,
          content(step.tag, step.sector, step.blocks * this.#workload.blockSize),
          { fua: step.verb === 'fua' },
        );
        break;
      case 'read':
        return `ok ${this.#read(step.sector, step.blocks).join(' ')}`;
      case 'discard':
        this.#target.discard(step.sector, step.sectors);
        break;
      case 'flush':
        this.#target.flush();
        break;
      case 'message':
        this.#target.message(step.name);
        break;
      case 'load':
        return `ok ${this.#load(step.table)}`;
      case 'suspend':
        this.#target.suspend();
        break;
      case 'resume':
        this.#resume();
        break;
      case 'remap':
        this.#remap(step);
        break;
      case 'sleep':
        this.#nowMs += step.ms;
        this.#target.advance(Math.max(this.#nowMs, this.#target.nowMs));
        break;
      case 'check':
        break;
    }
    return 'ok';
  }

  get #target(): ReferenceTarget {
    if (this.#live === undefined) throw new Error('a step before the first table was resumed');
    return this.#live;
  }

  #read(sector: number, blocks: number): string[] {
    const { blockSize } = this.#workload;
    const bytes = Buffer.alloc(blocks * blockSize);
    this.#target.read(sector, bytes);
    return Array.from({ length: blocks }, (_, block) => {
      const at = block * blockSize;
      return identify(bytes.subarray(at, at + blockSize), sector + at / SECTOR_BYTES);
    });
  }

  #load({ options }: WorkloadTable): string {
    const { mode, blockSize } = this.#workload;
    const table = { mode, origin: '@origin', cache: '@cache', block_size: blockSize, options };
    const devices = { origin: this.#originDevice, cache: this.#cacheDevice };
    this.#inactive = ReferenceTarget.load(table, devices, {
      behaviour: this.#behaviour,
      choose: this.#choose,
      nowMs: this.#nowMs,
    });
    return this.#inactive.parameters();
  }

  #resume(): void {
    if (this.#inactive !== undefined) {
      if (this.#live !== undefined && !this.#live.suspended) this.#live.suspend();
      this.#live = this.#inactive;
      this.#inactive = undefined;
    }
    this.#target.resume();
  }

  #remap({ device, sectors, bad }: Step & { verb: 'remap' }): void {
    if (device === 'origin' && BigInt(sectors * SECTOR_BYTES) !== this.#originDevice.sizeBytes) {
      this.#originDevice = new FaultyDevice(this.#originMemory.shortened(sectors * SECTOR_BYTES));
    }
    const ranges = bad.map(({ startSector, lengthSectors }) => ({
      offsetBytes: startSector * SECTOR_BYTES,
      lengthBytes: lengthSectors * SECTOR_BYTES,
      on: 'both' as const,
    }));
    (device === 'origin' ? this.#originDevice : this.#cacheDevice).setFaults({ ranges });
  }
}
