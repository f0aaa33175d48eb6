import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RemovalSite } from './site.js';

const CALLS = ['flush', 'flush_on_suspend', 'load', 'suspend', 'resume', 'clear'];

it('leaves the writecache or the origin running, and nothing stale, whatever fails', async () => {
  const names = CALLS.flatMap((name) => [name, `late:${name}`]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
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
});
