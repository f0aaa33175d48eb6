import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KernelName } from '../../lab/index.js';
import { Bench } from './bench.js';
import { LAZY } from './on-x86.js';

const KERNELS = [
  ['uml-6.1', 's'],
  ['debian-6.12', 'p'],
] as const satisfies readonly (readonly [KernelName, 'p' | 's'])[];

describe.each(KERNELS)('a live cache on %s in mode %s', (kernel, mode) => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.boot(kernel, mode);
    await bench.cache('wc', { options: LAZY });
  });

  afterAll(async () => {
    await bench.end();
  });

  it('is seen as the kernel has written it, whatever the page cache has of it', async () => {
    // Through the page cache, which keeps what it has read as long as the target holds the device open.
    const read = 'dd if=/dev/mapper/wc-c bs=4k count=2 status=none';
    await bench.sh(`${read} of=/tmp/before`);
    await bench.sh('fill /dev/mapper/wc a 0 20; sync /dev/mapper/wc');
    const kept = await bench.sh(
      `${read} of=/tmp/after; cmp /tmp/before /tmp/after && echo stale || echo fresh`,
    );
    expect(kept.trim()).toBe('stale');
    const { status, document } = await bench.wcache('inspect', '/dev/mapper/wc-c');
    expect(status).toBe(0);
    expect(document).toMatchObject({ state: 'dirty', entries: { live: 20 } });
    expect(await bench.sh(`${read} of=/tmp/after; cmp /tmp/before /tmp/after && echo stale`)).toContain(
      'stale',
    );
  });
});
