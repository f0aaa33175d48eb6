import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/crosscheck/index.js';
import type { EvidenceDocument } from '../../src/documents/index.js';
import { certificateText, evidenceText } from '../../src/ui/certificate.js';

const SUPERBLOCK = { magic: '0x23489321', version: 1, block_size: 4096, n_blocks: 16, seq_count: '3' };

const PROVED: Certificate = {
  format: 1,
  made: '2026-11-22T12:00:01.000Z',
  name: null,
  cache: { path: '/dev/vdb', ids: [], start_sector: '0' },
  origin: { path: '/dev/vda', ids: [] },
  level: 'full',
  evidence_taken: '2026-11-22T12:00:00.000Z',
  superblock: { before: SUPERBLOCK, after: SUPERBLOCK, as_predicted: true },
  metadata: { entries: 16, free: 16, committed: 0, uncommitted: 0, compared: 'byte-for-byte', differing: 0 },
  blocks: {
    ...{ live: 5, examined: 5, proved: 5, proved_newer: 0, proved_late: 0, undecided: 0, lost: 0 },
    ...{ not_written_back: 0, unreadable: 0 },
  },
  problems: [],
  undecided: [],
  ok: true,
};

/** One sentence is enough for people; they are not to be cut. */
function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

describe('the text of a certificate', () => {
  it('says in the first line that nothing is missing', () => {
    const text = certificateText(PROVED);
    expect(text.split('\n')[0]).toBe('/dev/vda without the cache /dev/vdb: nothing is missing');
    expect(text).toContain('  proved      5 of 5 blocks that were only in the cache are on the origin');
    expect(text).toContain('  evidence    taken 2026-11-22T12:00:00.000Z, full, 5 live then');
    expect(widthOf(text)).toBeLessThanOrEqual(80);
  });

  it('says what is undecided, and what would tell', () => {
    const message = 'The origin has other content than the evidence in 2 blocks, and that is that.';
    const text = certificateText({
      ...PROVED,
      blocks: { ...PROVED.blocks, proved: 3, undecided: 2 },
      undecided: [{ code: 'written-later', count: 2, message, examples: [] }],
    });
    expect(text.split('\n')[0]).toBe(
      '/dev/vda without the cache /dev/vdb: no problem found, and 2 blocks undecided',
    );
    expect(text).toContain('--nothing-written');
    expect(widthOf(text)).toBeLessThanOrEqual(80);
    const without = certificateText({
      ...PROVED,
      evidence_taken: null,
      blocks: { ...PROVED.blocks, undecided: 2 },
      undecided: [{ code: 'no-evidence', count: 2, message, examples: [] }],
    });
    expect(without).toContain('(--before)');
    expect(without).toContain('judged by the copies that the cache still holds');
  });

  it('has each problem with examples', () => {
    const examples = [1, 2, 3, 4].map((number) => ({
      ...{ original_sector: String(number * 8), index: number, seq_count: '2' },
    }));
    const text = certificateText({
      ...PROVED,
      ok: false,
      problems: [{ code: 'block-lost', count: 9, message: 'Nine blocks are lost.', examples }],
    });
    expect(text.split('\n')[0]).toContain('1 problem found');
    expect(text).toContain(
      'problem block-lost\n  Nine blocks are lost.\n    origin sector 8, entry 1 of the cache',
    );
    expect(text).toContain('and 6 more');
  });

  it('lets nothing in a path act on a terminal', () => {
    expect(certificateText({ ...PROVED, cache: { ...PROVED.cache, path: 'a\u001b[2Jb' } })).toContain(
      'a\\x1b[2Jb',
    );
  });
});

describe('the text of evidence that was kept', () => {
  const document: EvidenceDocument = {
    ...{ cache: '/dev/vdb', evidence_path: 'e', evidence_taken: '2026-11-22T12:00:00.000Z', level: 'full' },
    ...{
      start_sector: 0,
      block_size: 4096,
      live_blocks: 5,
      digests: 5,
      changed: 0,
      unreadable: 0,
      held_by: [],
    },
  };

  it('says what is in it, and what to do with it', () => {
    expect(evidenceText(document)).toBe(
      'Evidence of /dev/vdb is in e: 5 live blocks, 5 digests of their contents.\n\nAfter the removal: wcache verify /dev/vdb ORIGIN --evidence e',
    );
  });

  it('says what is missing in it', () => {
    const text = evidenceText({ ...document, digests: 2, changed: 1, unreadable: 2, held_by: ['wc'] });
    expect(text.replaceAll('\n', ' ')).toContain(
      '1 block changed while they were read; 2 blocks could not be read',
    );
    expect(text).toContain('In use by wc');
    expect(evidenceText({ ...document, level: 'metadata', digests: 0 })).toContain('none of their contents');
  });
});
