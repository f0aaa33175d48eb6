import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench } from './live/bench.js';
import { ContentRecord } from './remove/record.js';
import { bootForRemovals, certificateOf, expectLinear, remove } from './remove/removal.js';
import { SHAPES } from './remove/shapes.js';

let bench: Bench;

beforeAll(async () => {
  bench = await bootForRemovals('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

const ENDINGS = ['--keep', '--delete'] as const;

describe('a removal leaves the origin with every byte', () => {
  it.each(
    SHAPES.map((shape, index) => ({ ...shape, name: `s${String(index)}`, ending: ENDINGS[index % 2] })),
  )('of $what ($ending)', async ({ name, cache, program, live, words = [], behind, ending = '--keep' }) => {
    const lab = await bench.cache(name, cache);
    const startSector = cache.options?.includes('start_sector') === true ? ['--start-sector', '8'] : [];
    if (behind !== undefined) {
      const { first, count } = behind;
      await bench.sh(`fill /dev/mapper/${name}-o z ${String(first)} ${String(count)}`);
    }
    const record = await ContentRecord.of(bench, lab, program, cache.blockSize);
    const removed = await remove(bench, name, [ending, ...words]);
    const certificate = certificateOf(removed);
    const { blocks, metadata } = certificate;
    expect(certificate).toMatchObject({
      ...{ ok: true, level: 'full', problems: [], undecided: [] },
      metadata: { committed: 0, uncommitted: 0, differing: 0, free: metadata.entries },
      blocks: { lost: 0, undecided: 0, examined: blocks.live },
      superblock: { as_predicted: true },
    });
    if (live !== null) expect(blocks.live).toBe(live);
    expect(blocks.proved + blocks.proved_newer + blocks.proved_late).toBe(blocks.live);

    if (ending === '--keep') {
      await expectLinear(bench, lab);
      await record.expectOn(`/dev/mapper/${name}`);
    } else {
      const { status } = await bench.run(`dmsetup info ${name}`);
      expect(status).toBe(1);
    }
    await record.expectOn(`/dev/mapper/${name}-o`);
    if (behind !== undefined) {
      const bytes = String(behind.count * 4096);
      await bench.sh(
        `[ "$(direct /dev/mapper/${name}-o | tail -c ${bytes} | tr -cd z | wc -c)" = ${bytes} ]`,
      );
    }

    const state = words.includes('--invalidate') ? 'blank' : 'clean';
    const inspected = await bench.wcache('inspect', `/dev/mapper/${name}-c`, ...startSector);
    expect(inspected.document).toMatchObject({ state });
    if (state === 'blank') return;
    const verified = await bench.wcache(
      'verify',
      `/dev/mapper/${name}-c`,
      `/dev/mapper/${name}-o`,
      ...startSector,
    );
    expect(verified).toMatchObject({ status: 0, document: { ok: true, blocks: { lost: 0 } } });
  });
});
