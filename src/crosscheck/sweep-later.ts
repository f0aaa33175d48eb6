import { alignedBuffer, readLater, type BlockDevice } from '../device/index.js';
import { WcacheError } from '../errors.js';
import { runLength, runsOf, type Places, type Reach, type Run } from './places.js';
import { throwIfAborted, TURN_MS, type PaceOptions } from './sweep.js';
import { takeRun, type SweepVisitor } from './visitor.js';

/** As many as libuv has threads. A disk that turns takes them in the order of their places. */
const READS_UNDER_WAY = 4;
/** A seek costs a disk as much as reading on through a mebibyte, and an SSD as much as through 256 KiB. */
const REACH: Reach = { runBytes: 4 << 20, gapBytes: 256 << 10 };

/** Each is 4 MiB and costs a system call, so they are used again. */
const idleBuffers: Uint8Array[] = [];

/**
 * Reads blocks with several reads under way, and hands each on as it comes, in any order. A read that fails is tried again
 * block by block, so that only what cannot be read is missing. When this returns or throws, no read is under way any more.
 *
 * @throws {@link InterruptedError} when the signal fires.
 */
export async function sweepLater(
  device: BlockDevice,
  blockSize: number,
  places: Places,
  visitor: SweepVisitor,
  options: PaceOptions = {},
): Promise<void> {
  const runs = runsOf(places, blockSize, REACH);
  const readers = Array.from(
    { length: READS_UNDER_WAY },
    () => new Reader(device, blockSize, places, visitor),
  );
  const state = { doneBlocks: 0, failed: false, turnEnds: performance.now() + TURN_MS };
  const work = async (reader: Reader): Promise<void> => {
    try {
      for (let next = runs.next(); next.done !== true && !state.failed; next = runs.next()) {
        throwIfAborted(device.name, options.signal);
        await reader.read(next.value);
        state.doneBlocks += next.value.to - next.value.from;
        if (performance.now() <= state.turnEnds) continue;
        options.onProgress?.(state.doneBlocks);
        await new Promise((resolve) => setImmediate(resolve));
        state.turnEnds = performance.now() + TURN_MS;
      }
    } catch (error) {
      state.failed = true;
      throw error;
    } finally {
      reader.end();
    }
  };
  const ended = await Promise.allSettled(readers.map(work));
  for (const each of ended) {
    if (each.status === 'rejected') throw each.reason;
  }
}

/** One of the reads under way, with its buffer. */
class Reader {
  readonly #device: BlockDevice;
  readonly #blockSize: number;
  readonly #places: Places;
  readonly #visitor: SweepVisitor;
  readonly #buffer: Uint8Array;

  constructor(device: BlockDevice, blockSize: number, places: Places, visitor: SweepVisitor) {
    this.#device = device;
    this.#blockSize = blockSize;
    this.#places = places;
    this.#visitor = visitor;
    this.#buffer = idleBuffers.pop() ?? alignedBuffer(REACH.runBytes);
  }

  async read(run: Run): Promise<void> {
    const bytes = this.#buffer.subarray(0, runLength(this.#places, this.#blockSize, run));
    const offset = this.#places.offsetBytes(this.#places.order[run.from] ?? 0);
    if (this.#ends(offset, bytes.length) && (await this.#tryRead(bytes, offset))) {
      takeRun(this.#places, this.#blockSize, run, bytes, this.#visitor);
    } else {
      await this.#readOneByOne(run);
    }
  }

  /** Gives the buffer back. */
  end(): void {
    idleBuffers.push(this.#buffer);
  }

  async #readOneByOne({ from, to }: Run): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#blockSize);
    for (const block of this.#places.order.subarray(from, to)) {
      const offset = this.#places.offsetBytes(block);
      if (!this.#ends(offset, bytes.length)) this.#visitor.missing(block, 'beyond-end');
      else if (await this.#tryRead(bytes, offset)) this.#visitor.take(block, bytes);
      else this.#visitor.missing(block, 'unreadable');
    }
  }

  #ends(offset: bigint, lengthBytes: number): boolean {
    return offset + BigInt(lengthBytes) <= this.#device.sizeBytes;
  }

  async #tryRead(target: Uint8Array, offset: bigint): Promise<boolean> {
    try {
      await readLater(this.#device, target, offset);
      return true;
    } catch (error) {
      if (error instanceof WcacheError) return false;
      throw error;
    }
  }
}
