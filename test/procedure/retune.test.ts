import { describe, expect, it } from 'vitest';
import { prepareRetune } from '../../src/procedure/retune.js';
import { prepareRecovery, recoverCache } from '../../src/procedure/recover.js';
import { kernelIdentity, parseTargetVersion } from '../../src/table/index.js';
import { lineOf, ModelCache, ORIGIN, tableOf } from './model-cache.js';

const PARAMETERS = tableOf('high_watermark 60');
const kernel = kernelIdentity('6.12.117', '#1 SMP');

describe('prepareRetune', () => {
  it('finds that there is nothing to change', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    const same = await prepareRetune(wc.dm, await wc.cache(), [['high_watermark', 60]], kernel);
    expect(same).toMatchObject({ isSame: true });
  });

  it('does not believe the table that the cleaner is off', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    const off = await prepareRetune(wc.dm, await wc.cache(), [['cleaner', false]], kernel);
    expect(off).toMatchObject({ isSame: false });
  });

  it('holds the watermarks against each other, defaults included', async () => {
    const wc = await ModelCache.create({ parameters: tableOf('') });
    const low = prepareRetune(wc.dm, await wc.cache(), [['low_watermark', 60]], kernel);
    await expect(low).rejects.toMatchObject({ code: 'invalid-table', exitStatus: 2 });
    const high = prepareRetune(wc.dm, await wc.cache(), [['high_watermark', 40]], kernel);
    await expect(high).rejects.toMatchObject({ code: 'invalid-table' });
  });

  it.each([
    ['4.19.0', '1.1.1', 'reload-corrupts'],
    ['5.4.200', '1.1.1', 'reload-corrupts'],
    ['5.6.10', '1.2.0', 'reload-corrupts'],
    ['5.6.11', '1.2.0', null],
    ['6.12.117', '1.6.0', null],
  ])('on Linux %s with target %s: %s', async (release, version, code) => {
    const wc = await ModelCache.create({ parameters: PARAMETERS, version: parseTargetVersion(version) });
    const old = kernelIdentity(release, '#1 SMP');
    const prepared = prepareRetune(wc.dm, await wc.cache(), [['high_watermark', 70]], old);
    await (code === null
      ? expect(prepared).resolves.toMatchObject({ isSame: false })
      : expect(prepared).rejects.toMatchObject({ code, exitStatus: 3 }));
  });

  it('leaves alone what somebody else is at', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    await wc.mapper.load('wc', lineOf(`${ORIGIN} 0`, 'linear'));
    const waits = prepareRetune(wc.dm, await wc.cache(), [['high_watermark', 70]], kernel);
    await expect(waits).rejects.toMatchObject({ code: 'table-waits' });
    await wc.mapper.clear('wc');
    await wc.mapper.suspend('wc');
    const suspended = prepareRetune(wc.dm, await wc.cache(), [['high_watermark', 70]], kernel);
    await expect(suspended).rejects.toMatchObject({ code: 'suspended' });
  });

  it('finishes what an earlier run left, and nothing else', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    await wc.mapper.load('wc', lineOf(tableOf('high_watermark 70')));
    await wc.mapper.suspend('wc');
    const cache = await wc.cache();
    const same = await prepareRetune(wc.dm, cache, [['high_watermark', 70]], kernel);
    expect(same).toMatchObject({ isSame: false });
    const other = prepareRetune(wc.dm, cache, [['high_watermark', 80]], kernel);
    await expect(other).rejects.toMatchObject({ code: 'suspended' });
  });

  it('never touches a cache in error', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    await wc.bringIntoError();
    const refused = prepareRetune(wc.dm, await wc.cache(), [['high_watermark', 70]], kernel);
    await expect(refused).rejects.toMatchObject({ code: 'in-error' });
    expect(wc.dm.calls).toEqual([]);
  });
});

async function recover(wc: ModelCache): Promise<Awaited<ReturnType<typeof recoverCache>> | null> {
  const cache = await wc.cache();
  const { isNeeded } = await prepareRecovery(wc.dm, cache, kernel);
  return isNeeded ? recoverCache(wc.dm, { cache, table: cache.table }) : null;
}

describe('recoverCache', () => {
  it('swaps in a fresh instance of the same table, and nothing that was committed is lost', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    await wc.bringIntoError();
    expect(await recover(wc)).toMatchObject({ after: { error: false, free_blocks: 60 } });
    expect(wc.dm.calls).toEqual(['load', 'suspend', 'resume']);
    expect(await wc.parameters()).toBe(PARAMETERS);
    expect((await wc.device()).suspended).toBe(false);
    expect(wc.isStale()).toBe(false);
  });

  it('brings back what somebody has made stale by a suspend and resume', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    await wc.bringIntoError();
    await wc.mapper.suspend('wc');
    await wc.mapper.resume('wc');
    expect(wc.isStale()).toBe(true);
    await recover(wc);
    expect(wc.isStale()).toBe(false);
  });

  it('finishes what an earlier run left suspended', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    await wc.bringIntoError();
    await wc.mapper.suspend('wc');
    await recover(wc);
    expect(wc.dm.calls).toEqual(['load', 'resume']);
    expect(wc.isStale()).toBe(false);
  });

  it('says so where the device still fails', async () => {
    // As soon as it is resumed it has something to write back.
    const wc = await ModelCache.create({ parameters: tableOf('max_age 16') });
    await wc.bringIntoError();
    wc.failOrigin();
    const resume = wc.mapper.resume.bind(wc.mapper);
    wc.mapper.resume = async (name) => {
      await resume(name);
      wc.mapper.advance(100);
    };
    await expect(recover(wc)).rejects.toMatchObject({ code: 'still-in-error' });
    expect((await wc.device()).suspended).toBe(false);
    expect(wc.isStale()).toBe(false);
  });

  it('does not let the linear table of a removal in', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    await wc.bringIntoError();
    await wc.mapper.load('wc', lineOf(`${ORIGIN} 0`, 'linear'));
    await wc.mapper.suspend('wc');
    await expect(recover(wc)).rejects.toMatchObject({ code: 'table-waits' });
    expect(wc.dm.calls).toEqual([]);
  });

  it('needs none where nothing is wrong', async () => {
    const wc = await ModelCache.create({ parameters: PARAMETERS });
    expect(await recover(wc)).toBeNull();
  });
});
