import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNTER_NAMES, parseStatus, parseTargetLine, type WritecacheStatus } from '../../src/table/index.js';
import { projectDirectory } from '../lab/project.js';
import { Bench, LIVE, quoted } from './live/bench.js';
import type { LookedAt } from './watch/looker.js';

const HERE = `${projectDirectory}/test/kernel/watch`;
const LOOKER = `'${process.execPath}' '${projectDirectory}/dist/test/kernel/watch/looker.js'`;
/** Nothing is written back or committed before it has to be. */
const LAZY = ['high_watermark', '100', 'low_watermark', '100'];

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
  await bench.sh(`
    mkdir -p ${LIVE}/counting
    cp ${HERE}/counting-dmsetup.sh ${LIVE}/counting/dmsetup`);
});

afterAll(async () => {
  await bench.end();
});

/** Runs scripts, and looks at a cache behind each of them with one watcher. */
async function looks(name: string, ...scripts: readonly string[]): Promise<LookedAt[]> {
  const words = scripts.map((script) => quoted(`. ${LIVE}/words\n${script}`)).join(' ');
  const printed = await bench.sh(`
    export DMSETUP_CALLS=${LIVE}/calls PATH=${LIVE}/counting:$PATH
    ${LOOKER} ${name} ${words}`);
  // The shell that has started dmsetup for it is gone with it.
  await bench.sh(`until_so sh -c '! ps -e -o args= | grep -q "[r]ead -r end"'`);
  return printed.split('\n').map((line) => JSON.parse(line) as LookedAt);
}

function kernelStatus(line: string): WritecacheStatus {
  return parseStatus(parseTargetLine(line).parameters);
}

/** The status that a look showed, its counters as they would be in the kernel's line. */
function numbersOf(status: WritecacheStatus): number[] {
  const { error, total_blocks, free_blocks, writeback_blocks, counters } = status;
  const counts = COUNTER_NAMES.map((each) => Number(counters?.[each]));
  return [error ? 1 : 0, total_blocks, free_blocks, writeback_blocks, ...counts];
}

const ONE_CALL = [expect.stringMatching(/status --noflush --target writecache$/) as string];

describe('a watcher on a kernel', () => {
  it('tells what the kernel tells, in one dmsetup at each look', async () => {
    await bench.cache('wc', { options: LAZY });
    const found = await looks(
      'wc',
      'fill /dev/mapper/wc a 0 20',
      'fill /dev/mapper/wc b 10 40; direct /dev/mapper/wc >/dev/null',
      'sleep 0.2',
      'hold wc',
      'dmsetup resume wc',
      'dmsetup message wc 0 flush',
    );
    expect(found).toHaveLength(6);
    const [first, ...later] = found;
    expect(first?.calls).toHaveLength(4);
    expect(first?.cache).toMatchObject({ interval: null, noRates: 'first-look', state: 'active' });
    for (const { statusBefore, statusAfter, suspended, cache } of found) {
      expect(statusAfter).toBe(statusBefore);
      expect(cache && numbersOf(cache.cache.status)).toEqual(numbersOf(kernelStatus(statusBefore)));
      expect(cache?.cache.device.suspended).toBe(suspended);
    }
    expect(later.map(({ cache }) => cache?.state)).toEqual([
      ...['active', 'active', 'suspended', 'active', 'active'],
    ]);
    for (const { calls, cache } of later.filter((_, place) => place !== 3)) {
      expect(calls).toEqual(ONE_CALL);
      expect(cache?.noRates).toBeNull();
    }
    // After a resume the table may be another one.
    expect(later[3]?.calls).toHaveLength(5);
    expect(later.flatMap(({ events }) => events.map(({ kind }) => kind))).toEqual(
      expect.arrayContaining(['suspended', 'resumed']),
    );
  });

  it('counts between two looks what the kernel has counted', async () => {
    await bench.cache('counted', { options: LAZY });
    const found = await looks(
      'counted',
      'fill /dev/mapper/counted a 0 5',
      'fill /dev/mapper/counted b 0 30; direct /dev/mapper/counted >/dev/null',
      'fill /dev/mapper/counted c 20 20',
      'dmsetup message counted 0 clear_stats',
      'fill /dev/mapper/counted d 0 7',
    );
    found.slice(1).forEach(({ statusBefore, elapsedMs, cache }, place) => {
      const [before, after] = [found[place]?.statusBefore ?? '', statusBefore].map(kernelStatus);
      const seconds = (elapsedMs ?? NaN) / 1000;
      for (const each of COUNTER_NAMES) {
        const grown = Number(after?.counters?.[each]) - Number(before?.counters?.[each]);
        if (place === 2) expect(cache?.interval?.rates).toBeNull();
        else {
          expect(cache?.interval?.counters?.[each]).toBe(grown);
          expect(cache?.interval?.rates?.[each]).toBeCloseTo(grown / seconds, 6);
        }
      }
      const dirty = Number(before?.free_blocks) - Number(after?.free_blocks);
      expect(cache?.interval?.dirtyBlocksPerSecond).toBeCloseTo(dirty / seconds, 6);
    });
    expect(found[1]?.cache?.interval?.counters?.writes).toBe(30);
    expect(found[1]?.cache?.interval?.counters?.reads).toBeGreaterThan(0);
    expect(found[3]?.cache?.noRates).toBe('counters-began-anew');
    expect(found[3]?.events.map(({ kind }) => kind)).toEqual(['counters-began-anew']);
    expect(found[4]?.cache?.interval?.counters?.writes).toBe(7);
  });

  it('tells what the three devices did', async () => {
    await bench.cache('disks', { options: LAZY });
    const still = 'sleep 0.1';
    const [, , , written, flushed, atRest, off] = await looks(
      'disks',
      still,
      // On this kernel mappings are counted although that is switched off, as it seems until their counts move.
      'fill /dev/mapper/disks a 0 10; direct /dev/mapper/disks >/dev/null; dmsetup message disks 0 flush',
      still,
      'fill /dev/mapper/disks a 0 50',
      'dmsetup message disks 0 flush',
      still,
      'hold disks',
    );
    const perLook = (looked: LookedAt | undefined, rate: number | undefined): number =>
      Math.round((rate ?? NaN) * ((looked?.elapsedMs ?? NaN) / 1000));
    const wrote = written?.cache?.interval?.disks;
    expect(perLook(written, wrote?.mapped?.writesPerSecond)).toBe(50);
    expect(perLook(written, wrote?.mapped?.writtenBytesPerSecond)).toBe(50 * 4096);
    expect(perLook(written, wrote?.cache?.writesPerSecond)).toBeGreaterThanOrEqual(50);
    expect(wrote?.origin?.writesPerSecond).toBe(0);
    expect(wrote?.origin?.writeLatencyMs).toBeNull();
    expect(wrote?.mapped?.writeLatencyMs).toBeGreaterThanOrEqual(0);
    const flush = flushed?.cache?.interval?.disks;
    expect(perLook(flushed, flush?.origin?.writtenBytesPerSecond)).toBe(50 * 4096);
    expect(perLook(flushed, flush?.cache?.readBytesPerSecond)).toBeGreaterThanOrEqual(50 * 4096);
    expect(atRest?.cache?.interval?.disks.origin?.writesPerSecond).toBe(0);
    expect(off?.cache?.state).toBe('suspended');
    expect(off?.cache?.interval?.disks.mapped?.inFlight).toBe(0);
    await bench.sh('dmsetup resume disks');
  });

  it('follows a cache under I/O that is written back, overflows, and is removed', async () => {
    await bench.cache('busy', { cacheKiB: 256 });
    const io = `
      rm -f ${LIVE}/stop
      ( while [ ! -e ${LIVE}/stop ]; do
          fill /dev/mapper/busy a $((n % 900)) 30; n=$((n + 37))
        done; : >${LIVE}/stopped ) </dev/null >/dev/null 2>&1 &`;
    const found = await looks(
      'busy',
      io,
      ...new Array<string>(7).fill('sleep 0.3'),
      `: >${LIVE}/stop; until_so test -e ${LIVE}/stopped`,
      'dmsetup remove busy',
    );
    const under = found.slice(2, 8);
    for (const { calls, cache, statusBefore, statusAfter } of under) {
      expect(calls).toEqual(ONE_CALL);
      const [before, after] = [statusBefore, statusAfter].map(
        (line) => kernelStatus(line).counters?.writes ?? 0n,
      );
      const seen = BigInt(cache?.cache.status.counters?.writes ?? 0);
      expect(seen).toBeGreaterThanOrEqual(before ?? 0n);
      expect(seen).toBeLessThanOrEqual(after ?? 0n);
      expect(cache?.interval?.counters?.writes).toBeGreaterThan(0);
      expect(cache?.interval?.disks.mapped?.writesPerSecond).toBeGreaterThan(0);
    }
    const gone = found.at(-1);
    expect(gone).toMatchObject({ suspended: null, cache: { state: 'gone', noRates: 'gone' } });
    expect(gone?.events.map(({ kind }) => kind)).toContain('vanished');
  });

  it('takes a disk for idle only where it is counted', async () => {
    const { guest } = bench;
    const [origin = '', cacheDisk = ''] = guest.disks;
    const line = `0 8192 writecache s ${origin} ${cacheDisk} 4096 0`;
    await bench.sh(`dmsetup remove_all --force; dd if=/dev/zero of=${cacheDisk} bs=4k count=16 oflag=direct status=none
      dmsetup create direct --table '${line}'
      echo 0 >/sys/block/$(basename $(realpath ${origin}))/queue/iostats`);
    const found = await looks(
      'direct',
      'true',
      'fill /dev/mapper/direct a 0 20; dmsetup message direct 0 flush',
      'true',
    );
    for (const { cache } of found.slice(1)) expect(cache?.interval?.disks.origin).toBeNull();
    expect(found[1]?.cache?.interval?.disks.cache?.writesPerSecond).toBeGreaterThan(0);
    expect(found[2]?.cache?.interval?.disks.cache?.writesPerSecond).toBe(0);
    await bench.sh(
      `dmsetup remove direct; echo 1 >/sys/block/$(basename $(realpath ${origin}))/queue/iostats`,
    );
  });
});
