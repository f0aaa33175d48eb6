import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Comparison, takeEvidence, type Evidence } from '../../src/crosscheck/index.js';
import { FaultyDevice, MemoryDevice } from '../../src/device/index.js';
import { Rig } from './rig.js';
import { WatchedDevice } from './watched-device.js';

function blocksOf({ blocks }: Evidence): number[] {
  return Array.from({ length: blocks.count }, (_, at) => blocks.sectorLo[at] ?? -1);
}

/** Ten live blocks of 512 bytes, so that a block's number is its sector. */
function tenBlocks(): Rig {
  const rig = new Rig({ blockSize: 512, nBlocks: 16 });
  for (let block = 0; block < 10; block += 1) rig.write(block * 2, 100 + block);
  rig.commit();
  return rig;
}

/** The evidence, with something done to the device as soon as block 0's data has been read. */
function whileReading(rig: Rig, change: () => void): Promise<Evidence> {
  let isDone = false;
  const device = new WatchedDevice(rig.cache, (offset) => {
    if (isDone || offset < rig.dataOffset(0)) return;
    isDone = true;
    change();
  });
  return takeEvidence(device, { startSector: 0n, level: 'full' });
}

describe('evidence', () => {
  it('has the newest copies and a digest of each', async () => {
    const rig = new Rig({ mode: 'p', nBlocks: 16, startSector: 8 });
    rig.write(3, 1);
    rig.commit();
    rig.write(3, 2);
    rig.write(9, 3);
    rig.commit();
    const evidence = await rig.evidence();
    expect(evidence).toMatchObject({
      ...{
        level: 'full',
        blockSize: 4096,
        startSector: 8n,
        changed: 0,
        unreadable: { count: 0, examples: [] },
      },
      counts: { free: 14, committed: 2, uncommitted: 0, live: 2 },
    });
    expect(Date.parse(evidence.takenAt)).toBeLessThanOrEqual(Date.now());
    expect(blocksOf(evidence)).toEqual([24, 72]);
    const digests = [2, 3].map((value) =>
      BigInt(`0x${createHash('sha256').update(rig.content(value)).digest('hex').slice(0, 16)}`),
    );
    expect([...evidence.blocks.digest].sort()).toEqual(digests.sort());
    expect(evidence.metadata).toEqual(rig.metadata());
  });

  it('tells how far it is', async () => {
    const seen: number[][] = [];
    await tenBlocks().evidence({ onProgress: (...progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual([10, 10]);
  });

  it('at the level of metadata has no digests', async () => {
    const evidence = await tenBlocks().evidence({ level: 'metadata' });
    expect(evidence.blocks).toMatchObject({ count: 0 });
    expect(evidence.blocks.digest).toHaveLength(0);
    expect(evidence.counts.live).toBe(10);
    expect(new Comparison(evidence).openBlocks).toBe(0);
  });

  it('of a sample has as many blocks as asked for', async () => {
    const rig = tenBlocks();
    expect((await rig.evidence({ level: 'sample', sampleBlocks: 3 })).blocks.count).toBe(3);
    expect((await rig.evidence({ level: 'sample' })).blocks.count).toBe(10);
  });

  it('of a clean cache is empty', async () => {
    const evidence = await new Rig().evidence({ level: 'sample' });
    expect(evidence).toMatchObject({ counts: { live: 0 }, blocks: { count: 0 } });
  });

  it('counts blocks that cannot be read', async () => {
    const rig = tenBlocks();
    const ranges = [{ offsetBytes: rig.dataOffset(4), lengthBytes: 1, on: 'read' as const }];
    const device = new FaultyDevice(rig.cache, { ranges });
    const evidence = await takeEvidence(device, { startSector: 0n, level: 'full' });
    expect(evidence.unreadable).toEqual({
      count: 1,
      examples: [{ original_sector: '8', index: 4, seq_count: '0' }],
    });
    expect(blocksOf(evidence)).toEqual([0, 2, 4, 6, 10, 12, 14, 16, 18]);
    rig.remove();
    const certificate = await rig.judge(evidence);
    expect(certificate.problems).toMatchObject([{ code: 'unreadable', count: 1 }]);
    expect(certificate.blocks).toMatchObject({ live: 10, examined: 9, proved: 9, unreadable: 1 });
  });

  it.each([63, 64 + 16 * 16])('refuses a device of %i bytes', async (sizeBytes) => {
    const rig = tenBlocks();
    const device = new MemoryDevice(rig.cache.bytes.slice(0, sizeBytes));
    await expect(takeEvidence(device, { startSector: 0n, level: 'full' })).rejects.toMatchObject({
      exitStatus: 4,
    });
  });
});

describe('evidence of a live cache', () => {
  it('keeps blocks that are written back while they are read', async () => {
    const rig = tenBlocks();
    const evidence = await whileReading(rig, () => {
      rig.drain();
    });
    expect(evidence).toMatchObject({ changed: 0, blocks: { count: 10 } });
    await new Comparison(evidence).compare(rig.origin);
  });

  it('leaves out blocks whose entries are for other blocks by then', async () => {
    const rig = tenBlocks();
    const evidence = await whileReading(rig, () => {
      rig.drain();
      // These take the free entries from 10 on, and go round to the first ones.
      rig.write(40, 500, 9);
      rig.commit();
    });
    expect(evidence.changed).toBe(3);
    expect(blocksOf(evidence)).toEqual([6, 8, 10, 12, 14, 16, 18]);
    rig.remove();
    const certificate = await rig.judge(evidence, { writesSinceEvidence: 'some' });
    expect(certificate).toMatchObject({
      ok: true,
      blocks: { live: 10, examined: 7, proved: 7, undecided: 3 },
    });
    expect(certificate.undecided).toMatchObject([{ code: 'no-evidence', count: 3 }]);
  });

  it('leaves out blocks whose entries are free again, but were for other blocks meanwhile', async () => {
    const rig = tenBlocks();
    const evidence = await whileReading(rig, () => {
      rig.drain();
      rig.write(40, 500, 9);
      rig.drain();
    });
    expect(evidence.changed).toBe(3);
    expect(blocksOf(evidence)).toEqual([6, 8, 10, 12, 14, 16, 18]);
  });

  it('leaves out blocks that were written again into the same entry', async () => {
    const rig = tenBlocks();
    const evidence = await whileReading(rig, () => {
      rig.view.setBigUint64(rig.entryOffset(2) + 8, 7n, true);
    });
    expect(evidence.changed).toBe(1);
    expect(blocksOf(evidence)).not.toContain(4);
  });

  it('finds newer content where a block was overwritten in place', async () => {
    const rig = tenBlocks();
    const evidence = await whileReading(rig, () => {
      rig.write(4, 900);
    });
    expect(evidence.changed).toBe(0);
    rig.remove();
    const certificate = await rig.judge(evidence, { writesSinceEvidence: 'some' });
    expect(certificate).toMatchObject({ ok: true, blocks: { proved: 9, proved_newer: 1 } });
  });
});

describe('compareWrittenBack', () => {
  it('looks at each block once, when its entry is free', async () => {
    const rig = tenBlocks();
    const evidence = await rig.evidence();
    const comparison = new Comparison(evidence);
    const origin = new WatchedDevice(rig.origin);
    expect(await comparison.compareWrittenBack(rig.cache, origin)).toBe(0);
    expect(origin.reads).toEqual([]);
    rig.drain();
    rig.spoil(6);
    // In ssd mode this block takes a free entry, and the one it had keeps its sector.
    rig.write(8, 900);
    rig.commit();
    expect(await comparison.compareWrittenBack(rig.cache, origin)).toBe(10);
    expect(comparison).toMatchObject({ provedBlocks: 9, openBlocks: 1 });
    expect(comparison.isOpen(3)).toBe(true);
    expect(await comparison.compareWrittenBack(rig.cache, origin)).toBe(0);
    rig.origin.write(rig.content(103), 6 * 512);
    await comparison.compare(origin);
    expect(comparison.openBlocks).toBe(0);
  });

  it('is interrupted by its signal', async () => {
    const rig = tenBlocks();
    const comparison = new Comparison(await rig.evidence());
    rig.drain();
    await expect(
      comparison.compareWrittenBack(rig.cache, rig.origin, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'interrupted' });
  });
});
