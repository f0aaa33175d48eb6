type ResizableConstructor = new (
  lengthBytes: number,
  options: { readonly maxByteLength: number },
) => ArrayBuffer;

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

// The ES library knows no WebAssembly and the DOM library would bring far more than this one constructor.
declare const WebAssembly: {
  readonly Memory: new (descriptor: { readonly initial: number; readonly maximum: number }) => WasmMemory;
};

const WASM_PAGE_BYTES = 65536;
const alignedMemories = new WeakSet<ArrayBufferLike>();

/**
 * Zeroed memory that starts on a page boundary: what O_DIRECT asks for, and what read(2) fills several times
 * faster than the odd addresses `Buffer.alloc` gives. It costs address space and a system call, so take one
 * and keep it rather than one per read.
 *
 * @param lengthBytes how many bytes, at most 4 GiB.
 * @throws RangeError when that is no whole number, negative, or more than there is memory for.
 */
export function alignedBuffer(lengthBytes: number): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 0) {
    throw new RangeError(`An aligned buffer cannot be ${String(lengthBytes)} bytes long.`);
  }
  const buffer = pageAlignedMemory(lengthBytes);
  alignedMemories.add(buffer);
  return new Uint8Array(buffer, 0, lengthBytes);
}

/**
 * Whether the first byte of `view` is known to lie at a multiple of `alignmentBytes` (a power of two of at
 * most a page): it is a part of an {@link alignedBuffer}. A script cannot ask for an address, so memory from
 * elsewhere counts as unaligned even where it happens to be aligned.
 */
export function isAligned(view: Uint8Array, alignmentBytes: number): boolean {
  return view.byteOffset % alignmentBytes === 0 && alignedMemories.has(view.buffer);
}

function pageAlignedMemory(lengthBytes: number): ArrayBuffer {
  const pages = Math.ceil(lengthBytes / WASM_PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // V8 sets 10 GiB of addresses aside for each such memory, which a process under a limit (ulimit -v) cannot
    // have. A resizable buffer is page-aligned as well; scripts are slower on it, the kernel is not.
    return new (ArrayBuffer as ResizableConstructor)(lengthBytes, { maxByteLength: lengthBytes });
  }
}
