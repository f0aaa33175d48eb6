import { isWasmMemory, wasmMemory } from '../wasm/memory.js';

type ResizableConstructor = new (
  lengthBytes: number,
  options: { readonly maxByteLength: number },
) => ArrayBuffer;

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
 * most a page): it is a part of an {@link alignedBuffer} or of the memory of a kernel. A script cannot ask for an address, so memory from
 * elsewhere counts as unaligned even where it happens to be aligned.
 */
export function isAligned(view: Uint8Array, alignmentBytes: number): boolean {
  return (
    view.byteOffset % alignmentBytes === 0 && (alignedMemories.has(view.buffer) || isWasmMemory(view.buffer))
  );
}

function pageAlignedMemory(lengthBytes: number): ArrayBuffer {
  // Where there is none, a resizable buffer is page-aligned as well; scripts are slower on it, the kernel is not.
  return (
    wasmMemory(lengthBytes)?.buffer ??
    new (ArrayBuffer as ResizableConstructor)(lengthBytes, { maxByteLength: lengthBytes })
  );
}
