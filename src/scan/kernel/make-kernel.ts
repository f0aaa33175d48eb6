import { endianness } from 'node:os';
import { alignedBuffer } from '../../device/aligned-buffer.js';
import { OperationError } from '../../errors.js';
import { instantiateKernels } from '../../wasm/instantiate.js';
import { wasmMemory } from '../../wasm/memory.js';
import type { ScanKernel } from './kernel.js';
import {
  CHUNKS,
  CHUNK_BYTES,
  DIRECTORY,
  FIRST_PAGE,
  MOST_NOTES,
  NOTES,
  NO_BUFFER,
  SCRATCH,
  SECTORS,
  TALLY,
} from './layout.js';
import { PlainKernel } from './plain-kernel.js';

export type KernelName = 'wasm' | 'plain';

/** A kernel in its memory. */
export interface KernelInMemory {
  readonly name: KernelName;
  readonly kernel: ScanKernel;
  readonly memory: Uint8Array<ArrayBuffer>;
  /** Where chunks of entries are read to. */
  readonly buffers: readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  /** How many bytes there are for pages. */
  readonly pagesBytes: number;
}

/** Addresses have 32 bits. */
const MOST_MEMORY_BYTES = 2 ** 32 - 65536;
/** Fewer than these are not tried: the state of one bucket takes up to 16 MiB. */
export const LEAST_PAGES_BYTES = 28 << 20;

/**
 * A kernel with memory for pages, of which only what is used takes room; less than was asked for where there is not as
 * much. WebAssembly where it can be had, unless `name` tells. Throws {@link OperationError} where not even a little is left.
 */
export function makeKernel(
  pagesBytes: number,
  takeNotes: (count: number) => void,
  name?: KernelName,
): KernelInMemory {
  const most = Math.min(pagesBytes, MOST_MEMORY_BYTES - FIRST_PAGE);
  const sizes = [most, ...[2, 4, 8, 16].map((part) => Math.floor(most / part)), LEAST_PAGES_BYTES].filter(
    (size, at) => at === 0 || (size >= LEAST_PAGES_BYTES && size < most),
  );
  // Its words are little-endian, and scripts would read them in the order of the machine.
  if (name !== 'plain' && endianness() === 'LE') {
    for (const size of sizes) {
      const wasm = instantiateKernels(FIRST_PAGE + size, { takeNotes });
      // The module exports them all; that it does is what the tests of both kernels prove.
      if (wasm !== null) return ready('wasm', wasm.exports as ScanKernel, wasm.memory, size);
    }
  }
  for (const size of sizes) {
    try {
      const memory = alignedBuffer(FIRST_PAGE + size);
      return ready('plain', new PlainKernel(memory, takeNotes), memory, size);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new OperationError('There is not enough memory to look for copies of the same block.', {
    code: 'out-of-memory',
    hint: 'Give less to --memory, or let the process have more (ulimit -v).',
  });
}

/** Whether there are addresses for another thread: V8 ends the process where it can't have those that it wants. */
export function hasAddressesForThreads(): boolean {
  return wasmMemory(1) !== null;
}

function ready(
  name: KernelName,
  kernel: ScanKernel,
  memory: Uint8Array<ArrayBuffer>,
  pagesBytes: number,
): KernelInMemory {
  const end = Math.floor((FIRST_PAGE + pagesBytes) / 65536) * 65536;
  kernel.setPlaces(TALLY, DIRECTORY, SECTORS, SCRATCH, NOTES, MOST_NOTES, NO_BUFFER, FIRST_PAGE, end);
  const [one, other] = CHUNKS;
  return {
    name,
    kernel,
    memory,
    buffers: [memory.subarray(one, one + CHUNK_BYTES), memory.subarray(other, other + CHUNK_BYTES)],
    pagesBytes: end - FIRST_PAGE,
  };
}
