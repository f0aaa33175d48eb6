import { listDocument, statusDocument } from '../../src/documents/index.js';
import { metricFamilies, type MetricsLook, type SeenCaches } from '../../src/metrics/families.js';
import { exposition } from '../../src/metrics/exposition.js';
import type { KnownRemoval } from '../../src/procedure/removal/index.js';
import { DEBIAN_12, liveCache, waitingCache } from '../procedure/live-caches.js';
import { readTextFormat, type ReadFamily } from './text-format.js';

type Live = ReturnType<typeof liveCache>;
type Waiting = ReturnType<typeof waitingCache>;

export interface LookSketch {
  readonly live?: readonly Live[];
  readonly waiting?: readonly Waiting[];
  readonly removals?: readonly KnownRemoval[];
  readonly targetVersion?: string | null;
}

/** A look that was made up from what the kernel would print. */
export function look(sketch: LookSketch | null = {}): MetricsLook {
  return {
    wcacheVersion: '0.1.0',
    kernelRelease: DEBIAN_12.release,
    began: new Date('2026-11-22T12:00:00.250Z'),
    seconds: 0.0625,
    seen: sketch === null ? null : seen(sketch),
  };
}

function seen({ live = [], waiting = [], removals = [], targetVersion = '1.6.0' }: LookSketch): SeenCaches {
  return {
    live: statusDocument(live, DEBIAN_12, removals),
    waiting: listDocument({ live: [], waiting }),
    removals,
    targetVersion,
  };
}

/** A writecache that is a part of a mapping of several. */
export function oneOfSeveral(start: bigint, sketch: Parameters<typeof liveCache>[0] = {}): Live {
  const cache = liveCache({ lineCount: 2, ...sketch });
  return { ...cache, line: { ...cache.line, startSector: start } };
}

/** A look as Prometheus gets and reads it. */
export async function scraped(sketch: LookSketch | null = {}): Promise<Map<string, ReadFamily>> {
  return readTextFormat(await exposition(metricFamilies(look(sketch))));
}

/** Caches of every shape that metrics tell apart. */
export const EVERY_SHAPE: LookSketch = {
  live: [
    liveCache(),
    liveCache({ name: 'failed', status: '1 8160 8160 0 100 40 500 10 20 30 440 0 7 1' }),
    liveCache({ name: 'still', suspended: true, hasInactiveTable: true }),
    liveCache({ name: 'old', version: '1.2.0', status: '0 8160 0 12' }),
    liveCache({ name: 'vg-lv', uuid: `LVM-${'a'.repeat(64)}` }),
    liveCache({ name: 'cleaned', parameters: 's 254:0 254:16 4096 1 cleaner', originPath: null }),
    oneOfSeveral(0n, { name: 'parts' }),
    oneOfSeveral(524288n, { name: 'parts' }),
    liveCache({ name: 'gr\\xc3\\xbcn\\x0a"\\x5c\\x0d' }),
    liveCache({ name: 'no\\xff\\xfeutf8' }),
    liveCache({ name: 'same\\x20name' }),
    liveCache({ name: 'same name', status: `0 8160 7750 0${' 18446744073709551615'.repeat(10)}` }),
  ],
  waiting: [waitingCache()],
};
