import { describe, expect, it } from 'vitest';
import { checkDocumentSchema } from '../../src/documents/index.js';
import { DIRTY, writeImage, type ImageOptions } from './images.js';
import { scratchFolder, wcache } from './wcache.js';

async function check(options: ImageOptions, ...flags: string[]) {
  const image = writeImage(scratchFolder(), options);
  const json = await wcache(['check', image, '--json', ...flags]);
  const plain = await wcache(['check', image, ...flags]);
  expect(plain.status).toBe(json.status);
  for (const line of plain.stdout.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  const document = checkDocumentSchema.parse(JSON.parse(json.stdout));
  expect(document.ok).toBe(json.status === 0);
  return { status: json.status, document, text: plain.stdout };
}

describe('check', () => {
  it('finds nothing wrong with a fresh cache', async () => {
    const { status, document, text } = await check({});
    expect(status).toBe(0);
    expect(document).toMatchObject({ state: 'clean', ok: true, problems: [], live_blocks: 0 });
    expect(text).toContain('clean: the kernel will activate it; no block is at stake');
  });

  it('finds the same in little memory, and says how little is too little', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    const [usual, little] = await Promise.all([
      wcache(['check', image, '--json']),
      wcache(['check', image, '--json', '--memory', '32M']),
    ]);
    expect(little).toEqual(usual);
    for (const verb of ['check', 'inspect']) {
      const { status, stderr } = await wcache([verb, image, '--memory', '31M']);
      expect(status).toBe(2);
      expect(stderr).toContain('--memory: 31M of memory is too little');
      expect(stderr).toContain('The least is 32M.');
    }
  });

  it('predicts what activation drops, and what is at stake', async () => {
    const { status, document, text } = await check(DIRTY);
    expect(status).toBe(0);
    expect(document.problems.map(({ code, severity, count }) => [code, severity, count])).toEqual([
      ['uncommitted-entries', 'info', 1],
      ['stale-copies', 'info', 1],
    ]);
    expect(document.activation).toEqual({
      mode: 's',
      outcome: 'activated',
      error: 0,
      n_blocks: 254,
      free_blocks: 249,
      dropped_uncommitted: 1,
      dropped_stale: 1,
      rewrites_metadata: true,
    });
    expect(document).toMatchObject({ live_blocks: 5, live_bytes: 20480 });
    expect(text).toContain('dropping 1 uncommitted and 1 stale entries; 5 blocks (20 KiB) at stake');
  });

  it('predicts the error that two identical entries bring, and ends with 6', async () => {
    const { status, document, text } = await check({
      superblock: { seq_count: 3n },
      entries: [
        { index: 3, original_sector: 800n, seq_count: 2n },
        { index: 5, original_sector: 800n, seq_count: 2n },
      ],
    });
    expect(status).toBe(6);
    expect(document.state).toBe('dirty');
    expect(document.problems[0]).toMatchObject({
      code: 'identical-entries',
      severity: 'error',
      count: 1,
      examples: [{ index: 5, original_sector: '800', seq_count: '2' }],
    });
    expect(document.activation).toMatchObject({ outcome: 'activated', error: 1, free_blocks: 253 });
    expect(text).toContain('in error ("two identical entries")');
    expect(text).toContain('entry 5: sector 800, seq_count 2');
  });

  it.each([
    ['not-a-writecache', { superblock: { magic: 1 } }, 'Invalid magic in the superblock'],
    ['torn-format', { superblock: { magic: 0 } }, 'Invalid magic in the superblock'],
    ['bad-version', { superblock: { version: 7 } }, 'Invalid version in the superblock'],
    ['bad-block-size', { superblock: { block_size: 3000 } }, 'Block size does not match superblock'],
    ['area-too-small', { superblock: { n_blocks: 255n } }, 'Memory area is too small'],
    ['size-overflow', { superblock: { n_blocks: 1n << 60n } }, 'Overflow in size calculation'],
    ['no-blocks', { superblock: { n_blocks: 0n } }, 'Cannot allocate memory'],
  ] as const)('calls %s fatal and tells the words of the kernel', async (code, options, words) => {
    const { status, document, text } = await check(options);
    expect(status).toBe(6);
    expect(document.problems[0]).toMatchObject({ code, severity: 'fatal' });
    expect(document.problems[0]?.advice).toBeTruthy();
    expect(document.live_blocks).toBe(code === 'torn-format' ? 0 : null);
    expect(document.activation).toEqual({ mode: 's', outcome: 'refused', kernel_message: words });
    expect(text).toContain(`the kernel will refuse it ("${words}")`);
  });

  it('says what the kernel makes of a blank device', async () => {
    const blank = { superblock: { magic: 0, version: 0 } };
    const { status, document, text } = await check(blank, '--block-size', '512');
    expect(status).toBe(0);
    expect(document.activation).toEqual({ mode: 's', outcome: 'formatted', n_blocks: 1985 });
    expect(text).toContain('will format it with 1,985 blocks');
  });

  it('answers for the mode and block size of a table', async () => {
    const other = await check({}, '--block-size', '512');
    expect(other.document.activation).toMatchObject({
      kernel_message: 'Block size does not match superblock',
    });
    const tiny = { sizeBytes: 8192, superblock: { n_blocks: 5n } };
    expect((await check(tiny, '--mode', 'p')).document.activation).toMatchObject({
      kernel_message: 'Memory area is too small',
    });
  });

  it('knows that a block larger than a memory page does not load here', async () => {
    const { status, document } = await check({ blockSize: 65536 });
    expect(status).toBe(6);
    expect(document.problems.map(({ code }) => code)).toEqual(['table-refused', 'large-block-size']);
    expect(document.activation).toMatchObject({ kernel_message: 'Invalid block size' });
  });

  it('finds entries beyond the end of the origin, from its size or the origin itself', async () => {
    const bySize = await check(DIRTY, '--origin-size', '2049s');
    expect(bySize.status).toBe(0);
    expect(bySize.document.problems[0]).toMatchObject({
      code: 'beyond-origin',
      severity: 'warning',
      count: 2,
    });
    const origin = writeImage(scratchFolder(), { sizeBytes: 804 * 512 }, 'origin.img');
    const byDevice = await check(DIRTY, '--origin', origin);
    expect(byDevice.document.problems.map(({ code, count }) => [code, count])).toContainEqual([
      'across-origin-end',
      2,
    ]);
  });

  it('warns of what deserves a look and still ends with 0', async () => {
    const { status, document } = await check({
      superblock: { seq_count: 2n, n_blocks: 200n, pad: 5 },
      entries: [{ index: 1, original_sector: 8n, seq_count: 9n }],
    });
    expect(status).toBe(0);
    expect(document.problems.map(({ code }) => code)).toEqual([
      'device-resized',
      'future-seq-count',
      'reserved-not-zero',
      'uncommitted-entries',
    ]);
  });

  it('ends with 4 where the origin is not there', async () => {
    const image = writeImage(scratchFolder());
    expect((await wcache(['check', image, '--origin', '/no/such'])).status).toBe(4);
    expect((await wcache(['check', image, '--origin', image, '--origin-size', '1G'])).status).toBe(2);
  });
});
