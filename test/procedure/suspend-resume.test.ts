import { describe, expect, it } from 'vitest';
import { prepareResume, prepareSuspend, suspendCache } from '../../src/procedure/suspend-resume.js';
import { kernelIdentity } from '../../src/table/index.js';
import { lineOf, SlotMapper } from './slot-mapper.js';

const TABLE = 's 4000:0 4000:16 4096 0';
const request = { flush: false, skipLockfs: false };
const kernel = kernelIdentity('6.1.176', '#1 SMP');

async function suspend(dm: SlotMapper, flush = false): Promise<boolean> {
  const cache = await dm.cache();
  const isNeeded = prepareSuspend(cache, { ...request, flush });
  if (isNeeded) await suspendCache(dm, cache, { ...request, flush });
  return isNeeded;
}

async function resume(dm: SlotMapper): Promise<boolean> {
  const isNeeded = await prepareResume(dm, await dm.cache(), kernel);
  if (isNeeded) await dm.resume();
  return isNeeded;
}

describe('suspendCache', () => {
  it('suspends once', async () => {
    const dm = new SlotMapper(TABLE);
    expect([await suspend(dm), await suspend(dm)]).toEqual([true, false]);
    expect(dm.calls).toEqual(['suspend']);
  });

  it('with --flush tells the target before, and is not content with dirty blocks', async () => {
    const dm = new SlotMapper(TABLE);
    await expect(suspend(dm, true)).rejects.toMatchObject({ code: 'not-flushed', exitStatus: 1 });
    expect(dm.calls).toEqual(['flush_on_suspend', 'suspend']);
    await expect(suspend(dm, true)).rejects.toMatchObject({ code: 'not-flushed' });
  });

  it('does nothing to a cache in error', async () => {
    const dm = new SlotMapper(TABLE);
    dm.live.error = true;
    await expect(suspend(dm)).rejects.toThrow(/in error/);
    expect(dm.calls).toEqual([]);
  });

  it('says what to do where the error came in the suspend', async () => {
    const dm = new SlotMapper(TABLE);
    dm.errorInSuspend = true;
    await expect(suspend(dm)).rejects.toThrow(/met an error on the way/);
  });
});

describe('prepareResume', () => {
  it('leaves a running one alone', async () => {
    const dm = new SlotMapper(TABLE);
    expect(await resume(dm)).toBe(false);
    expect(dm.calls).toEqual([]);
  });

  it('refuses an instance in error', async () => {
    const dm = new SlotMapper(TABLE);
    Object.assign(dm.live, { error: true });
    dm.suspended = true;
    await expect(resume(dm)).rejects.toThrow(/stale/);
    expect(dm).toMatchObject({ suspended: true, isStale: false });
  });

  it('refuses to put the linear table of a removal in the place of a dirty cache', async () => {
    const dm = new SlotMapper(TABLE);
    dm.suspended = true;
    dm.inactive = { line: lineOf('254:0 0', 'linear'), error: false };
    await expect(resume(dm)).rejects.toThrow(/linear table waiting.*60 blocks/);
    expect(dm.isStale).toBe(false);
  });

  it('lets a fresh instance of the same cache take over from one in error', async () => {
    const dm = new SlotMapper(TABLE);
    dm.suspended = true;
    dm.live.error = true;
    dm.inactive = { line: lineOf('s 4000:0 4000:16 4096 2 low_watermark 40'), error: false };
    expect(await resume(dm)).toBe(true);
    expect(dm).toMatchObject({ suspended: false, isStale: false, live: { error: false } });
  });

  it.each([
    's 4000:0 4000:32 4096 0',
    's 4000:1 4000:16 4096 0',
    's 4000:0 4000:16 512 0',
    's 4000:0 4000:16 4096 2 start_sector 8',
  ])('does not take another cache for the same: %s', async (parameters) => {
    const dm = new SlotMapper(TABLE);
    dm.suspended = true;
    dm.inactive = { line: lineOf(parameters), error: false };
    await expect(resume(dm)).rejects.toThrow(/would put in the place/);
  });

  it('lets no second table in on a kernel that has read its metadata too early', async () => {
    const dm = new SlotMapper(TABLE);
    dm.version = { major: 1, minor: 1, patch: 1 };
    dm.suspended = true;
    dm.inactive = { line: lineOf(TABLE), error: false };
    const refused = prepareResume(dm, await dm.cache(), kernelIdentity('5.4.10', '#1 SMP'));
    await expect(refused).rejects.toMatchObject({ code: 'reload-corrupts' });
  });
});
