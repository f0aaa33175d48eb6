import type { BlockDevice } from '../device/index.js';
import { digestOf } from './digest.js';
import type { Evidence } from './evidence.js';
import { freedEntries } from './entries-again.js';
import { ascending, originPlaces } from './places.js';
import { sectorOrder } from './sector-order.js';
import { paced, type PaceOptions } from './sweep.js';
import { sweepLater } from './sweep-later.js';

export interface CompareOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBlocks: number, totalBlocks: number) => void) | undefined;
}

/** `unlike`: was written back, and the origin had other content then; open all the same. */
const State = { open: 0, proved: 1, unlike: 2 } as const;

/** Which blocks of an evidence have been found on the origin so far. */
export class Comparison {
  readonly evidence: Evidence;
  /** {@link State} of each block. */
  readonly #state: Uint8Array;
  #order: Uint32Array | null = null;
  #provedBlocks = 0;
  #unreadableBlocks = 0;

  constructor(evidence: Evidence) {
    this.evidence = evidence;
    this.#state = new Uint8Array(evidence.blocks.count);
  }

  get provedBlocks(): number {
    return this.#provedBlocks;
  }

  /** Blocks that the last `compare` could not read from the origin. */
  get unreadableBlocks(): number {
    return this.#unreadableBlocks;
  }

  get openBlocks(): number {
    return this.#state.length - this.#provedBlocks;
  }

  /** Whether a block, by its position in the evidence, is not proved yet. */
  isOpen(block: number): boolean {
    return this.#state[block] !== State.proved;
  }

  /** The positions of all blocks, by sector. */
  bySector(): Uint32Array {
    const { sectorHi, sectorLo, count } = this.evidence.blocks;
    this.#order ??= sectorOrder(sectorHi, sectorLo, count);
    return this.#order;
  }

  /** The positions of the open blocks, by sector. */
  openOrder(): Uint32Array {
    return this.bySector().filter((block) => this.isOpen(block));
  }

  /**
   * Reads the open blocks from the origin, on which I/O may go on, and marks those that have the content of the evidence:
   * they have been written back. All others stay open, also those that cannot be read.
   *
   * Throws {@link InterruptedError} when the signal fires.
   */
  async compare(origin: BlockDevice, { signal, onProgress }: CompareOptions = {}): Promise<void> {
    const order = this.openOrder();
    this.#unreadableBlocks = 0;
    await this.#read(origin, order, {
      signal,
      onProgress: (done) => onProgress?.(done, order.length),
    });
    onProgress?.(order.length, order.length);
  }

  /**
   * The same for those open blocks whose entries are free by now, with their sectors, and that were not looked at in this way
   * before: for use while the cache is being written back.
   *
   * @returns how many were compared.
   */
  async compareWrittenBack(
    cache: BlockDevice,
    origin: BlockDevice,
    { signal }: Pick<CompareOptions, 'signal'> = {},
  ): Promise<number> {
    const { blocks, startSector } = this.evidence;
    const waiting = ascending(blocks.count).filter((block) => this.#state[block] === State.open);
    const isFreed = new Uint8Array(blocks.count);
    await paced(
      cache.name,
      freedEntries(cache, startSector, blocks, waiting, (block) => {
        isFreed[block] = 1;
      }),
      { signal },
    );
    const order = this.openOrder().filter((block) => isFreed[block] === 1);
    await this.#read(origin, order, { signal });
    for (const block of order) {
      if (this.#state[block] === State.open) this.#state[block] = State.unlike;
    }
    return order.length;
  }

  async #read(origin: BlockDevice, order: Uint32Array, options: PaceOptions): Promise<void> {
    const { blocks, blockSize } = this.evidence;
    const places = originPlaces(blocks.sectorHi, blocks.sectorLo, order);
    const visitor = {
      take: (block: number, bytes: Uint8Array) => {
        if (digestOf(bytes) === blocks.digest[block]) this.#prove(block);
      },
      missing: () => {
        this.#unreadableBlocks += 1;
      },
    };
    await sweepLater(origin, blockSize, places, visitor, options);
  }

  #prove(block: number): void {
    this.#state[block] = State.proved;
    this.#provedBlocks += 1;
  }
}
