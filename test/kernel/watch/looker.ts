import { readFileSync, writeFileSync } from 'node:fs';
import { diskStatistics, isCounted } from '../../../src/device/index.js';
import { Dmsetup, thisKernel } from '../../../src/dm/index.js';
import { runProgram } from '../../../src/exec.js';
import { Watcher, type WatchedCache, type WatchEvent } from '../../../src/watch/index.js';

/** What a look showed of one cache, and what was to be seen at the same time without a watcher. */
export interface LookedAt {
  /** The calls of dmsetup that the look made, each with its words. */
  readonly calls: readonly string[];
  /** The kernel's own status lines, from right before the look and right behind it. */
  readonly statusBefore: string;
  readonly statusAfter: string;
  /** What `dmsetup info` says right behind it; null where it is gone. */
  readonly suspended: boolean | null;
  readonly elapsedMs: number | null;
  readonly cache: Omit<WatchedCache, 'history'> | null;
  readonly events: readonly WatchEvent[];
}

/**
 * Runs in a guest: runs each of the given scripts, and looks at a mapping behind each of them, in one process. Each look is a line
 * of JSON on stdout.
 *
 * Arguments: the mapping, then scripts for sh. The environment has DMSETUP_CALLS and, first in PATH, counting-dmsetup.sh.
 */
const [name = '', ...scripts] = process.argv.slice(2);
const calls = process.env['DMSETUP_CALLS'] ?? '';
const dm = new Dmsetup();
const watcher = new Watcher(
  {
    dm,
    kernel: thisKernel(),
    diskStatistics: () => diskStatistics(),
    isCounted,
    removals: () => [],
    now: () => new Date(),
    monotonicMs: () => performance.now(),
  },
  null,
);

for (const script of scripts) {
  await runProgram('sh', ['-e', '-c', script]);
  const statusBefore = await statusLine();
  writeFileSync(calls, '');
  const { elapsedMs, caches, events } = await watcher.look();
  const made = readFileSync(calls, 'utf8').split('\n').slice(0, -1);
  const cache = caches.find((each) => each.name === name) ?? null;
  const statusAfter = await statusLine();
  const suspended = (await dm.info(name))?.suspended ?? null;
  const looked: LookedAt = { calls: made, statusBefore, statusAfter, suspended, elapsedMs, cache, events };
  process.stdout.write(`${JSON.stringify(looked, plain)}\n`);
}

function plain(key: string, value: unknown): unknown {
  if (key === 'history') return undefined;
  return typeof value === 'bigint' ? Number(value) : value;
}

async function statusLine(): Promise<string> {
  const answer = await runProgram('dmsetup', ['status', '--noflush', name], { acceptStatus: [1] });
  return answer.stdout.trim();
}
