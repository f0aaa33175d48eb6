import { describe, expect, it } from 'vitest';
import { asked, GLANCE, kinds, of, SURVEY, watch } from './watching.js';

describe('what happens meanwhile', () => {
  it('is a suspend, and a resume', async () => {
    const { machine, watcher, next } = await watch({ caches: 2, script: 'steady' });
    await watcher.look();
    asked(machine);
    const suspended = await next('suspend wc1');
    expect(asked(machine)).toEqual(GLANCE);
    expect(kinds(suspended)).toEqual(['wc1 suspended']);
    expect(of(suspended, 'wc1')).toMatchObject({ state: 'suspended', stateSinceMs: suspended.atMs });
    expect(of(suspended, 'wc1').cache.device.suspended).toBe(true);
    expect(of(suspended, 'wc1').outlook.blocksPerSecond).toBeNull();
    expect(of(suspended, 'wc2').state).toBe('active');
    const later = of(await next(), 'wc1');
    expect(later).toMatchObject({ state: 'suspended', stateSinceMs: suspended.atMs, noRates: null });
    expect(later.interval?.rates?.writes).toBe(0);
    asked(machine);
    const resumed = await next('resume wc1');
    expect(kinds(resumed)).toEqual(['wc1 resumed']);
    // A table that was swapped under it would show only in a survey.
    expect(asked(machine)).toEqual([...GLANCE, ...SURVEY]);
  });

  it('is an error, and a recovery', async () => {
    const { watcher, next } = await watch({ caches: 2, script: 'steady' });
    await watcher.look();
    await next();
    const failed = await next('error wc1');
    expect(kinds(failed)).toEqual(['wc1 error']);
    expect(of(failed, 'wc1')).toMatchObject({ state: 'error', outlook: { blocksPerSecond: null } });
    expect(
      of(failed, 'wc1').history.series('dirtyShare', { columns: 1, stepMs: 1, endMs: failed.atMs }),
    ).toEqual([null]);
    expect(of(await next('suspend wc1'), 'wc1')).toMatchObject({
      state: 'error',
      cache: { device: { suspended: true } },
    });
    const recovered = await next('recover wc1');
    expect(of(recovered, 'wc1').state).toBe('active');
    expect(kinds(recovered)).toEqual(expect.arrayContaining(['wc1 error-cleared', 'wc1 resumed']));
  });

  it('is a removal: it stays for five minutes, and comes back', async () => {
    const { machine, watcher, next } = await watch({ caches: 2, script: 'steady' });
    await watcher.look();
    await next();
    const before = of(await next(), 'wc1');
    asked(machine);
    const gone = await next('remove wc1');
    expect(kinds(gone)).toEqual(['wc1 vanished']);
    expect(of(gone, 'wc1')).toMatchObject({
      state: 'gone',
      interval: null,
      noRates: 'gone',
      key: before.key,
    });
    expect(of(gone, 'wc1').cache).toBe(before.cache);
    expect(of(gone, 'wc1').history).toBe(before.history);
    expect(kinds(await next())).toEqual([]);
    const back = await next('create wc1');
    expect(kinds(back)).toEqual(['wc1 appeared']);
    expect(of(back, 'wc1')).toMatchObject({ state: 'active', noRates: 'first-look', key: before.key });
    await next('remove wc1');
    await machine.advance(299_000);
    expect((await watcher.look()).caches).toHaveLength(2);
    expect((await next()).caches.map(({ name }) => name)).toEqual(['wc2']);
    expect((await watcher.look()).events.map(({ kind }) => kind)).toEqual([
      'vanished',
      'appeared',
      'vanished',
    ]);
  });

  it('is another mapping in the place of a cache', async () => {
    const { machine, watcher, next } = await watch({ caches: 1 });
    await watcher.look();
    const [line] = await machine.mapper.table('wc1', 'live');
    await machine.mapper.load('wc1', {
      ...line,
      startSector: 0n,
      lengthSectors: 8n,
      target: 'zero',
      parameters: '',
    });
    expect(kinds(await next('resume wc1'))).toEqual(['wc1 vanished']);
  });

  it('is another table, under a suspend or at once', async () => {
    const { machine, watcher, next } = await watch({ caches: 1, script: 'steady' });
    await watcher.look();
    await next();
    const swapped = await next('swap wc1 high_watermark 30 low_watermark 20');
    expect(kinds(swapped)).toEqual(['wc1 table-changed']);
    expect(of(swapped, 'wc1')).toMatchObject({
      noRates: 'counters-began-anew',
      outlook: { blocksPerSecond: null },
    });
    expect(of(swapped, 'wc1').cache.table.options.high_watermark).toBe(30);
    expect(of(swapped, 'wc1').interval?.disks.mapped).not.toBeNull();
    expect(of(await next(), 'wc1').noRates).toBeNull();
    await next('suspend wc1');
    expect(kinds(await next('swap wc1'))).toEqual(['wc1 table-changed', 'wc1 resumed']);
    expect(asked(machine).slice(-SURVEY.length)).toEqual(SURVEY);
  });

  it('is a swap at rest, which the next survey finds', async () => {
    const { watcher, next } = await watch({ caches: 1 });
    await watcher.look();
    expect(kinds(await next('swap wc1'))).toEqual([]);
    const seen: string[] = [];
    for (let second = 2; second <= 30; second++) seen.push(...kinds(await next()));
    expect(seen).toEqual(['wc1 table-changed']);
  });

  it('is a clear_stats', async () => {
    const { machine, watcher, next } = await watch({ caches: 1, script: 'steady' });
    await watcher.look();
    await next();
    const before = of(await next(), 'wc1').outlook.blocksPerSecond;
    const reset = await next('reset wc1');
    expect(kinds(reset)).toEqual(['wc1 counters-began-anew']);
    expect(of(reset, 'wc1')).toMatchObject({ noRates: 'counters-began-anew', interval: { rates: null } });
    // The level is the same as ever.
    expect(before).not.toBeNull();
    expect(of(reset, 'wc1').outlook.blocksPerSecond).not.toBeNull();
    asked(machine);
    expect(of(await next(), 'wc1').interval?.rates?.writes).toBeGreaterThan(0);
    expect(asked(machine)).toEqual(GLANCE);
  });

  it('is a removal and another cache of the same name, with its number or without', async () => {
    const { machine, watcher, next } = await watch({ caches: 2, script: 'steady' });
    await watcher.look();
    await next();
    const again = await next('remove wc1', 'create wc1');
    expect(kinds(again)).toEqual(['wc1 counters-began-anew']);
    await next();
    const [line] = await machine.mapper.table('wc1', 'live');
    if (line === undefined) throw new Error('it has a table');
    await machine.command('remove wc1');
    await machine.mapper.create({
      name: 'other',
      uuid: '',
      line: { ...line, target: 'zero', parameters: '' },
    });
    const moved = await next('create wc1');
    expect(kinds(moved)).toEqual(['wc1 table-changed']);
    expect(of(moved, 'wc1')).toMatchObject({
      noRates: 'counters-began-anew',
      cache: { device: { minor: 2 } },
    });
  });

  it('is that it is full for a while', async () => {
    const { watcher, next } = await watch({ caches: 1, script: 'full' });
    await watcher.look();
    const seen: string[] = [];
    for (let second = 1; second <= 30; second++) seen.push(...kinds(await next()));
    expect(seen).toEqual(['wc1 full']);
    await next('workload wc1 idle', 'swap wc1 high_watermark 50 low_watermark 40');
    for (let second = 1; second <= 10; second++) seen.push(...kinds(await next()));
    expect(seen.at(-1)).toBe('wc1 not-full');
  });
});
