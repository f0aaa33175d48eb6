import { describe, expect, it } from 'vitest';
import { prepareRetune } from '../../src/procedure/retune.js';
import { prepareRecovery, recoverCache } from '../../src/procedure/recover.js';
import { kernelIdentity, parseTargetVersion } from '../../src/table/index.js';
import { lineOf, SlotMapper } from './slot-mapper.js';

const TABLE = 's 4000:0 4000:16 4096 2 high_watermark 60';
const kernel = kernelIdentity('6.1.176', '#1 SMP');

describe('prepareRetune', () => {
  it('finds that there is nothing to change', async () => {
    const dm = new SlotMapper(TABLE);
    expect(await prepareRetune(dm, await dm.cache(), [['high_watermark', 60]], kernel)).toMatchObject({
      isSame: true,
    });
  });

  it('does not believe the table that the cleaner is off', async () => {
    const dm = new SlotMapper(TABLE);
    expect(await prepareRetune(dm, await dm.cache(), [['cleaner', false]], kernel)).toMatchObject({
      isSame: false,
    });
  });

  it('holds the watermarks against each other, defaults included', async () => {
    const dm = new SlotMapper('s 4000:0 4000:16 4096 0');
    const low = prepareRetune(dm, await dm.cache(), [['low_watermark', 60]], kernel);
    await expect(low).rejects.toMatchObject({ code: 'invalid-table', exitStatus: 2 });
    const high = prepareRetune(dm, await dm.cache(), [['high_watermark', 40]], kernel);
    await expect(high).rejects.toMatchObject({ code: 'invalid-table' });
  });

  it.each([
    ['4.19.0', '1.1.1', 'reload-corrupts'],
    ['5.4.200', '1.1.1', 'reload-corrupts'],
    ['5.6.10', '1.2.0', 'reload-corrupts'],
    ['5.6.11', '1.2.0', null],
    ['6.12.117', '1.6.0', null],
  ])('on Linux %s with target %s: %s', async (release, version, code) => {
    const dm = new SlotMapper(TABLE);
    dm.version = parseTargetVersion(version);
    const old = kernelIdentity(release, '#1 SMP');
    const prepared = dm.cache().then((cache) => prepareRetune(dm, cache, [['high_watermark', 70]], old));
    await (code === null
      ? expect(prepared).resolves.toMatchObject({ isSame: false })
      : expect(prepared).rejects.toMatchObject({ code, exitStatus: 3 }));
  });

  it('leaves alone what somebody else is at', async () => {
    const dm = new SlotMapper(TABLE);
    dm.inactive = { line: lineOf('254:0 0', 'linear'), error: false };
    const waits = prepareRetune(dm, await dm.cache(), [['high_watermark', 70]], kernel);
    await expect(waits).rejects.toMatchObject({ code: 'table-waits' });
    dm.inactive = null;
    dm.suspended = true;
    const suspended = prepareRetune(dm, await dm.cache(), [['high_watermark', 70]], kernel);
    await expect(suspended).rejects.toMatchObject({ code: 'suspended' });
  });

  it('finishes what an earlier run left, and nothing else', async () => {
    const dm = new SlotMapper(TABLE);
    dm.suspended = true;
    dm.inactive = { line: lineOf('s 4000:0 4000:16 4096 2 high_watermark 70'), error: false };
    const cache = await dm.cache();
    expect(await prepareRetune(dm, cache, [['high_watermark', 70]], kernel)).toMatchObject({ isSame: false });
    const other = prepareRetune(dm, cache, [['high_watermark', 80]], kernel);
    await expect(other).rejects.toMatchObject({ code: 'suspended' });
  });

  it('never touches a cache in error', async () => {
    const dm = new SlotMapper(TABLE);
    dm.live.error = true;
    const refused = prepareRetune(dm, await dm.cache(), [['high_watermark', 70]], kernel);
    await expect(refused).rejects.toMatchObject({ code: 'in-error' });
    expect(dm.calls).toEqual([]);
  });
});

async function recover(dm: SlotMapper): Promise<Awaited<ReturnType<typeof recoverCache>> | null> {
  const cache = await dm.cache();
  const { isNeeded } = await prepareRecovery(dm, cache, kernel);
  return isNeeded ? recoverCache(dm, { cache, table: cache.table }) : null;
}

describe('recoverCache', () => {
  it('swaps in a fresh instance of the same table', async () => {
    const dm = new SlotMapper(TABLE);
    dm.live.error = true;
    expect(await recover(dm)).toMatchObject({ after: { error: false } });
    expect(dm.calls).toEqual(['load', 'suspend', 'resume']);
    expect(dm).toMatchObject({ isStale: false, suspended: false });
    expect(dm.live.line.parameters).toBe(TABLE);
  });

  it('finishes what an earlier run left suspended', async () => {
    const dm = new SlotMapper(TABLE);
    dm.live.error = true;
    dm.suspended = true;
    await recover(dm);
    expect(dm.calls).toEqual(['load', 'resume']);
    expect(dm.isStale).toBe(false);
  });

  it('says so where the device still fails', async () => {
    const dm = new SlotMapper(TABLE);
    dm.live.error = true;
    dm.freshInError = true;
    await expect(recover(dm)).rejects.toMatchObject({ code: 'still-in-error' });
    expect(dm.suspended).toBe(false);
  });

  it('does not let the linear table of a removal in', async () => {
    const dm = new SlotMapper(TABLE);
    dm.live.error = true;
    dm.suspended = true;
    dm.inactive = { line: lineOf('4000:0 0', 'linear'), error: false };
    await expect(recover(dm)).rejects.toMatchObject({ code: 'table-waits' });
    expect(dm.calls).toEqual([]);
  });

  it('needs none where nothing is wrong', async () => {
    expect(await recover(new SlotMapper(TABLE))).toBeNull();
  });
});
