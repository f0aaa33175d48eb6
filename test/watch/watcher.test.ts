import { describe, expect, it } from 'vitest';
import { parseTargetVersion } from '../../src/table/index.js';
import { GONE_KEPT } from '../../src/watch/index.js';
import { interruptedRemoval } from '../procedure/live-caches.js';
import { asked, GLANCE, kinds, of, SURVEY, watch } from './watching.js';

describe('the first look', () => {
  it('asks for everything, and knows no rates yet', async () => {
    const { machine, watcher } = await watch({ caches: 2, script: 'steady' });
    await machine.command('suspend wc2');
    const view = await watcher.look();
    expect(asked(machine)).toEqual(SURVEY);
    expect(view).toMatchObject({ elapsedMs: null, events: [], waiting: [], removals: [] });
    expect(view.kernel).toBe(machine.kernel);
    expect(view.caches.map(({ name, state }) => [name, state])).toEqual([
      ['wc1', 'active'],
      ['wc2', 'suspended'],
    ]);
    const { history, ...wc1 } = of(view, 'wc1');
    expect(wc1).toMatchObject({ interval: null, noRates: 'first-look', events: [] });
    expect(wc1.outlook).toMatchObject({ blocksPerSecond: null, toCleanMs: 0 });
    expect(history.length).toBe(1);
  });

  it('finds nothing where there is nothing, and what comes later', async () => {
    const { machine, watcher, next } = await watch({ caches: 0 });
    expect((await watcher.look()).caches).toEqual([]);
    expect(kinds(await next('create wc1'))).toEqual(['wc1 appeared']);
    expect(kinds(await next())).toEqual([]);
    expect(asked(machine).slice(-1)).toEqual(GLANCE);
  });

  it('tells tables that wait, and removals that are known', async () => {
    const { machine, watcher } = await watch({ caches: 1 });
    const [line] = await machine.mapper.table('wc1', 'live');
    if (line === undefined) throw new Error('it has a table');
    await machine.mapper.createEmpty('la\\x20ter');
    await machine.mapper.load('la\\x20ter', line);
    machine.knownRemovals.push(interruptedRemoval('wc1'));
    expect(await watcher.look()).toMatchObject({ waiting: ['la ter'], removals: [{ mapping: 'wc1' }] });
  });
});

describe('each later look', () => {
  it('asks one question, and tells what went on in between', async () => {
    const { machine, watcher, next } = await watch({ caches: 2, script: 'steady' });
    await watcher.look();
    asked(machine);
    const view = await next();
    expect(asked(machine)).toEqual(GLANCE);
    expect(view.elapsedMs).toBe(1000);
    const { interval, cache, noRates } = of(view, 'wc1');
    expect(noRates).toBeNull();
    const reference = machine.mapper.reference('wc1')?.status();
    expect(cache.status).toEqual(reference);
    expect(interval?.counters?.writes).toBe(reference?.counters?.writes);
    expect(interval?.rates?.writes).toBeGreaterThan(30);
    expect(interval?.dirtyBlocksPerSecond).toBe(cache.status.total_blocks - cache.status.free_blocks);
    expect(interval?.disks.mapped?.writesPerSecond).toBe(interval?.rates?.writes);
    expect(interval?.disks.origin?.writesPerSecond).toBe(0);
    expect(interval?.disks.cache?.writeLatencyMs).toBeGreaterThan(0);
  });

  it('asks for everything once in half a minute', async () => {
    const { machine, watcher, next } = await watch();
    await watcher.look();
    asked(machine);
    for (let second = 1; second < 30; second++) await next();
    expect(asked(machine)).toEqual(new Array(29).fill('glance'));
    await next();
    expect(asked(machine)).toEqual(SURVEY);
    await next();
    expect(asked(machine)).toEqual(GLANCE);
  });

  it('keeps a history', async () => {
    const { watcher, next } = await watch({ caches: 1, script: 'steady' });
    await watcher.look();
    let view = await next();
    for (let second = 2; second <= 5; second++) view = await next();
    const { history, interval, cache } = of(view, 'wc1');
    const chart = { columns: 6, stepMs: 1000, endMs: view.atMs };
    const writes = history.series('writes', chart);
    expect(writes[0]).toBeNull();
    expect(writes.slice(1).every((value) => value !== null && value > 0)).toBe(true);
    expect(writes.at(-1)).toBe(interval?.rates?.writes);
    const { total_blocks, free_blocks } = cache.status;
    expect(history.series('dirtyShare', chart).at(-1)).toBeCloseTo(1 - free_blocks / total_blocks, 5);
  });

  it('knows where the level goes', async () => {
    const { watcher, next } = await watch({ caches: 1, script: 'steady' });
    await watcher.look();
    await next();
    const { outlook } = of(await next(), 'wc1');
    expect(outlook.blocksPerSecond).toBeGreaterThan(20);
    expect(outlook.toHighWatermarkMs).toBeGreaterThan(2000);
    expect(outlook.toFullMs).toBeGreaterThan(outlook.toHighWatermarkMs ?? Infinity);
    expect(outlook.toCleanMs).toBeNull();
  });

  it('takes no disk for idle of which nothing is counted', async () => {
    const { machine, watcher, next } = await watch({ caches: 1, script: 'idle' });
    machine.uncounted.add('4000:0');
    await watcher.look();
    const { disks } = of(await next(), 'wc1').interval ?? {};
    expect(disks?.origin).toBeNull();
    expect(disks?.cache?.writesPerSecond).toBe(0);
  });

  it('believes counts that move although they are switched off', async () => {
    const { machine, watcher, next } = await watch({ caches: 1, script: 'steady' });
    machine.uncounted.add('253:0');
    await watcher.look();
    const mapped = async () => of(await next(), 'wc1').interval?.disks.mapped;
    expect(await mapped()).toBeNull();
    expect((await mapped())?.writesPerSecond).toBeGreaterThan(0);
    await next('workload wc1 idle');
    for (let second = 0; second < 35; second++) await next();
    expect((await mapped())?.writesPerSecond).toBe(0);
  });
});

describe('a look that fails', () => {
  it('says why, and the next one goes on from the last that worked', async () => {
    const { watcher, next } = await watch({ caches: 1, script: 'steady' });
    await watcher.look();
    const before = await next();
    await expect(next('fail-dmsetup')).rejects.toMatchObject({ code: 'device-mapper-failed' });
    await expect(next()).rejects.toThrow('Cannot allocate memory');
    const after = await next('mend-dmsetup');
    expect(after.elapsedMs).toBe(3000);
    expect(of(after, 'wc1').interval?.elapsedMs).toBe(3000);
    expect(kinds(after)).toEqual([]);
    const { history } = of(after, 'wc1');
    const chart = { columns: 4, stepMs: 1000, endMs: after.atMs };
    expect(history.series('dirtyShare', chart).map((value) => value === null)).toEqual([
      ...[false, true, true, false],
    ]);
    expect(of(before, 'wc1').key).toBe(of(after, 'wc1').key);
  });

  it('may be one in which a status makes no sense', async () => {
    const { watcher, next } = await watch({ caches: 2 });
    await watcher.look();
    await expect(next('garbage wc2')).rejects.toMatchObject({ code: 'bad-status-line' });
    const after = await next('mend-dmsetup');
    expect(after.caches.map(({ state }) => state)).toEqual(['active', 'active']);
    expect(after.elapsedMs).toBe(2000);
  });

  it('may be the first', async () => {
    const { watcher, next } = await watch({ caches: 1 });
    await expect(next('fail-dmsetup')).rejects.toThrow('Cannot allocate memory');
    await next('mend-dmsetup');
    expect((await watcher.look()).events).toEqual([]);
  });
});

describe('with names', () => {
  it('only those are watched, in one question all the same', async () => {
    const { machine, watcher, next } = await watch({ caches: 3 }, ['wc2']);
    expect((await watcher.look()).caches.map(({ name }) => name)).toEqual(['wc2']);
    asked(machine);
    expect((await next()).caches.map(({ name }) => name)).toEqual(['wc2']);
    expect(asked(machine)).toEqual(GLANCE);
    expect((await next('remove wc1', 'create wc9')).events).toEqual([]);
  });

  it('one that is gone stays for good', async () => {
    const { machine, watcher, next } = await watch({ caches: 2 }, ['wc1']);
    await watcher.look();
    await next('remove wc1');
    await machine.advance(400_000);
    expect(of(await watcher.look(), 'wc1').state).toBe('gone');
    expect(of(await next('create wc1'), 'wc1').state).toBe('active');
  });
});

describe('an old target', () => {
  it('has a level and no rates', async () => {
    const { watcher, next } = await watch({
      caches: 1,
      script: 'steady',
      version: parseTargetVersion('1.5.0'),
    });
    expect(of(await watcher.look(), 'wc1').noRates).toBe('first-look');
    const { noRates, interval, history } = of(await next(), 'wc1');
    expect(noRates).toBe('not-counted');
    expect(interval).toMatchObject({ rates: null, counters: null });
    expect(interval?.dirtyBlocksPerSecond).toBeGreaterThan(0);
    const chart = { columns: 1, stepMs: 1000, endMs: history.newestMs ?? 0 };
    expect(history.series('writes', chart)).toEqual([null]);
    expect(history.series('dirtyShare', chart)[0]).toBeGreaterThan(0);
  });
});

describe('a long watch', () => {
  it('keeps no more than a few of those that come and go', async () => {
    const { watcher, next } = await watch({ caches: 1 });
    await watcher.look();
    for (let round = 0; round < GONE_KEPT + 10; round++) {
      await next(`create b${String(round)}`);
      await next(`remove b${String(round)}`);
    }
    const { caches, events } = await next();
    expect(caches).toHaveLength(GONE_KEPT + 1);
    expect(caches.some(({ name }) => name === 'b0')).toBe(false);
    expect(caches.some(({ name }) => name === `b${String(GONE_KEPT + 9)}`)).toBe(true);
    expect(events).toHaveLength(50);
  });
});
