import { expect } from 'vitest';
import type { Bench } from '../live/bench.js';
import { ContentRecord } from './record.js';
import { certificateOf, expectLinear, remove } from './removal.js';
import type { Shape } from './shapes.js';

/**
 * Brings a cache into its shape and removes it: everything must be proved, and the origin must have every byte of the
 * record. The devices are `NAME-c` and `NAME-o` then.
 */
export async function expectShapeRemoved(
  bench: Bench,
  { cache, program, live, words = [], behind }: Shape,
  name: string,
  ending: '--keep' | '--delete',
): Promise<void> {
  const lab = await bench.cache(name, cache);
  if (behind !== undefined) {
    const { first, count } = behind;
    await bench.sh(`fill /dev/mapper/${name}-o z ${String(first)} ${String(count)}`);
  }
  const record = await ContentRecord.of(bench, lab, program, cache.blockSize);
  const certificate = certificateOf(await remove(bench, name, [ending, ...words]));
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
    await bench.sh(`[ "$(direct /dev/mapper/${name}-o | tail -c ${bytes} | tr -cd z | wc -c)" = ${bytes} ]`);
  }
}
