import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from './live/bench.js';
import { bootForRemovals } from './remove/removal.js';
import { expectShapeRemoved } from './remove/shape-removal.js';
import { SHAPES } from './remove/shapes.js';

let bench: Bench;

beforeAll(async () => {
  bench = await bootForRemovals('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

describe('a removal leaves the origin with every byte', () => {
  it.each(
    SHAPES.map((shape, index) => ({
      ...{ what: shape.what, shape, name: `s${String(index)}` },
      ending: index % 2 === 0 ? ('--keep' as const) : ('--delete' as const),
    })),
  )('of $what ($ending)', async ({ shape, name, ending }) => {
    await expectShapeRemoved(bench, shape, name, ending);
    const { cache, words = [] } = shape;
    const startSector = cache.options?.includes('start_sector') === true ? ['--start-sector', '8'] : [];
    const devices = [`/dev/mapper/${name}-c`, `/dev/mapper/${name}-o`];
    const state = words.includes('--invalidate') ? 'blank' : 'clean';
    const inspected = await bench.wcache('inspect', ...devices.slice(0, 1), ...startSector);
    expect(inspected.document).toMatchObject({ state });
    if (state === 'blank') return;
    const verified = await bench.wcache('verify', ...devices, ...startSector);
    expect(verified).toMatchObject({ status: 0, document: { ok: true, blocks: { lost: 0 } } });
  });
});
