import { describe, expect, it } from 'vitest';
import type { DeviceMapper } from '../../src/dm/index.js';
import { cleanCache, flushCache } from '../../src/procedure/drain.js';
import type { DrainProgress } from '../../src/procedure/drain-meter.js';
import type { Pace } from '../../src/target/index.js';
import { ModelCache } from './model-cache.js';

const DIRTY = 40;
const COPY_MS = 10;

/** An origin that takes one block after the other, each for {@link COPY_MS}. */
function oneByOne(): Pace {
  let idleAtMs = 0;
  return { copyEndsAtMs: (_copy, nowMs) => (idleAtMs = Math.max(idleAtMs, nowMs) + COPY_MS) };
}

const never: Pace = { copyEndsAtMs: (_copy, nowMs) => nowMs + 1e9 };

async function dirtyCache(pace: Pace): Promise<ModelCache> {
  const wc = await ModelCache.create({ pace });
  wc.dirty(DIRTY);
  return wc;
}

/**
 * Lets a flush last, which is over at once in the model: what it starts goes on while time does, and each look at the status
 * is some time later.
 */
function lasting({ mapper, dm }: ModelCache, millisecondsPerLook: number): DeviceMapper {
  let finish = (): void => undefined;
  dm.status = async (name) => {
    mapper.advance(millisecondsPerLook);
    const lines = await mapper.status(name);
    const { free_blocks, total_blocks } = mapper.reference(name)?.status() ?? {};
    if (free_blocks === total_blocks) finish();
    return lines;
  };
  dm.message = async (name, text, abandon) => {
    dm.calls.push(text);
    await mapper.message(name, 'cleaner');
    if (text !== 'flush') return;
    await new Promise<void>((resolve, reject) => {
      finish = resolve;
      abandon?.addEventListener('abort', () => {
        reject(abandon.reason instanceof Error ? abandon.reason : new Error('given up'));
      });
    });
  };
  return dm;
}

describe('flushCache', () => {
  it('waits for the message, and tells how far it is', async () => {
    const wc = await dirtyCache(oneByOne());
    const dm = lasting(wc, 150);
    const seen: DrainProgress[] = [];
    const result = await flushCache(dm, await wc.cache(wc.mapper), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(result).toMatchObject({ before: { free_blocks: 63 - DIRTY }, after: { free_blocks: 63 } });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)?.dirtyBlocks).toBeLessThan(seen[0]?.dirtyBlocks ?? 0);
    expect(wc.dm.calls).toEqual(['flush']);
    expect(wc.isStale()).toBe(false);
  });

  it('looks at the error flag while it waits, however long the kernel would', async () => {
    const wc = await dirtyCache(oneByOne());
    const dm = lasting(wc, 150);
    const cache = await wc.cache(wc.mapper);
    wc.failOrigin();
    await expect(flushCache(dm, cache)).rejects.toMatchObject({ code: 'in-error', exitStatus: 1 });
  });

  it('gives up waiting when it is told, and says that nothing is lost', async () => {
    const wc = await dirtyCache(never);
    const dm = lasting(wc, 0);
    const interrupt = new AbortController();
    const running = flushCache(dm, await wc.cache(wc.mapper), {
      signal: interrupt.signal,
      onProgress: () => {
        interrupt.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'interrupted', exitStatus: 130 });
  });

  it('refuses what is suspended or in error', async () => {
    const wc = await ModelCache.create();
    await wc.mapper.suspend('wc');
    await expect(flushCache(wc.dm, await wc.cache())).rejects.toMatchObject({ code: 'suspended' });
    await wc.mapper.resume('wc');
    await wc.bringIntoError();
    await expect(flushCache(wc.dm, await wc.cache())).rejects.toMatchObject({ code: 'in-error' });
    expect(wc.dm.calls).toEqual([]);
  });

  it('finds the error that the kernel has answered with', async () => {
    const wc = await ModelCache.create();
    wc.dirty(3);
    wc.failOrigin();
    await expect(flushCache(wc.dm, await wc.cache())).rejects.toMatchObject({ code: 'in-error' });
  });
});

describe('cleanCache', () => {
  it('waits until nothing is dirty', async () => {
    const wc = await dirtyCache(oneByOne());
    const cache = await wc.cache();
    const result = await cleanCache(lasting(wc, 150), cache);
    expect(result).toMatchObject({ before: { free_blocks: 63 - DIRTY }, after: { free_blocks: 63 } });
    expect(wc.dm.calls[0]).toBe('cleaner');
    expect(wc.isStale()).toBe(false);
  });

  it('gives up where there is no headway for as long as it was told', async () => {
    const wc = await dirtyCache(never);
    const stalled = cleanCache(wc.dm, await wc.cache(), { maxStallMs: 20 });
    await expect(stalled).rejects.toMatchObject({ code: 'stalled', exitStatus: 1 });
  });

  it('says that the cleaner stays on when it is interrupted', async () => {
    const wc = await dirtyCache(never);
    const signal = AbortSignal.timeout(20);
    await expect(cleanCache(wc.dm, await wc.cache(), { signal })).rejects.toThrow(/cleaner stays on/);
  });
});
