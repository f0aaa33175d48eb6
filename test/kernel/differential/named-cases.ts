import type { TableOptions } from '../../../src/table/index.js';
import { geometryOf } from '../../../src/format/index.js';
import type { Behaviour } from '../../../src/target/index.js';
import { foretell } from './foretell.js';
import type { Foretold } from './survivable.js';
import type { Step, Workload } from './workload.js';

const BLOCK_SIZE = 4096;
const BLOCK_SECTORS = 8;
const ORIGIN_BLOCKS = 40;
const OPTIONS: TableOptions = { autocommit_blocks: 100_000, autocommit_time: 3_600_000 };
const FLUSH: Step = { verb: 'flush' };
const CHECK: Step = { verb: 'check' };

/** Blocks in one request. */
function write(firstBlock: number, blocks = 1): Step {
  return { verb: 'write', sector: firstBlock * BLOCK_SECTORS, blocks, tag: 100 + firstBlock };
}

function discard(firstBlock: number, blocks: number): Step {
  return { verb: 'discard', sector: firstBlock * BLOCK_SECTORS, sectors: blocks * BLOCK_SECTORS };
}

function activate(options: TableOptions): Step[] {
  const table = { lengthSectors: ORIGIN_BLOCKS * BLOCK_SECTORS, options: { ...OPTIONS, ...options } };
  return [{ verb: 'load', table }, { verb: 'resume' }];
}

function named(id: string, nBlocks: number, steps: readonly Step[]): Workload {
  const cacheBytes = Number(geometryOf(BLOCK_SIZE, BigInt(nBlocks)).dataEndBytes);
  return {
    ...{ id, mode: 's', blockSize: BLOCK_SIZE, originBlocks: ORIGIN_BLOCKS, startSector: 0 },
    ...{ cache: Buffer.alloc(cacheBytes), steps },
  };
}

function pmem(id: string, steps: readonly Step[]): Workload {
  return { ...named(id, 8, steps), mode: 'p' };
}

/**
 * W3 (kernel-target.md §6): block 10 is in entry 0, block 11 in entry 3; a request over 9 and 10 lands in entries 1 and 2, and
 * takes the last free one. Writeback begins with entry 0, steps over the newer copy of 10 in entry 2, and takes entry 3
 * for the neighbour of entry 0.
 */
export const CONTIGUITY = named('w3', 8, [
  ...activate({ high_watermark: 100, low_watermark: 100, pause_writeback: 0 }),
  write(10),
  write(20, 2),
  write(11),
  discard(20, 2),
  write(24, 4),
  FLUSH,
  write(9, 2),
]);

/**
 * W9: block 10 is uncommitted when a request over 9 and 10 gives it a second entry. Writeback begins with the older one,
 * commits because it is uncommitted, and that commit frees the very entry that it goes on with.
 */
export const FREED_BY_OWN_COMMIT = named('w9', 4, [
  ...activate({ high_watermark: 50, low_watermark: 0, pause_writeback: 0 }),
  write(10),
  write(9, 2),
]);

const CACHED_AND_NOT: readonly Step[] = [
  ...activate({ high_watermark: 100, low_watermark: 100 }),
  write(10),
  write(13),
  FLUSH,
];

/**
 * W11: a request in pmem mode over blocks 10 to 14, of which 10 and 13 are cached. It is cut before 13, behind a block that was done already,
 * and its last block is forgotten: a read leaves it as the program's memory was, a write is acknowledged and lost.
 */
export const LOST_TAILS: readonly Workload[] = [
  pmem('w11-read', [...CACHED_AND_NOT, { verb: 'read', sector: 10 * BLOCK_SECTORS, blocks: 5 }, CHECK]),
  pmem('w11-write', [
    ...CACHED_AND_NOT,
    ...activate({ metadata_only: true }),
    write(10, 5),
    CHECK,
    FLUSH,
    CHECK,
  ]),
];

/** A cache with two identical entries (W4), activated twice: in error first, and then as if nothing had been. */
export function identicalEntries(cache: Buffer, originBlocks: number): Workload {
  const table = { lengthSectors: originBlocks * BLOCK_SECTORS, options: { ...OPTIONS, pause_writeback: 0 } };
  const resume: Step[] = [{ verb: 'load', table }, { verb: 'resume' }, CHECK];
  const sector = 4 * BLOCK_SECTORS;
  const steps: Step[] = [
    ...resume,
    { verb: 'read', sector, blocks: 3 },
    { verb: 'write', sector, blocks: 1, tag: 5 },
    FLUSH,
    { verb: 'discard', sector, sectors: BLOCK_SECTORS },
    { verb: 'message', name: 'flush' },
    ...resume,
    { verb: 'read', sector, blocks: 3 },
    { verb: 'write', sector, blocks: 1, tag: 6 },
    FLUSH,
    { verb: 'message', name: 'flush' },
    { verb: 'suspend' },
    CHECK,
  ];
  return { id: 'w4', mode: 's', blockSize: BLOCK_SIZE, originBlocks, startSector: 0, cache, steps };
}

/** What is expected of a workload whose last step no kernel survives. Throws where the reference does survive it. */
export function foretellEnd(workload: Workload, behaviour: Behaviour): Foretold {
  const execution = foretell(workload, behaviour);
  const last = execution.observations.at(-1);
  if (
    execution.end !== 'kernel-bug' ||
    execution.observations.length !== workload.steps.length ||
    last === undefined
  ) {
    throw new Error(`the reference does not end with the last step of ${workload.id}`);
  }
  // The guest must be given that step, too, and nothing will be seen behind it.
  return { workload, execution: { ...execution, observations: [...execution.observations, last] } };
}
