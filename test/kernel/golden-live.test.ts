import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/index.js';
import { checkDevice } from '../../src/scan/index.js';
import { boot, labReadiness, output } from '../lab/index.js';
import type { Guest } from '../lab/index.js';
import { activate, type Activated, type Candidate } from './golden/activate.js';
import { readImage, readManifest, type ManifestImage } from './golden/manifest.js';
import { firstDifference, withoutPadding } from './golden/padding.js';
import { predictedVerdict, verdictInBrief } from './golden/prediction.js';
import { recipes } from './golden/recipes.js';

const KERNEL = 'uml-6.1';
const { images } = readManifest();

let directory: string;
let guest: Guest;

beforeAll(async () => {
  const readiness = await labReadiness();
  if (!readiness.ready) throw new Error(readiness.reason);
  directory = await mkdtemp(join(tmpdir(), 'golden-test-'));
  await mkdir(join(directory, 'share'));
  guest = await boot({ kernel: KERNEL, shareDirectory: join(directory, 'share') });
}, 600_000);

afterAll(async () => {
  await guest.powerCut();
  await rm(directory, { recursive: true, force: true });
});

/** In ssd mode, the only one that user-mode Linux has: the metadata of the other mode means the same. */
async function activateNow(image: ManifestImage, bytes: Uint8Array): Promise<Activated> {
  const share = join(directory, 'share');
  const candidate: Candidate = {
    name: image.name,
    image: bytes,
    mode: 's',
    startSector: image.start_sector,
    originBytes: image.origin_bytes,
    table: image.table.replace('writecache p', 'writecache s'),
  };
  await writeFile(join(share, image.name), bytes);
  return activate(guest, KERNEL, candidate, share);
}

function prediction(image: ManifestImage, bytes: Uint8Array): ReturnType<typeof checkDevice> {
  const { start_sector, block_size } = image;
  return checkDevice(new MemoryDevice(bytes), {
    startSector: BigInt(start_sector),
    blockSize: block_size,
    mode: 's',
  });
}

/** One of each way to come up, or not to: what the others did is in the manifest. */
const TRIED = [
  'cut-busy',
  'device-grown',
  'device-shrunk',
  'dirty-512',
  'dirty-start-7',
  'format-cut-before',
  'format-torn',
  'identical',
  'identical-many',
  'lvm',
  'pmem-stale-6.12',
  'pmem-uncommitted-6.1',
  'stale',
];

it('has every image that it tries', () => {
  const names = images.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(TRIED));
});

describe.each(images.filter(({ name }) => TRIED.includes(name)))('$name on a live kernel', (image) => {
  it('comes up as check foretells', async () => {
    const bytes = readImage(image.name);
    const { verdict } = await activateNow(image, bytes);
    expect(verdictInBrief(verdict)).toEqual(predictedVerdict(await prediction(image, bytes)));
  });
});

describe('identical entries', () => {
  it('bring the first activation up in error and are gone at the second', async () => {
    const image = images.find(({ name }) => name === 'identical');
    if (image === undefined) throw new Error('the image is missing');
    const first = await activateNow(image, readImage(image.name));
    expect(first.verdict).toMatchObject({ error: 1, free_blocks: 61 });
    const second = await activateNow(image, first.after ?? new Uint8Array());
    expect(second.verdict).toMatchObject({ error: 0, free_blocks: 61, kernel_log: [] });
    expect(firstDifference(second.after ?? new Uint8Array(), first.after ?? new Uint8Array())).toBeNull();
  });
});

describe.each(recipes.filter(({ name, kernel }) => name.startsWith('fresh-') && kernel === KERNEL))(
  '$name made again',
  (recipe) => {
    it('is the stored image, byte for byte', async () => {
      const share = join(directory, 'share');
      const script = `
        set -e
        rm -f /tmp/origin /tmp/cache
        truncate -s ${String(recipe.originDiskBytes)} /tmp/origin
        truncate -s ${String(recipe.cacheBytes)} /tmp/cache
        ORIGIN=$(losetup -f --show /tmp/origin)
        CACHE=$(losetup -f --show /tmp/cache)
        ${recipe.steps.join('\n')}
        cp /tmp/cache made
        if dmsetup info wc >/dev/null 2>&1; then dmsetup remove wc; fi
        losetup -d $ORIGIN $CACHE`;
      await output(guest, script, { cwd: share });
      const made = new Uint8Array(await readFile(join(share, 'made')));
      expect(firstDifference(withoutPadding(made, recipe.startSector), readImage(recipe.name))).toBeNull();
    });
  },
);
