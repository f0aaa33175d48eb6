import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { swapTable } from '../../src/procedure/swap-table.js';
import { ModelCache, tableOf } from './model-cache.js';

const LAZY = 'low_watermark 0 autocommit_time 3600000';
const OLD = tableOf(`high_watermark 90 ${LAZY}`);
const NEW = tableOf(`high_watermark 95 ${LAZY}`);

async function swap(wc: ModelCache): Promise<string | null> {
  const cache = await wc.cache();
  const table = { ...cache.table, options: { ...cache.table.options, high_watermark: 95 } };
  return swapTable(wc.dm, { cache, table }).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** It runs, without a table that waits, and shows what was written. */
async function expectWell(wc: ModelCache): Promise<void> {
  expect(await wc.device()).toMatchObject({ suspended: false, hasInactiveTable: false });
  expect(wc.isStale()).toBe(false);
}

describe('swapTable', () => {
  it('loads and resumes, and leaves the rest to the kernel', async () => {
    const wc = await ModelCache.create({ parameters: OLD });
    wc.dirty(5);
    expect(await swap(wc)).toBeNull();
    expect(wc.dm.calls).toEqual(['load', 'resume']);
    expect(await wc.parameters()).toBe(NEW);
    await expectWell(wc);
  });

  it('suspends only an instance in error by itself', async () => {
    const wc = await ModelCache.create({ parameters: OLD });
    await wc.bringIntoError();
    expect(await swap(wc)).toBeNull();
    expect(wc.dm.calls).toEqual(['load', 'suspend', 'resume']);
    expect(await wc.isInError()).toBe(false);
    await expectWell(wc);
  });

  it('finishes what was suspended with the table waiting', async () => {
    const wc = await ModelCache.create({ parameters: OLD });
    wc.dirty(5);
    await wc.mapper.suspend('wc');
    expect(await swap(wc)).toBeNull();
    expect(wc.dm.calls).toEqual(['load', 'resume']);
    await expectWell(wc);
  });

  it.each([
    ['load', [], OLD],
    ['resume', ['clear'], OLD],
    // The kernel had swapped before it failed: what runs is said.
    ['late:resume', [], NEW],
  ])('undoes it where %s fails', async (failing, undo, parameters) => {
    const wc = await ModelCache.create({ parameters: OLD });
    wc.dirty(5);
    wc.dm.failing.push(failing);
    const message = await swap(wc);
    expect(message).toMatch(/could not be swapped/);
    expect(message).toMatch(parameters === OLD ? /with its old table/ : /with another table now/);
    const forward = ['load', 'resume'];
    const reached = forward.slice(0, forward.indexOf(failing.replace('late:', '')) + 1);
    expect(wc.dm.calls).toEqual([...reached, ...undo]);
    expect(await wc.parameters()).toBe(parameters);
    await expectWell(wc);
  });

  it('goes on with a fresh instance where one in error could not be swapped', async () => {
    const wc = await ModelCache.create({ parameters: OLD });
    await wc.bringIntoError();
    wc.dm.failing.push('late:suspend');
    expect(await swap(wc)).toMatch(/fresh instance/);
    expect(await wc.isInError()).toBe(false);
    await expectWell(wc);
  });

  it('never leaves it suspended, nor stale, whatever fails once', async () => {
    const names = ['load', 'suspend', 'resume', 'clear'].flatMap((name) => [name, `late:${name}`]);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.boolean(),
        fc.boolean(),
        async (failing, failsInSuspend, isInError) => {
          const wc = await ModelCache.create({ parameters: OLD });
          wc.dirty(3);
          if (isInError) await wc.bringIntoError();
          if (failsInSuspend) {
            await wc.mapper.message('wc', 'flush_on_suspend');
            wc.failOrigin();
          }
          wc.dm.failing.push(failing);
          await swap(wc);
          expect((await wc.device()).suspended).toBe(false);
          expect(wc.isStale()).toBe(false);
          expect([OLD, NEW]).toContain(await wc.parameters());
        },
      ),
    );
  });

  it('says so where bringing it back fails as well', async () => {
    const wc = await ModelCache.create({ parameters: OLD });
    await wc.bringIntoError();
    wc.dm.failing.push('resume', 'resume');
    expect(await swap(wc)).toMatch(/bringing it back failed too/);
  });
});
