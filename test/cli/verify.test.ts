import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evidenceDocumentSchema, verifyDocumentSchema } from '../../src/documents/index.js';
import { Rig } from '../crosscheck/rig.js';
import { scratchFolder, wcache, type CliResult } from './wcache.js';

/** Images of a pair before and after a removal by the reference target; 5 blocks were live. */
function images(startSector = 0): {
  folder: string;
  rig: Rig;
  before: string;
  after: string;
  origin: string;
} {
  const folder = scratchFolder();
  const rig = new Rig({ nBlocks: 16, startSector });
  for (let block = 0; block < 5; block += 1) rig.write(block * 4, 100 + block);
  rig.commit();
  const [before, after, origin] = ['before.img', 'after.img', 'origin.img'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeFileSync(before, rig.cache.bytes);
  rig.remove();
  writeFileSync(after, rig.cache.bytes);
  writeFileSync(origin, rig.origin.bytes);
  return { folder, rig, before, after, origin };
}

/** As text and as JSON, which must agree. */
async function verify(...args: string[]): Promise<{
  text: CliResult;
  document: ReturnType<typeof verifyDocumentSchema.parse>;
}> {
  const text = await wcache(['verify', ...args]);
  const json = await wcache(['verify', ...args, '--json']);
  expect(json.status).toBe(text.status);
  expect(text.stderr).toBe('');
  expect(json.stderr).toBe('');
  for (const line of text.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  const document = verifyDocumentSchema.parse(JSON.parse(json.stdout));
  expect(text.status).toBe(document.ok ? 0 : 6);
  return { text, document };
}

describe('wcache verify', () => {
  it('proves a removal with an image from before', async () => {
    const { before, after, origin } = images();
    const { text, document } = await verify(after, origin, '--before', before, '--nothing-written');
    expect(text.stdout).toContain('nothing is missing');
    expect(text.stdout).toContain('5 of 5 blocks that were only in the cache are on the origin');
    expect(text.stdout).toContain('byte for byte as the reference predicts');
    expect(document).toMatchObject({
      ...{ ok: true, name: null, level: 'full', problems: [], undecided: [] },
      cache: { path: after, ids: [], start_sector: '0' },
      origin: { path: origin, ids: [] },
      superblock: { as_predicted: true },
      metadata: { entries: 16, free: 16, compared: 'byte-for-byte', differing: 0 },
      blocks: { live: 5, examined: 5, proved: 5, undecided: 0, lost: 0 },
    });
  });

  it('proves it with evidence that was kept', async () => {
    const { folder, before, after, origin } = images(8);
    const path = join(folder, 'evidence');
    const saved = await wcache(['verify', before, '--save', path, '--start-sector', '8']);
    expect(saved).toMatchObject({ status: 0, stderr: '' });
    expect(saved.stdout).toContain('5 live blocks, 5 digests');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { document } = await verify(after, origin, '--evidence', path);
    expect(document).toMatchObject({ ok: true, cache: { start_sector: '8' }, blocks: { proved: 5 } });
    const wrong = await wcache(['verify', after, origin, '--evidence', path, '--start-sector', '9']);
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toContain('start_sector 8, not 9');
  });

  it('says what it kept as a document', async () => {
    const { folder, before } = images();
    const path = join(folder, 'evidence');
    const { stdout, status } = await wcache([
      'verify',
      before,
      '--save',
      path,
      '--verify',
      'metadata',
      '--json',
    ]);
    expect(status).toBe(0);
    expect(evidenceDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({
      ...{ cache: before, evidence_path: path, level: 'metadata', start_sector: 0, block_size: 4096 },
      ...{ live_blocks: 5, digests: 0, changed: 0, unreadable: 0, held_by: [] },
    });
  });

  it('finds a block that was lost, where nothing was written', async () => {
    const { rig, before, after, origin } = images();
    rig.spoil(8);
    writeFileSync(origin, rig.origin.bytes);
    const { text, document } = await verify(after, origin, '--before', before, '--nothing-written');
    expect(text.status).toBe(6);
    expect(text.stdout).toContain('1 problem found');
    expect(text.stdout).toContain('block-lost');
    expect(text.stdout).toContain('origin sector 64, entry 2 of the cache');
    expect(document.problems).toMatchObject([{ code: 'block-lost', count: 1 }]);

    const unknowing = await verify(after, origin, '--before', before);
    expect(unknowing.document).toMatchObject({ ok: true, blocks: { proved: 4, undecided: 1 } });
    expect(unknowing.text.stdout).toContain('--nothing-written');
    expect(unknowing.text.stdout).toContain('1 block undecided');
  });

  it('finds a cache that was taken away without being written back', async () => {
    const { before } = images();
    const { origin } = images();
    const stale = `${origin}.stale`;
    writeFileSync(stale, new Rig().origin.bytes);
    for (const more of [[], ['--before', before], ['--verify', 'metadata'], ['--verify', 'sample']]) {
      const { text, document } = await verify(before, stale, ...more);
      expect(text.status).toBe(6);
      expect(document.problems).toMatchObject([{ code: 'not-written-back', count: 5 }]);
    }
  });

  it('judges a removal of which there is nothing from before', async () => {
    const { rig, after, origin } = images();
    const { document } = await verify(after, origin);
    expect(document).toMatchObject({ ok: true, evidence_taken: null, blocks: { live: 5, proved: 5 } });
    rig.spoil(8);
    writeFileSync(origin, rig.origin.bytes);
    const { text, document: other } = await verify(after, origin);
    expect(other.undecided).toMatchObject([{ code: 'no-evidence', count: 1 }]);
    expect(text.stdout).toContain('--before');
  });

  it('refuses what is no evidence, or of another cache', async () => {
    const { folder, before, after, origin } = images();
    const bad = await wcache(['verify', after, origin, '--evidence', before]);
    expect(bad).toMatchObject({ status: 4, stdout: '' });
    expect(bad.stderr).toContain('no evidence that can be used');
    const missing = await wcache(['verify', after, origin, '--evidence', join(folder, 'none')]);
    expect(missing).toMatchObject({ status: 4, stdout: '' });
    const other = join(folder, 'other.img');
    writeFileSync(other, new Rig({ nBlocks: 17 }).cache.bytes);
    const another = await wcache(['verify', after, origin, '--before', other, '--json']);
    expect(another.status).toBe(4);
    expect(JSON.parse(another.stdout)).toMatchObject({ error: { code: 'other-cache' } });
    const blank = join(folder, 'blank.img');
    writeFileSync(blank, new Uint8Array(1 << 20));
    expect(await wcache(['verify', blank, origin])).toMatchObject({ status: 4, stdout: '' });
  });

  it('writes to nothing that it reads, and keeps no half of a file', async () => {
    const { folder, before, after, origin } = images();
    const copy = join(folder, 'copy.img');
    copyFileSync(after, copy);
    await verify(after, origin, '--before', before);
    expect(readFileSync(after).equals(readFileSync(copy))).toBe(true);
    const path = join(folder, 'no-such-folder', 'evidence');
    const failed = await wcache(['verify', before, '--save', path]);
    expect(failed).toMatchObject({ status: 1, stdout: '' });
    expect(failed.stderr).toContain('could not be written');
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    [['a'], 'ORIGIN'],
    [['a', 'b', '--save', 'c'], 'no ORIGIN'],
    [['a', 'b', '--before', 'c', '--evidence', 'd'], '--evidence'],
    [['a', '--save', 'c', '--nothing-written'], '--nothing-written'],
    [['a', 'b', '--verify', 'some'], '--verify'],
  ])('refuses the words %j', async (words, about) => {
    const { status, stderr, stdout } = await wcache(['verify', ...words]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(about);
  });
});
