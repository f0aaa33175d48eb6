import { expect } from 'vitest';
import type { Bench } from '../live/bench.js';
import { Applications, type FileSystem } from './applications.js';
import { certificateOf, expectLinear, remove, resultOf } from './removal.js';
import { PATIENT } from './site.js';

/**
 * Removes a cache under a mounted file system with applications at work, then unmounts it, mounts the origin by itself and
 * looks for everything that was acknowledged.
 */
export async function expectRemovedUnderLoad(
  bench: Bench,
  { type, mebibytes, make, check }: FileSystem,
): Promise<void> {
  const lab = await bench.cache(type, { originMiB: mebibytes, cacheKiB: 8192 });
  const mount = `/run/${type}`;
  const device = `/dev/mapper/${type}`;
  await bench.sh(`${make} ${device} >&2; mkdir ${mount}; mount ${device} ${mount}`);
  const applications = await Applications.start(bench, mount);
  const removed = await remove(bench, type, PATIENT);
  const { blocks, ok } = certificateOf(removed);
  expect({ ok, lost: blocks.lost }).toEqual({ ok: true, lost: 0 });
  expect(blocks.live).toBeGreaterThan(0);
  expect(blocks.proved + blocks.proved_newer + blocks.proved_late).toBeGreaterThan(0);
  // It is in use: the name stays, and maps the origin.
  expect(resultOf(removed)).toMatchObject({ ending: 'linear', resumed: false });
  await expectLinear(bench, lab);
  await applications.worked(5);
  await applications.end();
  await bench.sh(`
    umount ${mount}
    dmsetup remove ${type}
    ${check} ${device}-o >&2
    mount ${device}-o ${mount}`);
  await applications.expectKept();
  await bench.sh(`umount ${mount}`);
}
