import { SECTOR_BYTES } from '../../../src/format/index.js';
import { identify } from './content.js';
import type { WatchedMemory } from './watched-memory.js';

/** The blocks of a range of a device, each by its identity (content.ts), kept up to date. */
export class Blocks {
  readonly #memory: WatchedMemory;
  readonly #startBytes: number;
  readonly #blockBytes: number;
  /** Whether the range is an origin, where each block has a sector of its own. */
  readonly #isOrigin: boolean;
  readonly #identities: string[] = [];

  constructor(
    memory: WatchedMemory,
    range: { readonly startBytes: number; readonly blocks: number; readonly blockBytes: number },
    isOrigin: boolean,
  ) {
    this.#memory = memory;
    this.#startBytes = range.startBytes;
    this.#blockBytes = range.blockBytes;
    this.#isOrigin = isOrigin;
    for (let block = 0; block < range.blocks; block += 1) this.#identities.push(this.#identity(block));
  }

  /** Looks at the blocks again of which the device says that they were touched. */
  update(): void {
    const touched = new Set<number>();
    for (const sector of this.#memory.takeTouched()) {
      touched.add(Math.floor((sector * SECTOR_BYTES - this.#startBytes) / this.#blockBytes));
    }
    for (const block of touched) {
      if (block >= 0 && block < this.#identities.length) this.#identities[block] = this.#identity(block);
    }
  }

  snapshot(): readonly string[] {
    return this.#identities.slice();
  }

  #identity(block: number): string {
    const start = this.#startBytes + block * this.#blockBytes;
    const bytes = Buffer.from(
      this.#memory.bytes.buffer,
      this.#memory.bytes.byteOffset + start,
      this.#blockBytes,
    );
    return identify(bytes, this.#isOrigin ? (block * this.#blockBytes) / SECTOR_BYTES : undefined);
  }
}
