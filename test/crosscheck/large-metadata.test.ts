import { describe, expect, it } from 'vitest';
import {
  Comparison,
  judge,
  readMetadata,
  readWindow,
  takeEvidence,
  WindowVerdict,
  type JudgeQuestion,
} from '../../src/crosscheck/index.js';
import { MemoryDevice, SparseDevice, type BlockDevice } from '../../src/device/index.js';
import {
  ALL_ONES,
  encodeEntry,
  encodeSuperblock,
  freshSuperblock,
  geometryOf,
} from '../../src/format/index.js';

const N_BLOCKS = 2 ** 22 + 100;
const GEOMETRY = geometryOf(512, BigInt(N_BLOCKS));
const START_SECTOR = 8n;
/** Where the three blocks are in the cache; their sectors are 1, 2 and 3. */
const INDEXES = [5, 70_000, N_BLOCKS - 1];

/** A cache whose metadata are larger than what is kept of them. `values`: what the three blocks hold. */
function largeCache(seqCount: bigint, values: readonly number[]): BlockDevice {
  const start = START_SECTOR * 512n;
  const end = start + GEOMETRY.entriesEndBytes;
  const device = new SparseDevice(start + GEOMETRY.dataEndBytes, {
    name: 'large',
    fill: (target, offset) => {
      if (offset >= start && offset < end) target.fill(0xff);
    },
  });
  const superblock = { ...freshSuperblock(512, BigInt(N_BLOCKS)), seq_count: 5n };
  device.write(encodeSuperblock(superblock), start);
  for (const [at, index] of INDEXES.entries()) {
    const entry = encodeEntry({ original_sector: BigInt(at + 1), seq_count: seqCount });
    device.write(entry, start + 64n + BigInt(index) * 16n);
    const data = new Uint8Array(512).fill(values[at] ?? 0);
    device.write(data, start + GEOMETRY.dataOffsetBytes + BigInt(index) * 512n);
  }
  return device;
}

function originOf(...values: number[]): MemoryDevice {
  const origin = new MemoryDevice(5 * 512);
  for (const [at, value] of values.entries()) origin.write(new Uint8Array(512).fill(value), (at + 1) * 512);
  return origin;
}

function question(cache: BlockDevice, origin: BlockDevice): Omit<JudgeQuestion, 'evidence'> {
  return {
    ...{ name: null, startSector: START_SECTOR, mode: 's', level: 'full', comparison: null, window: null },
    ...{
      cache: { device: cache, path: 'cache', ids: [] },
      origin: { device: origin, path: 'origin', ids: [] },
    },
    ...{ writesSinceEvidence: 'none', writesSinceSuspend: 'none' },
  };
}

describe('metadata that are too large to be kept', () => {
  it('are judged by rule, and the blocks as always', { timeout: 60_000 }, async () => {
    const before = largeCache(3n, [11, 12, 13]);
    expect(readMetadata(before, START_SECTOR)).toBeNull();
    const evidence = await takeEvidence(before, { startSector: START_SECTOR, level: 'full' });
    expect(evidence).toMatchObject({ metadata: null, counts: { live: 3 }, blocks: { count: 3 } });

    const after = largeCache(ALL_ONES, [11, 12, 13]);
    const good = await judge({ ...question(after, originOf(11, 12, 13)), evidence });
    expect(good).toMatchObject({ ok: true, blocks: { proved: 3 }, metadata: { compared: 'by-rule' } });
    const lost = await judge({ ...question(after, originOf(11, 0, 13)), evidence });
    expect(lost).toMatchObject({ ok: false, blocks: { proved: 2, lost: 1 } });

    // Overwritten in place, and written back.
    const later = largeCache(ALL_ONES, [11, 22, 13]);
    const newer = { ...question(later, originOf(11, 22, 13)), writesSinceEvidence: 'some' as const };
    expect(await judge({ ...newer, evidence })).toMatchObject({
      ok: true,
      blocks: { proved: 2, proved_newer: 1 },
    });
    expect(await judge({ ...newer, evidence: null })).toMatchObject({ ok: true, blocks: { proved: 3 } });
  });

  it('leave the window the copies of open blocks', { timeout: 60_000 }, async () => {
    const evidence = await takeEvidence(largeCache(3n, [11, 12, 13]), {
      startSector: START_SECTOR,
      level: 'full',
    });
    const comparison = new Comparison(evidence);
    const origin = originOf(11, 22, 0);
    await comparison.compare(origin);
    const cache = largeCache(ALL_ONES, [11, 22, 13]);
    const asked = { cache, origin, startSector: START_SECTOR, before: null, budgetMs: 60_000 };
    const window = readWindow({ ...asked, comparison, pastCache: 'none' });
    expect(window).toMatchObject({ complete: false, failure: null, notFree: 0, lateLost: [] });
    expect([...window.verdicts]).toEqual([WindowVerdict.none, WindowVerdict.proved, WindowVerdict.none]);
    expect(readWindow({ ...asked, comparison: null, pastCache: 'none' })).toMatchObject({ complete: false });
  });
});
