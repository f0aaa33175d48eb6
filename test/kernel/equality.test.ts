import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/index.js';
import { COMMON_BLOCK_SIZES } from '../../src/format/index.js';
import { planFormat, runFormat } from '../../src/procedure/format-device.js';
import { boot, createSparse, labReadiness, type KernelName } from '../lab/index.js';
import {
  areaSizes,
  describeCase,
  deviceBytes,
  pmemCases,
  ssdCases,
  steppingSizes,
  type EqualityCase,
} from './equality/cases.js';
import { disagreements, expectation, noisyMedium, paddingOf } from './equality/compare.js';
import { refusalWords, runSteps } from './fuzz/mapper.js';

/*
 * The kernel formats, and we format; both on media with the same noise. All metadata must come out the same byte for byte, no other byte may
 * be touched, and where no cache fits both must refuse, the kernel with the words that we foretell.
 *
 * One file is the medium of all cases: each is a linear mapping of a part of it.
 */

const SECTOR = 512;
const PAGE = 4096;
const ORIGIN_SECTORS = 131_072;
/** DAX maps whole pages. */
const PART_ALIGNMENT = PAGE;
const PMEM_UNIT = 2 * 1024 * 1024;
const STEPS_LIMIT_MS = 240_000;

interface Setting {
  readonly kernel: KernelName;
  readonly mode: 'p' | 's';
  readonly cases: readonly EqualityCase[];
}

const SETTINGS: readonly Setting[] = [
  { kernel: 'uml-6.1', mode: 's', cases: ssdCases([0, 1, 7, 8, 64, 255]) },
  // An emulated processor takes 0.2 s for each.
  { kernel: 'debian-6.12', mode: 'p', cases: pmemCases([0, 1, 7]) },
];

let directory: string;

beforeAll(async () => {
  const readiness = await labReadiness(SETTINGS.map(({ kernel }) => kernel));
  if (!readiness.ready) throw new Error(readiness.reason);
  directory = await mkdtemp(join(tmpdir(), 'equality-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('the sizes', () => {
  it.each(COMMON_BLOCK_SIZES)('for blocks of %i bytes are 30 or more', (blockSize) => {
    const sizes = areaSizes(blockSize);
    expect(sizes.length).toBeGreaterThanOrEqual(30);
    expect(sizes).toContain(2 * blockSize - SECTOR);
    expect(sizes).toContain(2 * blockSize);
    expect(sizes.filter((size) => size % blockSize !== 0).length > 0).toBe(blockSize > SECTOR);
    expect(sizes).toEqual(expect.arrayContaining(steppingSizes(blockSize)));
  });
});

describe.each(['s', 'p'] as const)('the comparison in mode %s', (mode) => {
  const one = { blockSize: 512, startSector: 1, areaBytes: 4096 };
  const medium = noisyMedium(one, mode, 1);
  const formatted = async (): Promise<Buffer> => {
    const device = new MemoryDevice(Buffer.from(medium));
    await runFormat(device, planFormat(device, 1n, one.blockSize));
    return Buffer.from(device.bytes);
  };

  it('takes our own format for equal, and notices every byte but those that the kernel leaves unset in ssd mode', async () => {
    const bytes = await formatted();
    const expected = await expectation(one, mode, medium);
    expect(disagreements(expected, { refusal: undefined, bytes })).toEqual([]);
    const unnoticed = [...bytes.keys()].filter((at) => {
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(at) ^ 1, at);
      return disagreements(expected, { refusal: undefined, bytes: other }).length === 0;
    });
    const padding = paddingOf(one);
    expect(padding).toEqual({ from: 512 + 64 + 7 * 16, to: 512 + 512 });
    const exempt = [...bytes.keys()].slice(padding?.from, padding?.to);
    expect(unnoticed).toEqual(mode === 's' ? exempt : []);
  });
});

describe.each(SETTINGS)('what $kernel formats in mode $mode', ({ kernel, mode, cases }) => {
  it('is what we format, byte for byte', async () => {
    let end = 0;
    const parts = cases.map((one, index) => {
      const offset = end;
      end += Math.ceil(deviceBytes(one) / PART_ALIGNMENT) * PART_ALIGNMENT;
      return { one, offset, medium: noisyMedium(one, mode, index) };
    });
    const cache = join(directory, `${kernel}-cache`);
    const file = await open(cache, 'w');
    for (const { offset, medium } of parts) await file.write(medium, 0, medium.length, offset);
    await file.truncate(Math.ceil(end / PMEM_UNIT) * PMEM_UNIT);
    await file.close();

    const origin = { path: await createSparse(join(directory, `${kernel}-origin`), ORIGIN_SECTORS * SECTOR) };
    const guest = await boot(
      mode === 'p'
        ? { kernel, disks: [origin], pmem: [{ path: cache }] }
        : { kernel, disks: [origin, { path: cache }] },
    );
    const [slow = '', second = ''] = guest.disks;
    const fast = mode === 'p' ? (guest.pmem[0] ?? '') : second;
    const stepsOf = ({ one, offset }: (typeof parts)[number]): string[] => [
      `load part ${String(deviceBytes(one) / SECTOR)} linear ${fast} ${String(offset / SECTOR)}`,
      `load wc ${String(ORIGIN_SECTORS)} writecache ${mode} ${slow} @part ${String(one.blockSize)} 2 start_sector ${String(one.startSector)}`,
      'load wc 1 error',
    ];
    const steps = ['create part', 'create wc', ...parts.flatMap(stepsOf)];
    const results = await runSteps(guest, steps, STEPS_LIMIT_MS).finally(() => guest.shutdown());

    const after = await readFile(cache);
    const found: string[] = [];
    for (const [index, { one, offset, medium }] of parts.entries()) {
      const [part, load, removal] = results.slice(2 + 3 * index);
      const refusal = load?.ok === true ? undefined : (refusalWords(load?.log ?? []) ?? load?.text);
      const bytes = after.subarray(offset, offset + medium.length);
      const differences = disagreements(await expectation(one, mode, medium), { refusal, bytes });
      if (part?.ok !== true || removal?.ok !== true) {
        differences.push(`${String(part?.text)} ${String(removal?.text)}`);
      }
      found.push(...differences.map((difference) => `${describeCase(one)}: ${difference}`));
    }
    expect(found).toEqual([]);
  });
});
