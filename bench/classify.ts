import { openDevice } from '../src/device/index.js';
import { SUPERBLOCK_BYTES, decodeSuperblock } from '../src/format/index.js';
import { entryRuns } from '../src/scan/chunks.js';
import { TALLIES, TALLY } from '../src/scan/kernel/layout.js';
import { makeKernel, type KernelName } from '../src/scan/kernel/make-kernel.js';
import type { Answer } from './answers.js';

export type { KernelName };

/**
 * Reads an image as wcache does and has a kernel of src/scan say what its entries are, without looking for copies. Null where
 * that kernel does not run.
 */
export async function classifyImage(path: string, name: KernelName): Promise<Omit<Answer, 'ns'> | null> {
  const made = makeKernel(0, () => undefined, name);
  if (made.name !== name) return null;
  const { kernel, memory, buffers } = made;
  const device = openDevice(path, { access: 'read' });
  try {
    const head = new Uint8Array(SUPERBLOCK_BYTES);
    device.read(head, 0n);
    const { block_size, n_blocks, seq_count } = decodeSuperblock(head);
    const sectors = block_size / 512;
    kernel.setQuestion(seq_count, NO_SECTOR, BigInt(sectors - 1), BigInt(Math.log2(sectors)), 12);
    const found = new Found(new BigUint64Array(memory.buffer, TALLY, Object.keys(TALLIES).length));
    for await (const run of entryRuns(device, 0n, Number(n_blocks), { buffers })) {
      kernel.classify(run.words.byteOffset, run.count);
      found.add();
    }
    return found.answer(n_blocks);
  } finally {
    device.close();
  }
}

const NO_SECTOR = 2n ** 64n - 1n;

/** Adds up what a kernel tells of each chunk. */
class Found {
  readonly #tally: BigUint64Array;
  #free = 0n;
  #committed = 0n;
  #maxSector = 0n;
  #maxSeqCount = 0n;

  constructor(tally: BigUint64Array) {
    this.#tally = tally;
  }

  add(): void {
    this.#free += this.#of('free');
    this.#committed += this.#of('committed');
    this.#maxSector = larger(this.#maxSector, this.#of('maxSector'));
    this.#maxSeqCount = larger(this.#maxSeqCount, this.#of('maxSeqCount'));
  }

  answer(nBlocks: bigint): Omit<Answer, 'ns'> {
    return {
      free: Number(this.#free),
      committed: Number(this.#committed),
      uncommitted: Number(nBlocks - this.#free - this.#committed),
      maxSector: String(this.#maxSector),
      maxSeqCount: String(this.#maxSeqCount),
    };
  }

  #of(name: keyof typeof TALLIES): bigint {
    return this.#tally[TALLIES[name]] ?? 0n;
  }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
