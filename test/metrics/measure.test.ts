import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measure, metricsText, writeMetrics, type MeasuredMachine } from '../../src/cli/metrics.js';
import { NotPossibleHereError, UsageError } from '../../src/errors.js';
import type { DeviceMapper } from '../../src/dm/index.js';
import { scratchFolder } from '../cli/wcache.js';
import { DEBIAN_12, interruptedRemoval } from '../procedure/live-caches.js';
import { ModelCache, lineOf, tableOf } from '../procedure/model-cache.js';
import { readTextFormat, valueOf, type ReadFamily } from './text-format.js';

const WC = { name: 'wc' };

function machine(dm: DeviceMapper, removals: MeasuredMachine['removals'] = () => []): MeasuredMachine {
  return { dm, kernel: DEBIAN_12, removals, wcacheVersion: '0.1.0' };
}

/** A machine whose device-mapper does not answer. */
function deaf(): { machine: MeasuredMachine; failure: NotPossibleHereError } {
  const failure = new NotPossibleHereError('It does not answer.', { code: 'no-device-mapper' });
  const dm = { targetVersion: () => Promise.reject(failure) } as unknown as DeviceMapper;
  return { machine: machine(dm), failure };
}

async function measured(of: MeasuredMachine): Promise<Map<string, ReadFamily>> {
  return readTextFormat(await metricsText((await measure(of)).families));
}

describe('a look at a device-mapper', () => {
  it('tells what its writecaches do, and changes nothing', async () => {
    const cache = await ModelCache.create();
    cache.dirty(5);
    const families = await measured(machine(cache.dm));
    const { total_blocks: total, free_blocks: free, counters } = (await cache.cache()).status;
    expect([total - free, counters?.writes]).toEqual([5, 5n]);
    expect(valueOf(families, 'wcache_up')).toBe(1);
    expect(valueOf(families, 'wcache_blocks', WC)).toBe(total);
    expect(valueOf(families, 'wcache_dirty_blocks', WC)).toBe(5);
    expect(valueOf(families, 'wcache_dirty_bytes', WC)).toBe(5 * 4096);
    expect(valueOf(families, 'wcache_writes_total', WC)).toBe(5);
    expect(valueOf(families, 'wcache_flushes_total', WC)).toBe(1);
    expect(valueOf(families, 'wcache_target_info')).toBe(1);
    expect(cache.dm.calls).toEqual([]);
  });

  it('tells of an error, a suspend, a table that waits and a removal', async () => {
    const cache = await ModelCache.create();
    await cache.bringIntoError();
    await cache.mapper.load('wc', lineOf(tableOf()));
    await cache.mapper.suspend('wc');
    const removal = interruptedRemoval('wc', 'WCACHE-1');
    const families = await measured(machine(cache.dm, () => [removal]));
    for (const name of ['error', 'suspended', 'inactive_table', 'removal_interrupted']) {
      expect([name, valueOf(families, `wcache_${name}`, WC)]).toEqual([name, 1]);
    }
    expect(families.has('wcache_dirty_blocks')).toBe(false);
  });

  it('tells of a table that was loaded and never made live', async () => {
    const cache = await ModelCache.create();
    await cache.mapper.createEmpty('later');
    await cache.mapper.load('later', lineOf('s 4000:1 4000:32 4096 0'));
    const families = await measured(machine(cache.dm));
    expect(valueOf(families, 'wcache_waiting', WC)).toBe(0);
    expect(valueOf(families, 'wcache_waiting', { name: 'later' })).toBe(1);
  });

  it('is up where the target is not loaded: there is no writecache then', async () => {
    const cache = await ModelCache.create();
    cache.dm.targetVersion = () => Promise.resolve(null);
    const families = await measured(machine(cache.dm));
    expect(valueOf(families, 'wcache_up')).toBe(1);
    expect(families.has('wcache_target_info')).toBe(false);
    expect(families.has('wcache_cache_info')).toBe(false);
  });

  it('that fails is told as such, and counted where that is asked for', async () => {
    const { machine: of, failure } = deaf();
    expect((await measure(of)).failure).toBe(failure);
    const { families } = await measure(of, 4);
    const read = readTextFormat(await metricsText(families));
    expect(valueOf(read, 'wcache_up')).toBe(0);
    expect(valueOf(read, 'wcache_scrape_failures_total')).toBe(5);
  });

  it('throws what is a fault of wcache', async () => {
    const dm = { targetVersion: () => Promise.reject(new TypeError('oops')) } as unknown as DeviceMapper;
    await expect(measure(machine(dm))).rejects.toThrow(TypeError);
  });
});

describe('a file of metrics', () => {
  it('has them', async () => {
    const cache = await ModelCache.create();
    cache.dirty(3);
    const path = join(scratchFolder(), 'wcache.prom');
    const families = await writeMetrics(path, machine(cache.dm));
    expect(readFileSync(path, 'utf8')).toBe(await metricsText(families));
    expect(valueOf(readTextFormat(readFileSync(path, 'utf8')), 'wcache_dirty_blocks', WC)).toBe(3);
  });

  it('says that the look failed, instead of what was so before', async () => {
    const cache = await ModelCache.create();
    const path = join(scratchFolder(), 'wcache.prom');
    await writeMetrics(path, machine(cache.dm));
    const { machine: of, failure } = deaf();
    await expect(writeMetrics(path, of)).rejects.toBe(failure);
    const families = readTextFormat(readFileSync(path, 'utf8'));
    expect(valueOf(families, 'wcache_up')).toBe(0);
    expect(families.has('wcache_cache_info')).toBe(false);
  });

  it('is refused before anything is asked', async () => {
    const folder = scratchFolder();
    const asked = machine({} as DeviceMapper);
    await expect(writeMetrics(folder, asked)).rejects.toThrow(UsageError);
    expect(readdirSync(folder)).toEqual([]);
  });
});
