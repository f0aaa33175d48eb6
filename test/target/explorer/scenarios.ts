import {
  ENTRY_BYTES,
  encodeEntry,
  encodeSuperblock,
  freshSuperblock,
  SUPERBLOCK_BYTES,
} from '../../../src/format/index.js';
import type { TableOptions } from '../../../src/table/index.js';
import { MemoryDevice } from '../../../src/device/index.js';
import { CURRENT, ReferenceTarget, type Behaviour, type Pace } from '../../../src/target/index.js';
import {
  explore,
  type Exploration,
  type ExploreOptions,
  type WorkloadStep,
} from '../../../src/target/explorer/index.js';
import { BLOCK, dice, smallGeometry } from '../rules/workload.js';

export const ORIGIN_BLOCKS = 16;

export interface Small {
  readonly mode: 'p' | 's';
  readonly steps: readonly WorkloadStep[];
  readonly behaviour?: Behaviour;
  readonly options?: TableOptions;
  readonly cacheBlocks?: number;
  readonly pace?: Pace;
  /** The cache is formatted already, so that there are no power cuts within the format. */
  readonly isFormatted?: boolean;
  /** Blank unless told. */
  readonly cache?: Uint8Array;
}

/** Explores a scenario on a cache of a few blocks of 512 bytes, and an origin of sixteen. */
export function exploreSmall(small: Small, options?: ExploreOptions): Exploration {
  const { mode, steps, behaviour = CURRENT, cacheBlocks = 4, pace } = small;
  const table = { mode, origin: 'o', cache: 'c', block_size: BLOCK, options: small.options ?? {} } as const;
  const startBytes = Number(table.options.start_sector ?? 0n) * BLOCK;
  const cache =
    small.cache?.slice() ?? new Uint8Array(startBytes + Number(smallGeometry(cacheBlocks).dataEndBytes));
  const origin = new Uint8Array(ORIGIN_BLOCKS * BLOCK).fill(0xaa);
  if (small.isFormatted === true) {
    ReferenceTarget.load(table, { cache: new MemoryDevice(cache), origin: new MemoryDevice(origin) });
  }
  return explore({ table, cache, origin, steps, behaviour, ...(pace && { pace }) }, options);
}

/** A cache with these entries, a sector and a seq_count each (-1 for free), and data of its own in every block. */
export function cacheWith(entries: readonly (readonly [number, number])[], seqCount: bigint): Uint8Array {
  const { nBlocks, dataOffsetBytes, dataEndBytes } = smallGeometry(entries.length);
  const cache = new Uint8Array(Number(dataEndBytes));
  cache.set(encodeSuperblock({ ...freshSuperblock(BLOCK, nBlocks), seq_count: seqCount }));
  entries.forEach(([sector, seq], index) => {
    const entry = { original_sector: BigInt(sector), seq_count: BigInt.asUintN(64, BigInt(seq)) };
    encodeEntry(entry, cache, SUPERBLOCK_BYTES + index * ENTRY_BYTES);
    cache.fill(
      index + 1,
      Number(dataOffsetBytes) + index * BLOCK,
      Number(dataOffsetBytes) + (index + 1) * BLOCK,
    );
  });
  return cache;
}

export function write(
  startSector: number,
  blocks = 1,
  flags: { readonly fua?: boolean; readonly hold?: boolean } = {},
): WorkloadStep {
  return { op: 'write', startSector, blocks, ...flags };
}

export const flush: WorkloadStep = { op: 'flush' };
export const writeBack: WorkloadStep = { op: 'message', name: 'flush' };

export function discard(startSector: number, blocks = 1): WorkloadStep {
  return { op: 'discard', startSector, blocks };
}

/** Steps at random over a few sectors, so that they meet. */
export function randomSteps(seed: number, count: number, { fua = true } = {}): WorkloadStep[] {
  const roll = dice(seed);
  const steps: WorkloadStep[] = [];
  while (steps.length < count) {
    const [startSector, blocks, chance] = [roll(10), 1 + roll(3), roll(30)];
    if (chance < 15) {
      steps.push(write(startSector, blocks, { hold: roll(2) === 0, fua: fua && roll(5) === 0 }));
    } else if (chance < 20) steps.push(flush);
    else if (chance < 22) steps.push(discard(startSector, blocks));
    else if (chance < 23) steps.push(writeBack);
    else if (chance < 25) steps.push({ op: 'suspend' }, { op: 'resume' });
    else if (chance < 27) steps.push({ op: 'finishHeldWrites' });
    else steps.push({ op: 'advance', ms: 100 + roll(2000) });
  }
  return steps;
}
