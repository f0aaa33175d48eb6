import { beforeEach, describe, expect, it } from 'vitest';
import { Comparison, type Certificate, type Evidence } from '../../src/crosscheck/index.js';
import { FaultyDevice, MemoryDevice } from '../../src/device/index.js';
import { ALL_ONES } from '../../src/format/index.js';
import { codes, Rig, type RigOptions } from './rig.js';

const shapes: (RigOptions & { readonly blockSize: number })[] = [
  { mode: 's', blockSize: 4096, startSector: 0 },
  { mode: 's', blockSize: 512, startSector: 9 },
  { mode: 'p', blockSize: 4096, startSector: 8 },
  { mode: 'p', blockSize: 512, startSector: 1 },
];
const N_BLOCKS = 16;
/** Cached, written back, and cached again in another entry, so that two copies of it are there. */
const TWICE = 20;

/** What is planted after a removal is the only thing that is wrong. */
describe.each(shapes)('in $mode mode, blocks of $blockSize from sector $startSector', (shape) => {
  let rig: Rig;
  let evidence: Evidence;

  beforeEach(async () => {
    rig = new Rig({ ...shape, nBlocks: N_BLOCKS });
    rig.write(TWICE, 100);
    rig.drain();
    for (let block = 0; block < 6; block += 1) rig.write(block * 3, 200 + block);
    rig.write(TWICE, 300);
    rig.commit();
    evidence = await rig.evidence();
    rig.remove();
  });

  /** The entries with the sector of a block. */
  function entriesOf(block: number): number[] {
    const sector = BigInt(rig.sectorOf(block));
    return Array.from({ length: N_BLOCKS }, (_, index) => index).filter(
      (index) => rig.view.getBigUint64(rig.entryOffset(index), true) === sector,
    );
  }

  function setEntry(index: number, sector: bigint, seqCount = ALL_ONES): void {
    rig.view.setBigUint64(rig.entryOffset(index), sector, true);
    rig.view.setBigUint64(rig.entryOffset(index) + 8, seqCount, true);
  }

  /** The same judgement where nobody counted writes. */
  function judgeUnknowing(): Promise<Certificate> {
    return rig.judge(evidence, { writesSinceEvidence: 'unknown', writesSinceSuspend: 'unknown' });
  }

  it('nothing is found where nothing is wrong', async () => {
    expect(entriesOf(TWICE)).toHaveLength(2);
    const certificate = await rig.judge(evidence);
    expect(certificate).toMatchObject({ ok: true, problems: [], undecided: [] });
    expect(certificate.blocks).toMatchObject({ live: 7, examined: 7, proved: 7 });
    expect(await rig.judge(null)).toMatchObject({ ok: true, undecided: [], blocks: { live: 7, proved: 7 } });
  });

  it('an origin block that was altered is found', async () => {
    rig.spoil(6);
    const certificate = await rig.judge(evidence);
    const [index = -1] = entriesOf(6);
    expect(certificate.problems).toMatchObject([
      { code: 'block-lost', count: 1, examples: [{ original_sector: String(rig.sectorOf(6)), index }] },
    ]);
    expect(certificate.blocks).toMatchObject({ live: 7, proved: 6, lost: 1 });
    expect(certificate.metadata.compared).toBe('byte-for-byte');
  });

  it.each(['first', 'last'])('a single bit in the %s byte of a block is found', async (which) => {
    const at = 9 * shape.blockSize + (which === 'first' ? 0 : shape.blockSize - 1);
    rig.origin.bytes[at] = (rig.origin.bytes[at] ?? 0) ^ 0x40;
    expect(codes(await rig.judge(evidence))).toEqual(['block-lost']);
  });

  it('it is undecided where it may have been written since, and never proved', async () => {
    rig.spoil(6);
    for (const certificate of [
      await judgeUnknowing(),
      await rig.judge(evidence, { writesSinceSuspend: 'some' }),
    ]) {
      expect(certificate.ok).toBe(true);
      expect(certificate.undecided).toMatchObject([{ code: 'written-later', count: 1 }]);
      expect(certificate.blocks).toMatchObject({ proved: 6, undecided: 1, lost: 0 });
    }
    const without = await rig.judge(null);
    expect(without.undecided).toMatchObject([{ code: 'no-evidence', count: 1 }]);
  });

  it('a block that was not written back is found, although the origin has an older copy that the cache still holds', async () => {
    rig.spoil(TWICE, 100);
    expect(codes(await rig.judge(evidence))).toEqual(['block-lost']);
    const unknowing = await judgeUnknowing();
    expect(unknowing.blocks).toMatchObject({ proved: 6, proved_newer: 0, undecided: 1 });
  });

  it('a block that kept what the origin had before the cache is found', async () => {
    rig.spoil(3, -3);
    expect(codes(await rig.judge(evidence))).toEqual(['block-lost']);
  });

  it('what was not committed yet when the evidence was taken is no problem', async () => {
    const other = new Rig({ ...shape, nBlocks: N_BLOCKS });
    other.write(1, 800);
    other.commit();
    // In pmem mode the entry is on the medium at once.
    other.write(5, 801);
    const early = await other.evidence();
    expect(early.counts.uncommitted).toBe(shape.mode === 'p' ? 1 : 0);
    other.remove();
    const certificate = await other.judge(early, {
      writesSinceEvidence: shape.mode === 'p' ? 'none' : 'some',
    });
    expect(certificate).toMatchObject({ ok: true, blocks: { live: 1, proved: 1 } });
    expect(certificate.metadata.compared).toBe('by-rule');
  });

  it('an entry that is committed still is found, and how stale the origin is', async () => {
    const [index = -1] = entriesOf(9);
    setEntry(index, BigInt(rig.sectorOf(9)), 1n);
    const same = await rig.judge(evidence);
    expect(codes(same)).toEqual(['not-written-back']);
    expect(same.problems[0]?.message).toContain('(none does)');
    expect(same.metadata).toMatchObject({ committed: 1, free: N_BLOCKS - 1, differing: 1 });

    rig.spoil(9);
    const stale = await rig.judge(evidence);
    expect(codes(stale)).toEqual(['not-written-back']);
    expect(stale.problems[0]?.message).toContain('(1 does)');
    expect(stale.blocks).toMatchObject({ proved: 6, lost: 0, not_written_back: 1 });
    const without = await rig.judge(null);
    expect(codes(without)).toEqual(['not-written-back']);
    expect(without.blocks).toMatchObject({ live: 7, examined: 6, proved: 6, not_written_back: 1 });
    expect(codes(await judgeUnknowing())).toEqual(['not-written-back']);
    expect(codes(await rig.judge(evidence, { level: 'metadata' }))).toEqual(['not-written-back']);
  });

  it('an entry that nobody committed is found', async () => {
    const [index = -1] = entriesOf(9);
    setEntry(index, BigInt(rig.sectorOf(9)), evidence.superblock.seq_count);
    expect(codes(await rig.judge(evidence))).toEqual(['uncommitted-entry']);
    expect(codes(await rig.judge(null))).toEqual(['uncommitted-entry']);
  });

  it('a suspend without flush_on_suspend is found', async () => {
    const other = new Rig({ ...shape, nBlocks: N_BLOCKS });
    for (let block = 0; block < 5; block += 1) other.write(block, 400 + block);
    other.commit();
    const before = await other.evidence();
    other.target.suspend();
    for (const certificate of [await other.judge(before), await other.judge(null)]) {
      expect(certificate.problems).toMatchObject([{ code: 'not-written-back', count: 5 }]);
      expect(certificate.problems[0]?.message).toContain('(5 do)');
    }
  });

  it.each([
    ['magic', 0],
    ['magic', 3],
    ['version', 4],
    ['pad', 12],
    ['seq_count', 24],
    ['seq_count', 31],
    ['reserved', 32],
    ['reserved', 63],
  ])('another %s in the superblock (byte %i) is found', async (_field, byte) => {
    const at = Number(rig.startSector) * 512 + byte;
    rig.cache.bytes[at] = (rig.cache.bytes[at] ?? 0) ^ 0x01;
    const certificate = await rig.judge(evidence);
    expect(codes(certificate)).toContain('superblock-differs');
    expect(certificate.superblock.as_predicted).toBe(false);
    // The entries are judged all the same.
    expect(certificate.metadata.entries).toBe(N_BLOCKS);
    expect(certificate.blocks.proved).toBe(7);
  });

  it('a seq_count that fell is found by rule', async () => {
    rig.view.setBigUint64(Number(rig.startSector) * 512 + 24, evidence.superblock.seq_count - 1n, true);
    expect(codes(await judgeUnknowing())).toEqual(['superblock-differs']);
  });

  it('a superblock that was zeroed is found, and the blocks are judged', async () => {
    rig.cache.bytes.fill(0, Number(rig.startSector) * 512, Number(rig.startSector) * 512 + 64);
    const certificate = await rig.judge(evidence);
    expect(codes(certificate)).toEqual(['superblock-differs']);
    expect(certificate.blocks.proved).toBe(7);
    await expect(rig.judge(null)).rejects.toMatchObject({ code: 'no-entries' });
  });

  it.each([
    ['block_size', 8, 1024],
    ['block_size', 8, 1000],
    ['n_blocks', 16, N_BLOCKS - 1],
    ['n_blocks', 16, N_BLOCKS + 1],
  ])('another %s (byte %i: %i) is another cache', async (_field, byte, value) => {
    rig.view.setUint32(Number(rig.startSector) * 512 + byte, value, true);
    await expect(rig.judge(evidence)).rejects.toMatchObject({ code: 'other-cache', exitStatus: 4 });
  });

  it('a free entry with another sector is found', async () => {
    const [index = -1] = entriesOf(9);
    setEntry(index, BigInt(rig.sectorOf(40)));
    const certificate = await rig.judge(evidence);
    expect(certificate.problems).toMatchObject([
      { code: 'metadata-differs', count: 1, examples: [{ index }] },
    ]);
    expect(certificate.metadata.differing).toBe(1);
  });

  it('a free entry whose sector differs in its upper half only is found', async () => {
    const [index = -1] = entriesOf(9);
    setEntry(index, BigInt(rig.sectorOf(9)) + 2n ** 40n);
    expect(codes(await rig.judge(evidence))).toEqual(['metadata-differs']);
  });

  it('a used entry that is unused again is found by rule', async () => {
    const [index = -1] = entriesOf(9);
    setEntry(index, ALL_ONES);
    const certificate = await judgeUnknowing();
    expect(certificate.problems).toMatchObject([
      { code: 'metadata-differs', count: 1, examples: [{ index }] },
    ]);
    expect(certificate.metadata.compared).toBe('by-rule');
  });

  it('a sector at which no block begins is found by rule', async () => {
    if (shape.blockSize === 512) return;
    setEntry(entriesOf(9)[0] ?? -1, BigInt(rig.sectorOf(9)) + 1n);
    expect(codes(await judgeUnknowing())).toEqual(['metadata-differs']);
    expect(codes(await rig.judge(null))).toEqual(['metadata-differs']);
  });

  it('evidence of a cache of another shape is refused', async () => {
    const other = new Rig({ ...shape, nBlocks: N_BLOCKS + 1 });
    await expect(rig.judge(await other.evidence())).rejects.toMatchObject({ code: 'other-cache' });
  });

  it('evidence of another cache of the same shape is found out', async () => {
    const other = new Rig({ ...shape, nBlocks: N_BLOCKS });
    for (let block = 0; block < 9; block += 1) other.write(block, 700 + block);
    other.commit();
    const certificate = await rig.judge(await other.evidence());
    expect(codes(certificate)).toEqual(['block-lost', 'metadata-differs', 'superblock-differs']);
    expect(certificate.blocks.proved).toBe(0);
  });

  it('another origin is found out', async () => {
    const device = new MemoryDevice(rig.origin.bytes.length, { name: 'other' });
    const certificate = await rig.judge(evidence, { origin: { device, path: 'other', ids: [] } });
    expect(certificate.problems).toMatchObject([{ code: 'block-lost', count: 7 }]);
  });

  it('an origin that is too short is found out, whatever was written since', async () => {
    const device = new MemoryDevice(10 * shape.blockSize, { name: 'short' });
    device.bytes.set(rig.origin.bytes.subarray(0, device.bytes.length));
    const origin = { device, path: 'short', ids: [] };
    const certificate = await rig.judge(evidence, { origin, writesSinceSuspend: 'some' });
    expect(certificate.problems).toMatchObject([{ code: 'block-lost', count: 3 }]);
    expect(certificate.problems[0]?.message).toContain('beyond the end of the origin');
    expect(certificate.blocks).toMatchObject({ proved: 4, lost: 3 });
    expect((await rig.judge(null, { origin })).blocks).toMatchObject({ proved: 4, lost: 3 });
  });

  it('a cache device that is too short is refused', async () => {
    const device = new MemoryDevice(rig.cache.bytes.slice(0, -1), { name: 'short' });
    const cache = { device, path: 'short', ids: [] };
    await expect(rig.judge(evidence, { cache })).rejects.toMatchObject({ code: 'too-small', exitStatus: 4 });
    await expect(rig.judge(null, { cache })).rejects.toMatchObject({ code: 'no-entries', exitStatus: 4 });
    const tiny = { device: new MemoryDevice(63), path: 'tiny', ids: [] };
    await expect(rig.judge(evidence, { cache: tiny })).rejects.toMatchObject({ code: 'too-small' });
    await expect(rig.judge(null, { cache: tiny })).rejects.toMatchObject({ code: 'too-small' });
  });

  it('an unreadable sector of the origin is a problem, and costs one block', async () => {
    const range = { offsetBytes: 6 * shape.blockSize, lengthBytes: 1, on: 'read' as const };
    const origin = { device: new FaultyDevice(rig.origin, { ranges: [range] }), path: 'origin', ids: [] };
    for (const certificate of [await rig.judge(evidence, { origin }), await rig.judge(null, { origin })]) {
      expect(certificate.problems).toMatchObject([
        { code: 'unreadable', count: 1, examples: [{ original_sector: String(rig.sectorOf(6)) }] },
      ]);
      expect(certificate.blocks).toMatchObject({ proved: 6, unreadable: 1, lost: 0 });
    }
    const comparison = new Comparison(evidence);
    await comparison.compare(origin.device);
    expect(comparison).toMatchObject({ provedBlocks: 6, openBlocks: 1, unreadableBlocks: 1 });
  });

  it('an unreadable block of the cache is a problem', async () => {
    const [index = -1] = entriesOf(6);
    const range = { offsetBytes: rig.dataOffset(index), lengthBytes: 1, on: 'read' as const };
    const device = new FaultyDevice(rig.cache, { ranges: [range] });
    const cache = { device, path: 'cache', ids: [] };
    expect(codes(await rig.judge(null, { cache }))).toEqual(['unreadable']);
    // With evidence the cache's copy is not needed.
    expect(await rig.judge(evidence, { cache })).toMatchObject({ ok: true, blocks: { proved: 7 } });
    rig.spoil(6);
    expect(codes(await rig.judge(evidence, { cache }))).toEqual(['block-lost']);
  });

  it('metadata that cannot be read is an error, not a verdict', async () => {
    const range = { offsetBytes: rig.entryOffset(3), lengthBytes: 1, on: 'read' as const };
    const cache = { device: new FaultyDevice(rig.cache, { ranges: [range] }), path: 'cache', ids: [] };
    await expect(rig.judge(evidence, { cache })).rejects.toMatchObject({ code: 'io-error', exitStatus: 1 });
    await expect(rig.judge(null, { cache })).rejects.toMatchObject({ code: 'io-error' });
  });

  it('a level of metadata leaves the blocks alone and says so', async () => {
    rig.spoil(6);
    const certificate = await rig.judge(evidence, { level: 'metadata' });
    expect(certificate).toMatchObject({ ok: true, level: 'metadata' });
    expect(certificate.undecided).toMatchObject([{ code: 'not-compared', count: 7 }]);
    expect(certificate.blocks).toMatchObject({ live: 7, examined: 0, proved: 0, undecided: 7 });
    expect((await rig.judge(null, { level: 'metadata' })).undecided).toMatchObject([
      { code: 'not-compared', count: 7 },
    ]);
  });

  it('a sample says what it left out', async () => {
    const other = new Rig({ ...shape, nBlocks: N_BLOCKS });
    for (let block = 0; block < 10; block += 1) other.write(block * 2, 500 + block);
    other.commit();
    const sample = await other.evidence({ level: 'sample', sampleBlocks: 4 });
    other.remove();
    const certificate = await other.judge(sample, { level: 'sample' });
    expect(certificate).toMatchObject({ ok: true, level: 'sample' });
    expect(certificate.blocks).toMatchObject({ live: 10, examined: 4, proved: 4, undecided: 6 });
    expect(certificate.undecided).toMatchObject([{ code: 'not-compared', count: 6 }]);
    for (let block = 0; block < 10; block += 1) other.spoil(block * 2);
    expect((await other.judge(sample)).blocks).toMatchObject({ lost: 4, undecided: 6 });
  });

  it('is interrupted by its signal', async () => {
    const signal = AbortSignal.abort();
    await expect(rig.judge(evidence, { signal })).rejects.toMatchObject({ code: 'interrupted' });
    await expect(rig.judge(null, { signal })).rejects.toMatchObject({ code: 'interrupted' });
    await expect(rig.evidence({ signal })).rejects.toMatchObject({ code: 'interrupted' });
    await expect(new Comparison(evidence).compare(rig.origin, { signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });
});
