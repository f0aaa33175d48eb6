import { ALL_ONES, type Entry } from '../../../src/format/index.js';
import type { Random } from './random.js';

/** From what the entries of one case are made. */
export interface EntryStyle {
  readonly seqCount: bigint;
  readonly sectorsPerBlock: bigint;
  /** How many different sectors tame entries have: few make many copies. */
  readonly tameSectors: number;
  /** Whether there are sectors that no kernel writes. */
  readonly wild: boolean;
  /** Of eight entries, how many are free. */
  readonly freeEighths: number;
}

/** The target is this long in all cases, and so is the origin. */
export const ORIGIN_SECTORS = 131_072;

export function randomEntry(random: Random, style: EntryStyle): Entry {
  if (random.below(8) < style.freeEighths) {
    // Freed by the kernel, or never used.
    const sector = random.oneIn(2) ? ALL_ONES : randomSector(random, style);
    return { original_sector: sector, seq_count: ALL_ONES };
  }
  return { original_sector: randomSector(random, style), seq_count: randomSeq(random, style.seqCount) };
}

function randomSector(random: Random, style: EntryStyle): bigint {
  const { sectorsPerBlock } = style;
  if (!style.wild || random.oneIn(2)) {
    return BigInt(random.below(style.tameSectors)) * sectorsPerBlock;
  }
  const end = BigInt(ORIGIN_SECTORS);
  return random.pick([
    end - sectorsPerBlock,
    end,
    end + sectorsPerBlock,
    BigInt(random.below(64)),
    2n ** 32n,
    2n ** 47n,
    2n ** 54n - sectorsPerBlock,
    2n ** 54n,
    2n ** 55n,
    2n ** 63n - 1n,
    2n ** 63n,
    ALL_ONES - 1n,
    ALL_ONES,
    random.u64(),
  ]);
}

/** Mostly just below S, so that copies have lower, higher and equal numbers in every order. */
function randomSeq(random: Random, seqCount: bigint): bigint {
  const near = seqCount - 1n - BigInt(random.below(4));
  const committed = near >= 0n ? near : 0n;
  return random.pick([
    committed,
    committed,
    committed,
    committed,
    0n,
    seqCount,
    seqCount,
    BigInt.asUintN(64, seqCount + 1n),
    ALL_ONES - 1n,
    ALL_ONES,
    random.u64(),
    random.u64() >> BigInt(random.below(64)),
  ]);
}
