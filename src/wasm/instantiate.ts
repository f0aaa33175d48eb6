import { KERNELS_BASE64 } from './kernels.js';
import { wasmMemory, type WasmMemory } from './memory.js';

// The ES library knows no WebAssembly and the DOM library would bring far more than these two constructors.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: WasmMemory } & Required<KernelCallbacks> },
  ) => { readonly exports: object };
};

/** What kernels call back. */
export interface KernelCallbacks {
  /** So many notes lie in the memory and want to be taken, before there are more. */
  readonly takeNotes?: (count: number) => void;
}

let compiled: object | null | undefined;

/**
 * The kernels (src/wasm/assembly) over memory of their own, `memoryBytes` long, of which only what is touched takes
 * room; null where they cannot run: WebAssembly or its SIMD is missing, or there is no such memory (`ulimit -v`).
 * The module is compiled once; an instance takes about a tenth of a millisecond. Bytes below
 * {@link FIRST_FREE_BYTE} of the memory are the module's own.
 */
export function instantiateKernels(
  memoryBytes: number,
  { takeNotes = () => undefined }: KernelCallbacks = {},
): { readonly exports: object; readonly memory: Uint8Array<ArrayBuffer> } | null {
  compiled ??= compile();
  if (compiled === null) return null;
  const memory = wasmMemory(memoryBytes);
  if (memory === null) return null;
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory, takeNotes } });
  return { exports, memory: new Uint8Array(memory.buffer) };
}

/** Below this the module may keep what it likes. */
export const FIRST_FREE_BYTE = 65536;

function compile(): object | null {
  try {
    return new WebAssembly.Module(Buffer.from(KERNELS_BASE64, 'base64'));
  } catch {
    // Not there (--jitless), or a processor without the SIMD instructions: the plain twin does the work.
    return null;
  }
}
