import type { TraceDevice } from '../trace.js';

/** Two 32-bit halves; those of the parts of an image are combined by exclusive or. */
export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

const known = new WeakMap<Uint8Array, Fingerprint>();

/** Of one atom's content at its place. An array of bytes must stand for one place only, and never change. */
export function fingerprintOf(device: TraceDevice, offsetBytes: number, content: Uint8Array): Fingerprint {
  const before = known.get(content);
  if (before !== undefined) return before;
  const place = device === 'cache' ? offsetBytes : ~offsetBytes;
  let low = Math.imul(place ^ 0x811c9dc5, 0x9e3779b1);
  let high = Math.imul(place ^ 0x27d4eb2f, 0x85ebca6b);
  for (const byte of content) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte ^ (low >>> 15), 0x85ebca6b);
  }
  const fingerprint = { low: scramble(low), high: scramble(high) };
  known.set(content, fingerprint);
  return fingerprint;
}

function scramble(half: number): number {
  const mixed = Math.imul(half ^ (half >>> 16), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

export function combine(left: Fingerprint, right: Fingerprint): Fingerprint {
  return { low: (left.low ^ right.low) >>> 0, high: (left.high ^ right.high) >>> 0 };
}

/** As a key of a map: 53 of the 64 bits. */
export function keyOf({ low, high }: Fingerprint): number {
  return (high & 0x1f_ffff) * 2 ** 32 + low;
}
