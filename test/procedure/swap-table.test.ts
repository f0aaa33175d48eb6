import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { swapTable } from '../../src/procedure/swap-table.js';
import { SlotMapper } from './slot-mapper.js';

const OLD = 's 4000:0 4000:16 4096 2 high_watermark 60';
const NEW = 's 4000:0 4000:16 4096 2 high_watermark 70';

async function swap(dm: SlotMapper): Promise<string | null> {
  const cache = await dm.cache();
  const table = { ...cache.table, options: { high_watermark: 70 } };
  return swapTable(dm, { cache, table }).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe('swapTable', () => {
  it('loads and resumes, and leaves the rest to the kernel', async () => {
    const dm = new SlotMapper(OLD);
    expect(await swap(dm)).toBeNull();
    expect(dm.calls).toEqual(['load', 'resume']);
    expect(dm.live.line.parameters).toBe(NEW);
  });

  it('suspends only an instance in error by itself', async () => {
    const dm = new SlotMapper(OLD);
    dm.live.error = true;
    expect(await swap(dm)).toBeNull();
    expect(dm.calls).toEqual(['load', 'suspend', 'resume']);
    expect(dm).toMatchObject({ isStale: false, live: { error: false } });
  });

  it('finishes what was suspended with the table waiting', async () => {
    const dm = new SlotMapper(OLD);
    dm.suspended = true;
    expect(await swap(dm)).toBeNull();
    expect(dm.calls).toEqual(['load', 'resume']);
  });

  it.each([
    ['load', [], OLD],
    ['resume', ['clear'], OLD],
    // The kernel had swapped before it failed: what runs is said.
    ['late:resume', [], NEW],
  ])('undoes it where %s fails', async (failing, undo, parameters) => {
    const dm = new SlotMapper(OLD);
    dm.failing.push(failing);
    const message = await swap(dm);
    expect(message).toMatch(/could not be swapped/);
    expect(message).toMatch(parameters === OLD ? /with its old table/ : /with another table now/);
    const forward = ['load', 'resume'];
    const reached = forward.slice(0, forward.indexOf(failing.replace('late:', '')) + 1);
    expect(dm.calls).toEqual([...reached, ...undo]);
    expect(dm).toMatchObject({ suspended: false, inactive: null, isStale: false });
    expect(dm.live.line.parameters).toBe(parameters);
  });

  it('goes on with a fresh instance where one in error could not be swapped', async () => {
    const dm = new SlotMapper(OLD);
    dm.live.error = true;
    dm.failing.push('late:suspend');
    expect(await swap(dm)).toMatch(/fresh instance/);
    expect(dm).toMatchObject({ suspended: false, inactive: null, isStale: false });
    expect(dm.live.error).toBe(false);
  });

  it('never leaves it suspended, nor stale, whatever fails once', async () => {
    const names = ['load', 'suspend', 'resume', 'clear'].flatMap((name) => [name, `late:${name}`]);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.boolean(),
        fc.boolean(),
        async (failing, errorInSuspend, isInError) => {
          const dm = new SlotMapper(OLD);
          dm.errorInSuspend = errorInSuspend;
          dm.live.error = isInError;
          dm.failing.push(failing);
          await swap(dm);
          expect(dm).toMatchObject({ suspended: false, isStale: false });
          expect([OLD, NEW]).toContain(dm.live.line.parameters);
        },
      ),
    );
  });

  it('says so where bringing it back fails as well', async () => {
    const dm = new SlotMapper(OLD);
    dm.live.error = true;
    dm.failing.push('resume', 'resume');
    expect(await swap(dm)).toMatch(/bringing it back failed too/);
  });
});
