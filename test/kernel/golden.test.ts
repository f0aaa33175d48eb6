import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryDevice } from '../../src/device/index.js';
import { inspectDocument } from '../../src/documents/index.js';
import { planFormat, runFormat } from '../../src/procedure/format-device.js';
import {
  checkDevice,
  ENTRY_STATES,
  inspect,
  requireEntries,
  selectEntries,
  u64,
} from '../../src/scan/index.js';
import { wcache } from '../cli/wcache.js';
import { decodeSlowly } from '../scan/slow-decoder.js';
import { tableLine } from './golden/commands.js';
import { expectedInspection, type ExpectedInspection } from './golden/expectation.js';
import { FIXTURES, readImage, readManifest, sha256, storedNames } from './golden/manifest.js';
import { firstDifference, paddingOf, withoutPadding } from './golden/padding.js';
import { predictedVerdict, verdictInBrief } from './golden/prediction.js';
import { recipes } from './golden/recipes.js';

const { images } = readManifest();
const names = images.map(({ name }) => name);

/** What `check` must find in an image; the others have no problem at all. */
const PROBLEMS: Readonly<Record<string, readonly string[]>> = {
  'cut-busy': ['uncommitted-entries'],
  'cut-uncommitted': ['uncommitted-entries'],
  'device-grown': ['device-resized'],
  'device-shrunk': ['area-too-small'],
  'every-kind': ['uncommitted-entries', 'stale-copies'],
  'format-cut-before': ['blank'],
  'format-torn': ['torn-format'],
  'format-torn-512': ['torn-format'],
  identical: ['identical-entries'],
  'identical-many': ['identical-entries'],
  'pmem-stale-6.1': ['uncommitted-entries', 'stale-copies'],
  'pmem-stale-6.12': ['uncommitted-entries', 'stale-copies'],
  'pmem-uncommitted-6.1': ['uncommitted-entries'],
  'pmem-uncommitted-6.12': ['uncommitted-entries'],
  stale: ['stale-copies'],
};

describe('the fixtures', () => {
  it('are the images of the manifest and of the recipes, and the README tells what each is', () => {
    expect(storedNames()).toEqual([...names].sort());
    expect(recipes.map(({ name }) => name).sort()).toEqual([...names].sort());
    const readme = readFileSync(join(FIXTURES, 'README.md'), 'utf8');
    for (const { name, what } of recipes) expect(readme).toContain(`- **${name}**: ${what}\n`);
  });

  it('have among them every state that a kernel can leave, and every kind of entry', () => {
    const states = new Set(images.map(({ expected }) => expected.state));
    expect([...states].sort()).toEqual(['blank', 'clean', 'damaged', 'dirty', 'torn']);
    for (const kind of ['free', 'live', 'stale', 'identical', 'uncommitted'] as const) {
      expect(images.some(({ expected }) => (expected.entries?.[kind] ?? 0) > 0)).toBe(true);
    }
  });
});

describe.each(images)('$name', (image) => {
  const { name, start_sector, mode, block_size, expected, verdict } = image;
  const startSector = BigInt(start_sector);
  const bytes = readImage(name);
  const device = (): MemoryDevice => new MemoryDevice(bytes.slice(), { name });

  it('is what the manifest says, and was made as the recipe says now', () => {
    expect(sha256(bytes)).toBe(image.sha256);
    const recipe = recipes.find((one) => one.name === name);
    expect(image).toMatchObject({
      what: recipe?.what,
      kernel: recipe?.kernel,
      mode: recipe?.mode,
      block_size: recipe?.blockSize,
      start_sector: recipe?.startSector,
      cache_bytes: recipe?.cacheBytes,
      origin_bytes: recipe?.originBytes,
      steps: recipe?.steps,
      end: recipe?.end,
      table: recipe === undefined ? '' : tableLine(recipe),
    });
    expect(image.padding_zeroed).toBe(mode === 's');
    if (image.padding_zeroed) expect(firstDifference(withoutPadding(bytes, start_sector), bytes)).toBeNull();
  });

  it('is inspected as the manifest and the other decoder have it', async () => {
    expect(expectedInspection(bytes, start_sector)).toEqual(expected);
    const inspection = await inspect(device(), { startSector });
    expect(comparable(inspectDocument(inspection, []))).toEqual(expected);
    if (expected.entries === null) return;

    const entries: unknown[] = [];
    for await (const batch of selectEntries(device(), requireEntries(inspection))) {
      for (let at = 0; at < batch.count; at += 1) {
        entries.push({
          index: batch.index[at],
          original_sector: u64(batch.sectorHi[at] ?? 0, batch.sectorLo[at] ?? 0),
          seq_count: u64(batch.seqHi[at] ?? 0, batch.seqLo[at] ?? 0),
          state: ENTRY_STATES[batch.state[at] ?? -1],
        });
      }
    }
    expect(entries).toEqual(
      decodeSlowly(bytes, start_sector).entries.map(({ index, original_sector, seq_count, state }) => ({
        index,
        original_sector,
        seq_count,
        state,
      })),
    );
  });

  it('is judged by check as by the kernel', async () => {
    const checked = await checkDevice(device(), {
      startSector,
      mode,
      blockSize: block_size,
      originBytes: BigInt(image.origin_bytes),
    });
    expect(verdictInBrief(verdict)).toEqual(predictedVerdict(checked));
    expect(checked.problems.map(({ code }) => code)).toEqual(PROBLEMS[name] ?? []);
    const [first] = checked.problems.find(({ code }) => code === 'identical-entries')?.examples ?? [];
    expect(verdict.outcome === 'refused' ? [] : verdict.kernel_log).toEqual(
      first === undefined
        ? []
        : [
            `writecache: two identical entries, position ${String(first.index)}, sector ${String(first.original_sector)}, sequence ${String(first.seq_count)}`,
          ],
    );
  });
});

describe.each(images.filter(({ name }) => name.startsWith('fresh-')))('our format and $name', (image) => {
  it('are the same in every byte that the kernel determines', async () => {
    const kernels = readImage(image.name);
    // Ones, so that a byte that we forget to write shows.
    const ours = new MemoryDevice(new Uint8Array(kernels.length).fill(0x55));
    await runFormat(ours, planFormat(ours, BigInt(image.start_sector), image.block_size));
    const start = image.start_sector * 512;
    const entriesEnd = paddingOf(kernels, image.start_sector)?.from ?? 0;
    expect(entriesEnd).toBeGreaterThan(start);
    expect(
      firstDifference(ours.bytes.subarray(start, entriesEnd), kernels.subarray(start, entriesEnd)),
    ).toBeNull();
  });
});

describe.each(['dirty-start-7', 'identical', 'format-torn', 'pmem-stale-6.12'])(
  'the command line and %s',
  (name) => {
    it('say the same as the manifest and the kernel', async () => {
      const image = images.find((one) => one.name === name);
      if (image === undefined) throw new Error(`${name} is missing`);
      const folder = await mkdtemp(join(tmpdir(), 'wcache-golden-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const path = join(folder, name);
      await writeFile(path, readImage(name));
      const where = [path, '--start-sector', String(image.start_sector), '--json'];

      const inspected = await wcache(['inspect', ...where]);
      expect(comparable(JSON.parse(inspected.stdout) as ExpectedInspection)).toEqual(image.expected);
      expect(inspected.status).toBe(image.expected.entries === null ? 4 : 0);

      const checked = await wcache([
        'check',
        ...where,
        '--mode',
        image.mode,
        '--block-size',
        String(image.block_size),
      ]);
      const { activation } = JSON.parse(checked.stdout) as { activation: Record<string, unknown> };
      const { verdict } = image;
      expect(activation).toMatchObject(
        verdict.outcome === 'refused'
          ? { mode: image.mode, outcome: 'refused', kernel_message: verdict.kernel_message }
          : {
              mode: image.mode,
              outcome: verdict.outcome,
              error: verdict.error,
              n_blocks: verdict.n_blocks,
              free_blocks: verdict.free_blocks,
            },
      );
      const isFine = verdict.outcome !== 'refused' && verdict.error === 0;
      expect(checked.status).toBe(isFine ? 0 : 6);
    });
  },
);

/** What of an inspection does not depend on where the image lies and how things are put into words. */
function comparable(document: object): object {
  const { size_bytes, start_sector, state, superblock, geometry, entries } = document as ExpectedInspection;
  return { size_bytes, start_sector, state, superblock, geometry, entries };
}
