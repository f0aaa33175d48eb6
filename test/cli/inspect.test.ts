import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  entriesDocumentSchema,
  inspectDocumentSchema,
  mapDocumentSchema,
  sectorDocumentSchema,
} from '../../src/documents/index.js';
import { DIRTY, imageBytes, writeImage, type ImageOptions } from './images.js';
import { BIN, cliEnvironment, scratchFolder, wcache } from './wcache.js';

async function inspectJson(options: ImageOptions, ...flags: string[]) {
  const image = writeImage(scratchFolder(), options);
  const { stdout, status } = await wcache(['inspect', image, '--json', ...flags]);
  return { status, document: inspectDocumentSchema.parse(JSON.parse(stdout)) };
}

describe('inspect --json', () => {
  it('counts a dirty cache', async () => {
    const { status, document } = await inspectJson(DIRTY);
    expect(status).toBe(0);
    expect(document).toMatchObject({
      size_bytes: 1 << 20,
      start_sector: 0,
      state: 'dirty',
      superblock: { magic: '0x23489321', version: 1, block_size: 4096, n_blocks: 254, seq_count: '3' },
      geometry: { metadata_sectors: 16, data_offset_bytes: 8192, unused_bytes: 0, max_n_blocks: 254 },
      entries: {
        free: 247,
        committed: 6,
        uncommitted: 1,
        live: 5,
        stale: 1,
        identical: 0,
        max_original_sector: '240072',
      },
      held_by: [],
    });
  });

  it('finds the superblock at a start sector', async () => {
    const { document } = await inspectJson({ ...DIRTY, startSector: 7 }, '--start-sector', '7');
    expect(document).toMatchObject({ state: 'dirty', start_sector: 7, entries: { live: 5, uncommitted: 1 } });
  });

  it.each([
    ['blank', 'with zeros', { superblock: { magic: 0, version: 0 } }, 0],
    ['torn', 'without a magic', { superblock: { magic: 0 } }, 4],
    ['clean', 'when fresh', {}, 0],
    ['foreign', 'with another magic', { superblock: { magic: 0x12345678 } }, 4],
    ['damaged', 'with another version', { superblock: { version: 2 } }, 4],
    ['damaged', 'without a block size', { superblock: { block_size: 0 } }, 4],
    ['damaged', 'with a block size of 3000', { superblock: { block_size: 3000 } }, 4],
    ['damaged', 'without blocks', { superblock: { n_blocks: 0n } }, 4],
    ['damaged', 'with a block too many', { superblock: { n_blocks: 255n } }, 4],
    ['damaged', 'with 2^64 - 1 blocks', { superblock: { n_blocks: (1n << 64n) - 1n } }, 4],
    [
      'damaged',
      'with a misaligned sector',
      { superblock: { seq_count: 1n }, entries: [{ index: 0, original_sector: 3n, seq_count: 0n }] },
      0,
    ],
  ] as const)('calls it %s %s', async (state, _how, options, status) => {
    const answer = await inspectJson(options);
    expect(answer.document.state).toBe(state);
    expect(answer.status).toBe(status);
    const hasSuperblock = state !== 'blank' && state !== 'foreign';
    expect(answer.document.superblock !== null).toBe(hasSuperblock);
  });

  it('reads a file that is shorter than its n_blocks says', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    truncateSync(image, 4096);
    const { status, stdout } = await wcache(['inspect', image, '--json']);
    expect(status).toBe(4);
    expect(inspectDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({
      state: 'damaged',
      entries: null,
    });
  });

  it('prints raw fields of 64 bits without rounding', async () => {
    const seq = (1n << 63n) + 1n;
    const sector = (1n << 53n) - 8n;
    const { document } = await inspectJson({
      superblock: { seq_count: seq },
      entries: [{ index: 0, original_sector: sector, seq_count: seq - 1n }],
    });
    expect(document.superblock?.seq_count).toBe('9223372036854775809');
    expect(document.entries?.max_original_sector).toBe(String(sector));
  });
});

describe('inspect for people', () => {
  it('fits a screen and says what it means', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    const { stdout, stderr, status } = await wcache(['inspect', image]);
    expect(status).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('dirty writecache, 1 MiB');
    expect(stdout).toContain('Dirty: 5 blocks (20 KiB) are only in this cache');
    expect(stdout).toMatch(/live +5 +2\.0% +20 KiB/);
    expect(stdout.split('\n').length).toBeLessThan(24);
    for (const line of stdout.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('gives exact numbers with --bytes', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    const { stdout } = await wcache(['inspect', image, '--bytes']);
    expect(stdout).toContain('1048576 B');
    expect(stdout).not.toContain('MiB');
  });

  it('changes nothing in the file', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    const digest = (): string => createHash('sha256').update(readFileSync(image)).digest('hex');
    const before = digest();
    for (const flags of [[], ['--entries'], ['--map'], ['--at', '8'], ['--json']]) {
      await wcache(['inspect', image, ...flags]);
    }
    await wcache(['check', image]);
    await wcache(['format', image, '--block-size', '512', '--dry-run', '--discard-dirty']);
    expect(digest()).toBe(before);
  });
});

describe('inspect --entries', () => {
  const lines = async (...flags: string[]): Promise<string[]> => {
    const image = writeImage(scratchFolder(), DIRTY);
    const { stdout, status } = await wcache(['inspect', image, '--entries', ...flags]);
    expect(status).toBe(0);
    return stdout.trimEnd().split('\n');
  };

  it('lists all of them as CSV, free ones with their raw words', async () => {
    const csv = await lines('--format', 'csv');
    expect(csv).toHaveLength(255);
    expect(csv.slice(0, 6)).toEqual([
      'index,state,original_sector,seq_count,data_offset_bytes',
      '0,live,0,1,8192',
      '1,live,8,1,12288',
      '2,stale,800,1,16384',
      '3,live,800,2,20480',
      '4,live,240072,2,24576',
    ]);
    expect(csv[6]).toBe('5,free,18446744073709551615,18446744073709551615,28672');
  });

  it('gives the same as JSON lines and as one document', async () => {
    const jsonl = (await lines('--state', 'committed', '--format', 'jsonl')).map(
      (line) => JSON.parse(line) as unknown,
    );
    const whole = await lines('--state', 'committed', '--json');
    const document = entriesDocumentSchema.parse(JSON.parse(whole.join('\n')));
    expect(jsonl).toEqual(document.entries);
    expect(document.entries).toHaveLength(6);
    expect(document.entries[2]).toEqual({
      index: 2,
      state: 'stale',
      original_sector: '800',
      seq_count: '1',
      data_offset_bytes: 16384,
    });
  });

  it('prints a valid document where nothing is chosen', async () => {
    const whole = await lines('--state', 'identical', '--json');
    expect(entriesDocumentSchema.parse(JSON.parse(whole.join('\n'))).entries).toEqual([]);
  });

  it('filters by state, sector and range', async () => {
    expect(await lines('--format', 'csv', '--state', 'uncommitted')).toHaveLength(2);
    expect(await lines('--format', 'csv', '--sector', '805')).toHaveLength(3);
    expect(await lines('--format', 'csv', '--range', '8-23')).toHaveLength(3);
    expect(await lines('--format', 'csv', '--range', '24-799')).toHaveLength(1);
  });

  it('aligns its table within 80 columns', async () => {
    const table = await lines('--state', 'live');
    expect(new Set(table.map((line) => line.length)).size).toBe(1);
    expect(table[0]?.length).toBeLessThanOrEqual(80);
    expect(table[0]).toMatch(/^index +state +original_sector +seq_count +data_offset_bytes$/);
  });

  it('refuses a device without entries, and flags that need --entries', async () => {
    const image = writeImage(scratchFolder(), { superblock: { magic: 1 } });
    expect((await wcache(['inspect', image, '--entries'])).status).toBe(4);
    expect((await wcache(['inspect', image, '--state', 'live'])).status).toBe(2);
    expect((await wcache(['inspect', image, '--entries', '--range', '9-3'])).status).toBe(2);
    expect((await wcache(['inspect', image, '--entries', '--json', '--format', 'csv'])).status).toBe(2);
  });
});

describe('inspect --at', () => {
  const at = async (sector: number) => {
    const image = writeImage(scratchFolder(), DIRTY);
    const { stdout, status } = await wcache(['inspect', image, '--at', String(sector), '--json']);
    expect(status).toBe(0);
    return sectorDocumentSchema.parse(JSON.parse(stdout));
  };

  it('finds every copy of a block, and which one counts', async () => {
    const document = await at(803);
    expect(document).toMatchObject({
      sector: 803,
      cached: true,
      live: { index: 3, data_offset_bytes: 20480 },
    });
    expect(document.copies.map(({ index, state }) => [index, state])).toEqual([
      [2, 'stale'],
      [3, 'live'],
    ]);
  });

  it('tells what is not there, or only uncommitted', async () => {
    expect(await at(24)).toMatchObject({ cached: false, live: null, copies: [] });
    expect(await at(16)).toMatchObject({
      cached: false,
      live: null,
      copies: [{ index: 9, state: 'uncommitted' }],
    });
  });

  it('says it in a sentence for people', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    expect((await wcache(['inspect', image, '--at', '800'])).stdout).toContain('is in the cache: entry 3');
    expect((await wcache(['inspect', image, '--at', '99'])).stdout).toContain('is not in the cache');
  });
});

describe('inspect --map', () => {
  it('gives the ranges in sectors', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    const { stdout } = await wcache(['inspect', image, '--map', '--json']);
    expect(mapDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({
      block_size: 4096,
      live_blocks: 5,
      end_sector: 240080,
      ranges: [
        { first_sector: 0, sectors: 16 },
        { first_sector: 800, sectors: 8 },
        { first_sector: 4096, sectors: 8 },
        { first_sector: 240072, sectors: 8 },
      ],
    });
  });

  it('draws a picture of at most 16 rows, in ASCII where the locale says so', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    const picture = (await wcache(['inspect', image, '--map'])).stdout;
    expect(picture).toContain('░');
    expect(picture.split('\n').length).toBeLessThan(22);
    const ascii = (await wcache(['inspect', image, '--map'], { env: { LC_ALL: 'C' } })).stdout;
    expect(Buffer.from(ascii).every((byte) => byte < 128)).toBe(true);
    expect(ascii).toContain(':');
  });

  it('says so where nothing is dirty', async () => {
    const image = writeImage(scratchFolder());
    expect((await wcache(['inspect', image, '--map'])).stdout).toContain('nothing is newer');
    const { stdout } = await wcache(['inspect', image, '--map', '--json']);
    expect(mapDocumentSchema.parse(JSON.parse(stdout)).ranges).toEqual([]);
  });
});

describe('a long listing', () => {
  it('streams a million entries in little memory, and stops when the reader does', async () => {
    const folder = scratchFolder();
    const nBlocks = 1_000_000n;
    const image = join(folder, 'large.img');
    writeFileSync(image, imageBytes({ sizeBytes: 1 << 20, blockSize: 512 }).subarray(0, 64));
    truncateSync(image, 540_000_000);
    const header = imageBytes({
      sizeBytes: 1 << 20,
      blockSize: 512,
      superblock: { n_blocks: nBlocks, seq_count: 1n },
    });
    writeFileSync(image, header.subarray(0, 64), { flag: 'r+' });
    const { lines, maxRssKib, head } = await runMeasured(image);
    expect(lines).toBe(1_000_001);
    expect(maxRssKib).toBeLessThan(200_000);
    expect(head).toMatchObject({ status: 0, stderr: '' });
    expect(head.stdout.split('\n')[1]).toBe('0,identical,0,0,16000512');
  });
});

/** Lists all entries as CSV twice: to the end, with its peak memory, and into a reader that stops after two lines. */
async function runMeasured(image: string) {
  const preload = `${image}.cjs`;
  writeFileSync(
    preload,
    "process.on('exit', () => require('node:fs').writeSync(2, String(process.resourceUsage().maxRSS)));",
  );
  const { stdout, stderr } = await wcache(['inspect', image, '--entries', '--format', 'csv'], {
    env: { NODE_OPTIONS: `--require=${preload}` },
  });
  const command = `'${process.execPath}' '${BIN}' inspect '${image}' --entries --format csv`;
  const head = spawnSync('bash', ['-c', `set -o pipefail; ${command} | head -2`], {
    env: cliEnvironment(),
    encoding: 'utf8',
  });
  return { lines: stdout.split('\n').length - 1, maxRssKib: Number(stderr), head };
}
