import { describe, expect, it } from 'vitest';
import { cleanCache, flushCache } from '../../src/procedure/drain.js';
import type { DrainProgress } from '../../src/procedure/drain-meter.js';
import { lineOf, SlotMapper } from './slot-mapper.js';

const TABLE = 's 4000:0 4000:16 4096 0';

/** A mapper whose dirty blocks become fewer each time that one looks, and whose flush lasts until none is left. */
class Draining extends SlotMapper {
  free = 40;
  perLook = 20;
  #finish: (() => void) | undefined;

  override status(): ReturnType<SlotMapper['status']> {
    const { error } = this.live;
    const parameters = `${error ? '1' : '0'} 100 ${String(this.free)} 0 0 0 0 0 0 0 0 0 0 0`;
    this.free = Math.min(100, this.free + this.perLook);
    if (this.free === 100) this.#finish?.();
    return Promise.resolve([{ ...lineOf(TABLE), parameters }]);
  }

  override message(_name: string, text: string, abandon?: AbortSignal): Promise<void> {
    this.calls.push(text);
    if (text !== 'flush') return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#finish = resolve;
      abandon?.addEventListener('abort', () => {
        reject(abandon.reason instanceof Error ? abandon.reason : new Error('given up'));
      });
    });
  }
}

describe('flushCache', () => {
  it('waits for the message, and tells how far it is', async () => {
    const dm = new Draining(TABLE);
    const seen: DrainProgress[] = [];
    const result = await flushCache(dm, await dm.cache(), { onProgress: (progress) => seen.push(progress) });
    expect(result).toMatchObject({ before: { free_blocks: 40 }, after: { free_blocks: 100 } });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)?.dirtyBlocks).toBeLessThan(seen[0]?.dirtyBlocks ?? 0);
    expect(dm.calls).toEqual(['flush']);
  });

  it('looks at the error flag while it waits, however long the kernel would', async () => {
    const dm = new Draining(TABLE);
    dm.perLook = 0;
    const cache = await dm.cache();
    dm.live.error = true;
    await expect(flushCache(dm, cache)).rejects.toMatchObject({ code: 'in-error', exitStatus: 1 });
  });

  it('gives up waiting when it is told, and says that nothing is lost', async () => {
    const dm = new Draining(TABLE);
    dm.perLook = 0;
    const interrupt = new AbortController();
    const running = flushCache(dm, await dm.cache(), {
      signal: interrupt.signal,
      onProgress: () => {
        interrupt.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'interrupted', exitStatus: 130 });
  });

  it('refuses what is suspended or in error', async () => {
    const dm = new Draining(TABLE);
    dm.suspended = true;
    await expect(flushCache(dm, await dm.cache())).rejects.toMatchObject({ code: 'suspended' });
    dm.live.error = true;
    await expect(flushCache(dm, await dm.cache())).rejects.toMatchObject({ code: 'in-error' });
    expect(dm.calls).toEqual([]);
  });
});

describe('cleanCache', () => {
  it('waits until nothing is dirty', async () => {
    const dm = new Draining(TABLE);
    expect(await cleanCache(dm, await dm.cache())).toMatchObject({ after: { free_blocks: 100 } });
    expect(dm.calls).toEqual(['cleaner']);
  });

  it('gives up where there is no headway for as long as it was told', async () => {
    const dm = new Draining(TABLE);
    dm.perLook = 0;
    const stalled = cleanCache(dm, await dm.cache(), { maxStallMs: 20 });
    await expect(stalled).rejects.toMatchObject({ code: 'stalled', exitStatus: 1 });
  });

  it('says that the cleaner stays on when it is interrupted', async () => {
    const dm = new Draining(TABLE);
    dm.perLook = 0;
    const signal = AbortSignal.timeout(20);
    await expect(cleanCache(dm, await dm.cache(), { signal })).rejects.toThrow(/cleaner stays on/);
  });
});
