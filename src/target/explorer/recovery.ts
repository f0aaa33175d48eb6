import { MemoryDevice } from '../../device/index.js';
import type { WritecacheTable } from '../../table/index.js';
import type { Behaviour } from '../behaviour.js';
import { TargetRefusal } from '../errors.js';
import { ReferenceTarget } from '../reference-target.js';

/** What comes back after a power cut. */
export type Recovery =
  | { readonly outcome: 'refused'; readonly kernelMessage: string }
  | { readonly outcome: 'died'; readonly why: string }
  | {
      readonly outcome: 'activated';
      /** The whole mapped device, as read after the first activation and after the second. */
      readonly contents: readonly [Uint8Array, Uint8Array];
      readonly errors: readonly [string | null, string | null];
    };

/**
 * Activates the cache, reads all of it, and then once more from what the first activation left; with power cuts, not
 * suspends, between. The images are changed.
 */
export function recover(
  table: WritecacheTable,
  behaviour: Behaviour,
  images: { readonly cache: Uint8Array; readonly origin: Uint8Array },
): Recovery {
  try {
    const first = activate(table, behaviour, images);
    const second = activate(table, behaviour, images);
    return {
      outcome: 'activated',
      contents: [first.content, second.content],
      errors: [first.error, second.error],
    };
  } catch (error) {
    if (error instanceof TargetRefusal) return { outcome: 'refused', kernelMessage: error.kernelMessage };
    return { outcome: 'died', why: error instanceof Error ? error.message : String(error) };
  }
}

function activate(
  table: WritecacheTable,
  behaviour: Behaviour,
  images: { readonly cache: Uint8Array; readonly origin: Uint8Array },
): { content: Uint8Array; error: string | null } {
  const devices = { cache: new MemoryDevice(images.cache), origin: new MemoryDevice(images.origin) };
  const target = ReferenceTarget.load(table, devices, { behaviour });
  target.resume();
  const content = new Uint8Array(images.origin.length);
  target.read(0, content);
  return { content, error: target.error };
}
