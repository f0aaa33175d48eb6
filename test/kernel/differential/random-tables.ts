import type { TableOptions } from '../../../src/table/index.js';
import type { Random } from '../fuzz/random.js';

type Watermarks = readonly [high: number, low: number];

/** At 0 all is written back at once, at 100 only when no block is free. */
const WATERMARKS: readonly [Watermarks, ...Watermarks[]] = [
  [50, 45],
  [100, 100],
  [100, 100],
  [0, 0],
  [100, 0],
  [90, 10],
  [60, 40],
  [75, 75],
  [30, 29],
];

/** So late that no workload lives to see it. */
const NEVER_MS = 3_600_000;

/** The options of a table, without any that lets the outcome depend on the time a step takes. */
export function randomOptions(random: Random, mode: 'p' | 's', startSector: number): TableOptions {
  const [high, low] = random.pick(WATERMARKS);
  return {
    ...(startSector === 0 && random.oneIn(2) ? {} : { start_sector: BigInt(startSector) }),
    ...(random.oneIn(8) ? {} : { high_watermark: high, low_watermark: low }),
    ...(random.oneIn(2) ? {} : { writeback_jobs: random.pick([1, 1, 2, 5, 0]) }),
    ...(random.oneIn(4) ? {} : { autocommit_blocks: random.pick([0, 1, 2, 3, 7, 20, 100_000, 100_000]) }),
    autocommit_time: NEVER_MS,
    ...(random.oneIn(12) ? { cleaner: true } : {}),
    ...(mode === 's' || random.oneIn(2) ? {} : { fua: random.oneIn(2) }),
    ...(random.oneIn(15) ? { metadata_only: true } : {}),
    ...(mode === 's' ? { pause_writeback: 0 } : {}),
  };
}
