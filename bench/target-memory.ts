import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { layOut } from '../src/format/index.js';
import { VoidDevice } from '../src/device/index.js';
import { HollowCache } from '../src/simulate/hollow-cache.js';
import { ReferenceTarget } from '../src/target/index.js';

const BLOCK = 4096;
const EIGHT_TEBIBYTE = 1n << 43n;

export interface MemoryUse {
  readonly what: string;
  /** Of memory, for each block that is cached. */
  readonly bytesPerBlock: number;
}

/** What the reference target takes for each live entry, in a cache of a size of which nearly all is free. */
export function targetMemory(cacheBytes: bigint, liveBlocks: number): MemoryUse {
  const layout = layOut(cacheBytes, BLOCK);
  if (!layout.ok) throw new Error('a cache fits there');
  const before = usedBytes();
  const devices = {
    origin: new VoidDevice('origin', EIGHT_TEBIBYTE),
    cache: new HollowCache(cacheBytes, 0n, layout.geometry),
  };
  const target = ReferenceTarget.load(
    { mode: 's', origin: '', cache: '', block_size: BLOCK, options: {} },
    devices,
  );
  target.resume();
  const data = new Uint8Array(BLOCK);
  for (let block = 0; block < liveBlocks; block += 1) target.write(spread(block) * (BLOCK / 512), data);
  const bytes = usedBytes() - before;
  const live = target.status().total_blocks - target.freeBlocks;
  const gibibytes = String(cacheBytes >> 30n);
  return {
    what: `reference target, ${String(live)} live entries in a cache of ${gibibytes} GiB`,
    bytesPerBlock: bytes / live,
  };
}

/** Different blocks all over the origin. */
function spread(block: number): number {
  return block * 1009;
}

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
