/** What scripts see of a WebAssembly memory that never grows. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

// The ES library knows no WebAssembly and the DOM library would bring far more than this one constructor.
declare const WebAssembly: {
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => WasmMemory;
};

const PAGE_BYTES = 65536;
const memories = new WeakSet<ArrayBufferLike>();

/**
 * Zeroed memory that begins at a page of the machine and is at least so long, at most 4 GiB; null where there is none:
 * V8 sets 10 GiB of addresses aside for each, which a process under a limit (`ulimit -v`) cannot have.
 */
export function wasmMemory(lengthBytes: number): WasmMemory | null {
  const pages = Math.ceil(lengthBytes / PAGE_BYTES);
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    memories.add(memory.buffer);
    return memory;
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) return null;
    throw error;
  }
}

/** Whether a buffer is such a memory, so that its first byte is known to lie at the beginning of a page. */
export function isWasmMemory(buffer: ArrayBufferLike): boolean {
  return memories.has(buffer);
}
