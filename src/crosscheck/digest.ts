import { hash } from 'node:crypto';

/**
 * 64 bits that stand for a block's content. Two contents that differ have the same ones with a chance of 1 in 2^64: where
 * the cross-check says that digests are equal, it takes the contents for equal.
 *
 * Where the processor has instructions for it, SHA-256 is the quickest of what every build of Node has: 3 µs for 4 KiB.
 */
export function digestOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${hash('sha256', bytes, 'hex').slice(0, 16)}`);
}
