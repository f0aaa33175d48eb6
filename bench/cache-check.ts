import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { ExitStatus } from '../src/errors.js';
import { NO_COMPILER, type Bench } from './bench.js';
import { missing, row, speed, times, type Figure } from './figure.js';
import { writeImage } from './image.js';
import { inTurn } from './measure.js';
import { wcache } from './processes.js';
import { cacheCheck, writeCacheMetadata } from './thin-tools.js';

/** `wcache check` of as many entries as cache_check, of the sister target dm-cache, has mappings; whole processes. */
export async function benchCacheCheck({ c, quick, memoryFolder, diskFolder }: Bench): Promise<Figure[]> {
  const count = quick ? 2 ** 20 : 2 ** 22;
  const what = row(
    'check.cache_check',
    `check, ${String(count >> 20)} Mi entries`,
    'cache_check, as many mappings',
    speed(10),
  );
  if (c === null) return [missing(what, NO_COMPILER)];
  const tools = await cacheCheck();
  if ('why' in tools) return [missing(what, tools.why)];
  // Theirs reads with O_DIRECT, which files in memory can't be on all kernels.
  const theirs = join(diskFolder, 'dm-cache.bin');
  const ours = join(memoryFolder, 'checked.img');
  try {
    writeCacheMetadata(tools.programs, theirs, count);
    writeImage(ours, count, 'permutation');
    const { processes } = c;
    const taken = await inTurn(
      {
        wcache: () => processes.take(wcache('check', ours), { statuses: [ExitStatus.problemFound] }).wallMs,
        cacheCheck: () => processes.take([join(tools.programs, 'cache_check'), theirs]).wallMs,
      },
      { runs: 3, warmUp: true },
    );
    return [times(what, taken.wcache, taken.cacheCheck)];
  } finally {
    rmSync(theirs, { force: true });
    rmSync(ours, { force: true });
  }
}
