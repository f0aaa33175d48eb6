import { describe, expect, it } from 'vitest';
import { prepareResume, prepareSuspend, suspendCache } from '../../src/procedure/suspend-resume.js';
import { kernelIdentity } from '../../src/table/index.js';
import { lineOf, ModelCache, ORIGIN, tableOf } from './model-cache.js';

const request = { flush: false, skipLockfs: false };
const kernel = kernelIdentity('6.12.117', '#1 SMP');

async function suspend(wc: ModelCache, flush = false): Promise<boolean> {
  const cache = await wc.cache();
  const isNeeded = prepareSuspend(cache, { ...request, flush });
  if (isNeeded) await suspendCache(wc.dm, cache, { ...request, flush });
  return isNeeded;
}

async function resume(wc: ModelCache): Promise<boolean> {
  const isNeeded = await prepareResume(wc.dm, await wc.cache(), kernel);
  if (isNeeded) await wc.dm.resume('wc');
  return isNeeded;
}

describe('suspendCache', () => {
  it('suspends once, and keeps what is in the cache there', async () => {
    const wc = await ModelCache.create();
    wc.dirty(3);
    expect([await suspend(wc), await suspend(wc)]).toEqual([true, false]);
    expect(wc.dm.calls).toEqual(['suspend']);
    expect((await wc.cache()).status.free_blocks).toBe(60);
  });

  it('with --flush tells the target before, and everything is written back', async () => {
    const wc = await ModelCache.create();
    wc.dirty(3);
    await suspend(wc, true);
    expect(wc.dm.calls).toEqual(['flush_on_suspend', 'suspend']);
    expect((await wc.cache()).status.free_blocks).toBe(63);
    expect(await suspend(wc, true)).toBe(false);
  });

  it('with --flush is not content with dirty blocks', async () => {
    const wc = await ModelCache.create();
    wc.dirty(3);
    // Somebody else's suspend uses up what the target was told.
    const message = wc.mapper.message.bind(wc.mapper);
    wc.mapper.message = async (...args) => {
      await message(...args);
      await wc.mapper.suspend('wc');
      await wc.mapper.resume('wc');
      wc.dirty(3);
    };
    await expect(suspend(wc, true)).rejects.toMatchObject({ code: 'not-flushed', exitStatus: 1 });
    expect(wc.dm.calls).toEqual(['flush_on_suspend', 'suspend']);
    await expect(suspend(wc, true)).rejects.toMatchObject({ code: 'not-flushed' });
  });

  it('does nothing to a cache in error', async () => {
    const wc = await ModelCache.create();
    await wc.bringIntoError();
    await expect(suspend(wc)).rejects.toThrow(/in error/);
    expect(wc.dm.calls).toEqual([]);
  });

  it('says what to do where the error came in the suspend', async () => {
    const wc = await ModelCache.create();
    wc.dirty(3);
    wc.failOrigin();
    await expect(suspend(wc, true)).rejects.toThrow(/met an error on the way/);
  });
});

describe('prepareResume', () => {
  it('leaves a running one alone', async () => {
    const wc = await ModelCache.create();
    expect(await resume(wc)).toBe(false);
    expect(wc.dm.calls).toEqual([]);
  });

  it('refuses an instance in error, which would be stale', async () => {
    const wc = await ModelCache.create();
    await wc.bringIntoError();
    await wc.mapper.suspend('wc');
    await expect(resume(wc)).rejects.toThrow(/stale/);
    expect((await wc.device()).suspended).toBe(true);
    await wc.mapper.resume('wc');
    expect(wc.isStale()).toBe(true);
  });

  it('refuses to put the linear table of a removal in the place of a dirty cache', async () => {
    const wc = await ModelCache.create();
    wc.dirty(3);
    await wc.mapper.load('wc', lineOf(`${ORIGIN} 0`, 'linear'));
    await wc.mapper.suspend('wc');
    await expect(resume(wc)).rejects.toThrow(/linear table waiting.*3 blocks/);
    await wc.mapper.resume('wc');
    expect(wc.isStale()).toBe(true);
  });

  it('lets it in where the cache is clean', async () => {
    const wc = await ModelCache.create();
    wc.dirty(3);
    await wc.mapper.message('wc', 'flush_on_suspend');
    await wc.mapper.load('wc', lineOf(`${ORIGIN} 0`, 'linear'));
    await wc.mapper.suspend('wc');
    expect(await resume(wc)).toBe(true);
    expect(wc.isStale()).toBe(false);
  });

  it('lets a fresh instance of the same cache take over from one in error', async () => {
    const wc = await ModelCache.create();
    await wc.bringIntoError();
    await wc.mapper.load('wc', lineOf(tableOf('low_watermark 40')));
    await wc.mapper.suspend('wc');
    expect(await resume(wc)).toBe(true);
    expect(await wc.device()).toMatchObject({ suspended: false, hasInactiveTable: false });
    expect(await wc.isInError()).toBe(false);
    expect(wc.isStale()).toBe(false);
  });

  it.each([
    's 4000:0 4000:32 4096 0',
    's 4000:1 4000:16 4096 0',
    's 4000:0 4000:32 512 0',
    's 4000:0 4000:32 4096 2 start_sector 8',
  ])('does not take another cache for the same: %s', async (parameters) => {
    const wc = await ModelCache.create();
    wc.dirty(3);
    await wc.mapper.load('wc', lineOf(parameters));
    await wc.mapper.suspend('wc');
    await expect(resume(wc)).rejects.toThrow(/would put in the place/);
    expect((await wc.device()).suspended).toBe(true);
  });

  it('lets no second table in on a kernel that has read its metadata too early', async () => {
    const wc = await ModelCache.create({ version: { major: 1, minor: 1, patch: 1 } });
    await wc.mapper.load('wc', lineOf(tableOf()));
    await wc.mapper.suspend('wc');
    const refused = prepareResume(wc.dm, await wc.cache(), kernelIdentity('5.4.10', '#1 SMP'));
    await expect(refused).rejects.toMatchObject({ code: 'reload-corrupts' });
  });
});
