import { describe, expect, it } from 'vitest';
import { resumeCache, suspendCache } from '../../src/procedure/suspend-resume.js';
import { lineOf, SlotMapper } from './slot-mapper.js';

const TABLE = 's 254:0 254:16 4096 0';
const request = { flush: false, skipLockfs: false };

describe('suspendCache', () => {
  it('suspends once, and with --flush tells the target before', async () => {
    const dm = new SlotMapper(TABLE);
    expect(await suspendCache(dm, await dm.cache(), { ...request, flush: true })).toMatchObject({
      changed: true,
    });
    expect(await suspendCache(dm, await dm.cache(), request)).toMatchObject({ changed: false });
    expect(dm.calls).toEqual(['flush_on_suspend', 'suspend']);
  });

  it('does nothing to a cache in error', async () => {
    const dm = new SlotMapper(TABLE);
    dm.live.error = true;
    await expect(suspendCache(dm, await dm.cache(), request)).rejects.toThrow(/in error/);
    expect(dm.calls).toEqual([]);
  });

  it('says what to do where the error came in the suspend', async () => {
    const dm = new SlotMapper(TABLE);
    dm.errorInSuspend = true;
    await expect(suspendCache(dm, await dm.cache(), request)).rejects.toThrow(/met an error on the way/);
  });
});

describe('resumeCache', () => {
  it('leaves a running one alone', async () => {
    const dm = new SlotMapper(TABLE);
    expect(await resumeCache(dm, await dm.cache())).toMatchObject({ changed: false });
    expect(dm.calls).toEqual([]);
  });

  it('refuses an instance in error', async () => {
    const dm = new SlotMapper(TABLE);
    Object.assign(dm.live, { error: true });
    dm.suspended = true;
    await expect(resumeCache(dm, await dm.cache())).rejects.toThrow(/stale/);
    expect(dm).toMatchObject({ suspended: true, isStale: false });
  });

  it('refuses to put the linear table of a removal in the place of a dirty cache', async () => {
    const dm = new SlotMapper(TABLE);
    dm.suspended = true;
    dm.inactive = { line: lineOf('254:0 0', 'linear'), error: false };
    await expect(resumeCache(dm, await dm.cache())).rejects.toThrow(/linear table waiting.*60 blocks/);
    expect(dm.isStale).toBe(false);
  });

  it('lets a fresh instance of the same cache take over from one in error', async () => {
    const dm = new SlotMapper(TABLE);
    dm.suspended = true;
    dm.live.error = true;
    dm.inactive = { line: lineOf('s 254:0 254:16 4096 2 low_watermark 40'), error: false };
    expect(await resumeCache(dm, await dm.cache())).toMatchObject({ changed: true });
    expect(dm).toMatchObject({ suspended: false, isStale: false, live: { error: false } });
  });

  it.each([
    's 254:0 254:32 4096 0',
    's 254:1 254:16 4096 0',
    's 254:0 254:16 512 0',
    's 254:0 254:16 4096 2 start_sector 8',
  ])('does not take another cache for the same: %s', async (parameters) => {
    const dm = new SlotMapper(TABLE);
    dm.suspended = true;
    dm.inactive = { line: lineOf(parameters), error: false };
    await expect(resumeCache(dm, await dm.cache())).rejects.toThrow(/would put in the place/);
  });
});
