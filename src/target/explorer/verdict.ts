import { SECTOR_BYTES } from '../../format/index.js';
import { isAllowed, type Allowed } from './ledger.js';
import type { Recovery } from './recovery.js';
import { recognize, type Found } from './stamps.js';

/** What one image came up as. */
export type Verdict =
  | Exclude<Recovery, { outcome: 'activated' }>
  | {
      readonly outcome: 'activated';
      /** Block by block, after the first activation and after the second. */
      readonly found: readonly [readonly Found[], readonly Found[]];
      /** Why the target was in error. */
      readonly errors: readonly [string | null, string | null];
    };

/** @param initial what a program read before it wrote anything, block by block. */
export function verdictOf(recovery: Recovery, initial: readonly Uint8Array[]): Verdict {
  if (recovery.outcome !== 'activated') return recovery;
  const [first, second] = recovery.contents;
  return {
    outcome: 'activated',
    found: [recognizeAll(first, initial), recognizeAll(second, initial)],
    errors: recovery.errors,
  };
}

function recognizeAll(content: Uint8Array, initial: readonly Uint8Array[]): Found[] {
  return initial.map((before, block) => {
    const blockSize = before.length;
    const sector = (block * blockSize) / SECTOR_BYTES;
    return recognize(content.subarray(block * blockSize, (block + 1) * blockSize), sector, before);
  });
}

/** Whole blocks of a device. */
export function blocksOf(content: Uint8Array, blockSize: number): Uint8Array[] {
  const count = Math.floor(content.length / blockSize);
  return Array.from({ length: count }, (_, i) => content.subarray(i * blockSize, (i + 1) * blockSize));
}

/** Where an image is not what it has to be. */
export interface Fault {
  /** Null where it is the whole cache. */
  readonly block: number | null;
  readonly expected: string;
  readonly found: string;
}

/** How the kernel's words begin for what the next activation no more finds (W4 of kernel-target.md §6). */
const IDENTICAL = 'two identical entries';
/** The kernel's words for a format that was cut short (§1.6): nothing is lost by it. */
const TORN_FORMAT = 'Invalid magic in the superblock';

/**
 * @param allowed what each block may hold.
 * @param mayBeTorn whether the power went before the format ended.
 */
export function* faultsOf(
  verdict: Verdict,
  allowed: readonly Allowed[],
  mayBeTorn: boolean,
): Generator<Fault, void, undefined> {
  if (verdict.outcome === 'died') {
    yield { block: null, expected: 'a target that comes up', found: verdict.why };
  } else if (verdict.outcome === 'refused') {
    if (mayBeTorn && verdict.kernelMessage === TORN_FORMAT) return;
    yield { block: null, expected: 'a cache that loads', found: verdict.kernelMessage };
  } else {
    yield* errorFaults(verdict.errors);
    yield* blockFaults(verdict.found, allowed);
  }
}

function* errorFaults([first, second]: readonly [string | null, string | null]): Generator<Fault> {
  if (first?.startsWith(IDENTICAL) === false) yield { block: null, expected: 'no error', found: first };
  if (second !== null) yield { block: null, expected: 'no error at the second activation', found: second };
}

function* blockFaults(
  [first, second]: readonly [readonly Found[], readonly Found[]],
  allowed: readonly Allowed[],
): Generator<Fault> {
  for (const [block, each] of allowed.entries()) {
    const [before = '', after = ''] = [first[block], second[block]];
    if (!isAllowed(each, before)) {
      yield { block, expected: describeAllowed(each), found: describeFound(before) };
    } else if (before !== after) {
      yield { block, expected: `${describeFound(before)} again`, found: describeFound(after) };
    }
  }
}

function describeAllowed({ versions, zeros }: Allowed): string {
  const numbers = [...versions].sort((a, b) => a - b).join(' or ');
  return `version ${numbers}${zeros ? ', or zeros' : ''}`;
}

function describeFound(found: Found): string {
  return typeof found === 'number' ? `version ${String(found)}` : found;
}
