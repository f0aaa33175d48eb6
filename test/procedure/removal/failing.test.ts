import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readJournals, undoRemoval } from '../../../src/procedure/removal/index.js';
import { RemovalSite } from './site.js';

const CALLS = ['flush', 'flush_on_suspend', 'load', 'suspend', 'resume', 'clear'];

it(
  'leaves the writecache or the origin running, and nothing stale, whatever fails',
  { timeout: 180_000 },
  async () => {
    const names = CALLS.flatMap((name) => [name, `late:${name}`]);
    await fc.assert(
      fc.asyncProperty(
        // Each is tried once more, and may fail once.
        fc.uniqueArray(fc.constantFrom(...names), {
          minLength: 1,
          maxLength: 2,
          selector: (name) => name.replace('late:', ''),
        }),
        fc.boolean(),
        fc.constantFrom('never', 'drain', 'suspend', 'judge'),
        async (failing, drain, fails) => {
          const site = await RemovalSite.create();
          site.wc.dirty(7);
          site.wc.dm.failing.push(...failing);
          const observe = (event: { type: string; step?: { id: string } }): void => {
            if (event.type === 'begin' && event.step?.id === fails) site.wc.failOrigin();
          };
          const isRemoved = await site.remove({ drain }, { observe }).then(
            () => true,
            () => false,
          );
          const device = await site.wc.device();
          expect(device).toMatchObject({ suspended: false, hasInactiveTable: false });
          expect(site.wc.isStale()).toBe(false);
          expect(await site.isOnOrigin()).toBe(isRemoved || !(await site.isCached()));
          site.wc.mendOrigin();
          site.wc.dm.failing.length = 0;
          site.dispose();
        },
      ),
      { numRuns: 150 },
    );
  },
);

it('lets I/O fail rather than wait where the kernel takes no fresh instance, and leaves a way back', async () => {
  const site = await RemovalSite.create();
  site.wc.dirty(7);
  const observe = (event: { type: string; step?: { id: string } }): void => {
    if (event.type !== 'begin' || event.step?.id !== 'suspend') return;
    site.wc.failOrigin();
    site.wc.dm.failing.push('resume', 'resume');
  };
  await expect(site.remove({ drain: false }, { observe })).rejects.toThrow('all I/O of wc fails now');
  expect((await site.wc.device()).suspended).toBe(false);
  site.wc.mendOrigin();
  await undoRemoval(site.wc.dm, 'wc', site);
  expect(await site.isCached()).toBe(true);
  site.dispose();
});

it('leaves it to the guard where the kernel refuses everything', async () => {
  const site = await RemovalSite.create();
  site.wc.dirty(7);
  site.wc.dm.failing.push('resume', 'resume', 'resume');
  await expect(site.remove()).rejects.toThrow(/guards it tries again/);
  expect(readJournals(site.environment.removalsFolder)).toHaveLength(1);
  const { resumed, certificate } = await site.remove();
  expect([resumed, certificate?.ok]).toEqual([false, true]);
  expect(await site.isOnOrigin()).toBe(true);
  site.dispose();
});
