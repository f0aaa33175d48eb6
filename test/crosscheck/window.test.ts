import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Comparison,
  readWindow,
  WindowVerdict,
  type Evidence,
  type WindowQuestion,
  type WindowReading,
} from '../../src/crosscheck/index.js';
import { FaultyDevice, MemoryDevice } from '../../src/device/index.js';
import { codes, Rig, type RigOptions } from './rig.js';
import { WatchedDevice } from './watched-device.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const shapes: RigOptions[] = [
  { mode: 's', blockSize: 4096, startSector: 0 },
  { mode: 's', blockSize: 512, startSector: 9 },
  { mode: 'p', blockSize: 4096, startSector: 8 },
  { mode: 'p', blockSize: 512, startSector: 1 },
];

describe.each(shapes)('the window, $mode mode, blocks of $blockSize from sector $startSector', (shape) => {
  let rig: Rig;
  let evidence: Evidence;
  let comparison: Comparison;

  /** Six blocks are cached when the evidence is taken; then all is written back and compared. */
  beforeEach(async () => {
    rig = new Rig({ ...shape, nBlocks: 32 });
    for (let block = 0; block < 6; block += 1) rig.write(block * 3, 200 + block);
    rig.commit();
    evidence = await rig.evidence();
    comparison = new Comparison(evidence);
  });

  async function drainAndCompare(): Promise<void> {
    rig.drain();
    await comparison.compare(rig.origin);
  }

  function read(before: Uint8Array | null, others: Partial<WindowQuestion> = {}): WindowReading {
    const { cache, origin, startSector } = rig;
    const question = { cache, origin, startSector, comparison, before, pastCache: 'none' as const };
    return readWindow({ ...question, budgetMs: 60_000, ...others });
  }

  it('proves what was written since the last look', async () => {
    await drainAndCompare();
    rig.write(30, 500, 3);
    const before = rig.metadata();
    rig.write(40, 600, 2);
    rig.remove();
    const window = read(before);
    expect(window).toMatchObject({
      complete: true,
      failure: null,
      notFree: 0,
      lateLost: [],
      lateUndecided: [],
    });
    expect(window.lateProved).toBe(5);
    const certificate = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(certificate).toMatchObject({ ok: true, undecided: [] });
    expect(certificate.blocks).toMatchObject({ live: 6, proved: 6, proved_newer: 0, proved_late: 5 });
  });

  it('proves blocks of the evidence that are overwritten, before and after the last look', async () => {
    rig.write(3, 700);
    await drainAndCompare();
    expect(comparison.openBlocks).toBe(1);
    rig.write(6, 701);
    const before = rig.metadata();
    rig.write(9, 702);
    rig.remove();
    const window = read(before);
    expect(window).toMatchObject({ complete: true, lateProved: 0, lateLost: [] });
    const verdicts = [1, 2, 3].map((block) => window.verdicts[block]);
    expect(verdicts).toEqual([WindowVerdict.proved, WindowVerdict.proved, WindowVerdict.proved]);
    // After the resume a program overwrites the first of them on the origin.
    rig.spoil(3, 900);
    const certificate = await rig.judge(evidence, {
      ...{ comparison, window, writesSinceEvidence: 'some', writesSinceSuspend: 'some' },
    });
    expect(certificate).toMatchObject({ ok: true, undecided: [] });
    expect(certificate.blocks).toMatchObject({ live: 6, proved_newer: 1, proved: 5, lost: 0 });
  });

  it('finds a block that was lost under later writes', async () => {
    await drainAndCompare();
    rig.write(30, 500, 3);
    const before = rig.metadata();
    rig.write(40, 600, 3);
    rig.remove();
    rig.spoil(31, -31);
    rig.spoil(41, -41);
    const window = read(before);
    expect(window.lateLost.map(({ original_sector: sector }) => sector).sort()).toEqual(
      [31, 41].map((block) => String(rig.sectorOf(block))).sort(),
    );
    expect(window.lateProved).toBe(4);
    const certificate = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(certificate.problems).toMatchObject([{ code: 'block-lost', count: 2 }]);
    expect(certificate.blocks).toMatchObject({ proved: 6, proved_late: 4, lost: 2 });
  });

  it('does not prove a block by what was overwritten between the compare and the last look', async () => {
    await drainAndCompare();
    rig.write(3, 700);
    rig.drain();
    // That was lost: the origin has what the evidence has.
    rig.spoil(3, 201);
    const before = rig.metadata();
    rig.remove();
    const window = read(before);
    expect(window).toMatchObject({ complete: true, lateLost: [] });
    const certificate = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(certificate.undecided).toMatchObject([{ code: 'written-later', count: 1 }]);
    expect(certificate.blocks).toMatchObject({ proved: 5, proved_newer: 0, undecided: 1 });
    rig.spoil(3, 700);
    const good = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(good).toMatchObject({ ok: true, undecided: [], blocks: { proved: 5, proved_newer: 1 } });
  });

  it('finds a later write that was lost over a block that was proved already', async () => {
    await drainAndCompare();
    expect(comparison.openBlocks).toBe(0);
    rig.write(3, 700);
    const before = rig.metadata();
    rig.remove();
    // The origin has what the evidence has: the later write did not reach it.
    rig.spoil(3, 201);
    const window = read(before);
    expect(window.verdicts[1]).toBe(WindowVerdict.lost);
    expect(window.lateLost).toEqual([]);
    const certificate = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(certificate.problems).toMatchObject([
      { code: 'block-lost', count: 1, examples: [{ original_sector: String(rig.sectorOf(3)) }] },
    ]);
    expect(certificate.blocks).toMatchObject({ live: 6, proved: 5, lost: 1 });
  });

  it('cannot tell a loss where something came to the origin past the cache', async () => {
    await drainAndCompare();
    rig.write(30, 500, 3);
    rig.write(3, 700);
    const before = rig.metadata();
    rig.remove();
    rig.spoil(31, -31);
    rig.spoil(3, 901);
    for (const pastCache of ['some', 'unknown'] as const) {
      const window = read(before, { pastCache });
      expect(window).toMatchObject({ lateLost: [], lateProved: 2 });
      expect(window.lateUndecided).toMatchObject([{ original_sector: String(rig.sectorOf(31)) }]);
      expect(window.verdicts[1]).toBe(WindowVerdict.undecided);
      const certificate = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
      // The block of the evidence had been proved, but not what was written over it since.
      expect(certificate.undecided).toMatchObject([{ code: 'written-later', count: 2 }]);
      expect(certificate.blocks).toMatchObject({ live: 6, proved: 5, proved_late: 2, undecided: 2 });
    }
  });

  it('cannot tell a loss from a write into a free entry that had the same sector already', async () => {
    rig.write(30, 500);
    await drainAndCompare();
    // The entry of block 30 is free, with its sector; the block is cached again in another one.
    rig.write(30, 501);
    const before = rig.metadata();
    rig.write(40, 600);
    rig.remove();
    rig.spoil(30, 500);
    const window = read(before);
    expect(window).toMatchObject({ lateLost: [], lateProved: 1 });
    expect(window.lateUndecided).toMatchObject([{ original_sector: String(rig.sectorOf(30)) }]);
  });

  it('does not take an older copy for a later one', async () => {
    // Block 3 is cached in a second entry, and the first one keeps its sector and its older content.
    rig.drain();
    rig.write(3, 800);
    rig.commit();
    const second = await rig.evidence();
    const opened = new Comparison(second);
    rig.drain();
    rig.spoil(3, 201);
    await opened.compare(rig.origin);
    expect(opened.openBlocks).toBe(1);
    const before = rig.metadata();
    rig.remove();
    expect(read(before, { comparison: opened }).verdicts[0]).toBe(WindowVerdict.none);
    rig.spoil(3, 800);
    expect(read(before, { comparison: opened }).verdicts[0]).toBe(WindowVerdict.proved);
  });

  it('leaves undecided which of several later copies is the newest', async () => {
    await drainAndCompare();
    rig.write(3, 700);
    rig.drain();
    const before = rig.metadata();
    rig.write(3, 701);
    rig.remove();
    rig.spoil(3, 700);
    const window = read(before);
    expect(window.verdicts[1]).toBe(WindowVerdict.undecided);
    const certificate = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(certificate.undecided).toMatchObject([{ code: 'written-later', count: 1 }]);
    expect(certificate.blocks).toMatchObject({ proved: 5, proved_newer: 0 });
    rig.spoil(3, 701);
    expect(read(before).verdicts[1]).toBe(WindowVerdict.proved);
  });

  it('can tell it where no commit was made since', async () => {
    rig.write(30, 500);
    await drainAndCompare();
    rig.write(30, 501);
    rig.commit();
    const before = rig.metadata();
    rig.remove();
    rig.spoil(30, 500);
    expect(read(before).lateLost).toMatchObject([{ original_sector: String(rig.sectorOf(30)) }]);
  });

  it('sees that entries are not free', () => {
    const before = rig.metadata();
    rig.target.suspend();
    expect(read(before)).toMatchObject({ notFree: 6, failure: null });
  });

  it('says that it was not complete where there was no time', async () => {
    rig.write(30, 500, 3);
    const before = rig.metadata();
    rig.remove();
    const window = read(before, { budgetMs: -1 });
    expect(window).toMatchObject({ complete: false, lateProved: 0, lateLost: [], failure: null });
    const certificate = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(certificate).toMatchObject({ ok: true, blocks: { proved: 6 } });
  });

  it('calls nothing lost that it had no time to explain', async () => {
    rig.write(30, 500);
    await drainAndCompare();
    rig.write(30, 501);
    const before = rig.metadata();
    rig.write(40, 600);
    rig.remove();
    rig.spoil(30, -30);
    expect(read(before).lateLost).toHaveLength(1);
    // The time is over when the copies that could explain it would be read.
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const origin = new WatchedDevice(rig.origin, () => (nowMs = 1000));
    const window = read(before, { origin, budgetMs: 100 });
    expect(origin.reads.length).toBeGreaterThan(0);
    expect(window).toMatchObject({ complete: false, lateLost: [] });
    expect(window.lateUndecided).toHaveLength(1);
  });

  it('compares the open blocks where there is no earlier look', () => {
    rig.write(3, 700);
    rig.remove();
    const window = read(null);
    expect(window).toMatchObject({ complete: false, lateProved: 0 });
    expect([...window.verdicts]).toEqual(Array.from({ length: 6 }, () => WindowVerdict.proved));
  });

  it('needs no evidence', () => {
    rig.write(30, 500, 2);
    const before = rig.metadata();
    rig.remove();
    rig.spoil(31, -31);
    const window = read(before, { comparison: null });
    expect(window).toMatchObject({ complete: true, lateProved: 7 });
    expect(window.lateLost).toHaveLength(1);
    expect(window.verdicts).toHaveLength(0);
  });

  it('says what it could not read', async () => {
    await drainAndCompare();
    rig.write(30, 500, 3);
    rig.write(3, 700);
    const before = rig.metadata();
    rig.remove();
    const { blockSize } = rig;
    const ranges = [3, 31].map((block) => ({
      ...{ offsetBytes: block * blockSize, lengthBytes: blockSize, on: 'read' as const },
    }));
    const faulty = new FaultyDevice(rig.origin, { ranges });
    const window = read(before, { origin: faulty });
    expect(window).toMatchObject({
      complete: true,
      lateProved: 2,
      lateLost: [],
      lateUndecided: [],
      unreadable: 2,
    });
    expect(window.lateUnreadable).toMatchObject([{ original_sector: String(rig.sectorOf(31)) }]);
    expect(window.verdicts[1]).toBe(WindowVerdict.unreadable);
    const origin = { device: faulty, path: 'origin', ids: [] };
    const asked = { comparison, window, writesSinceEvidence: 'some' as const };
    const certificate = await rig.judge(evidence, { ...asked, origin });
    // One was proved before it could not be read any more; what was written over it was not.
    expect(certificate.problems).toMatchObject([{ code: 'unreadable', count: 2 }]);
    expect(certificate.undecided).toEqual([]);
    expect(certificate.blocks).toMatchObject({ live: 6, proved: 5, proved_late: 2, unreadable: 2 });
  });

  it('of an open block that could not be read, neither is told to be other content', async () => {
    rig.write(3, 700);
    const before = rig.metadata();
    rig.remove();
    const range = { offsetBytes: 3 * rig.blockSize, lengthBytes: 1, on: 'read' as const };
    const faulty = new FaultyDevice(rig.origin, { ranges: [range] });
    const window = read(before, { origin: faulty });
    expect(window).toMatchObject({ unreadable: 1, lateUnreadable: [] });
    const origin = { device: faulty, path: 'origin', ids: [] };
    const certificate = await rig.judge(evidence, {
      comparison,
      window,
      origin,
      writesSinceEvidence: 'some',
    });
    expect(certificate.problems).toMatchObject([{ code: 'unreadable', count: 1 }]);
    expect(certificate.undecided).toEqual([]);
  });

  it('without time leaves it to the judgement what was written over blocks that were proved', async () => {
    await drainAndCompare();
    rig.write(3, 700);
    rig.write(30, 500, 2);
    const before = rig.metadata();
    rig.remove();
    const window = read(before, { budgetMs: -1 });
    expect(window).toMatchObject({ complete: false, lateProved: 0, unseen: { count: 2 } });
    expect([...window.verdicts]).toEqual([0, WindowVerdict.undecided, 0, 0, 0, 0]);
    const certificate = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(certificate.ok).toBe(true);
    expect(certificate.undecided).toEqual([]);
    expect(certificate.blocks).toMatchObject({ live: 6, proved: 5, proved_newer: 1, proved_late: 2 });

    rig.spoil(3, 900);
    rig.spoil(31, 901);
    const other = await rig.judge(evidence, { comparison, window, writesSinceEvidence: 'some' });
    expect(other.undecided).toMatchObject([{ code: 'written-later', count: 2 }]);
    expect(other.blocks).toMatchObject({ live: 6, proved: 5, proved_newer: 0, proved_late: 1, undecided: 2 });
  });

  it.each(['before', 'after'])(
    'without a look, an overwrite that is not on the origin is not proved (%s the drain)',
    async (when) => {
      if (when === 'after') await drainAndCompare();
      rig.write(3, 700);
      rig.remove();
      // The origin has the content of the evidence, and the cache a later one.
      rig.spoil(3, 201);
      const certificate = await rig.judge(evidence, { comparison, writesSinceEvidence: 'unknown' });
      expect(certificate.undecided).toMatchObject([{ code: 'written-later', count: 1 }]);
      expect(certificate.blocks).toMatchObject({ proved: 5, proved_newer: 0, undecided: 1 });
    },
  );

  it('takes what lies beyond the end of the origin for lost', async () => {
    await drainAndCompare();
    rig.write(60, 500, 2);
    const before = rig.metadata();
    rig.remove();
    const short = new MemoryDevice(rig.origin.bytes.slice(0, 61 * rig.blockSize));
    const window = read(before, { origin: short, pastCache: 'some' });
    expect(window.lateLost).toMatchObject([{ original_sector: String(rig.sectorOf(61)) }]);
    expect(window.lateProved).toBe(1);
  });

  it('says why it could not look', async () => {
    const before = rig.metadata();
    rig.remove();
    const range = { offsetBytes: rig.entryOffset(2), lengthBytes: 1, on: 'read' as const };
    const window = read(before, { cache: new FaultyDevice(rig.cache, { ranges: [range] }) });
    expect(window).toMatchObject({ complete: false, lateProved: 0 });
    expect(window.failure).toContain('could not be read');
    const certificate = await rig.judge(evidence, { comparison, window });
    expect(codes(certificate)).toEqual([]);
    const other = new Rig({ ...shape, nBlocks: 33 });
    expect(read(before, { cache: other.cache }).failure).toContain('is not the cache');
  });
});
