import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryDevice } from '../src/device/index.js';
import {
  ALL_ONES,
  ENTRY_BYTES,
  MAX_BLOCK_SIZE,
  MAX_N_BLOCKS,
  MAX_SSD_METADATA_BYTES,
  MIN_BLOCK_SIZE,
  SUPERBLOCK_BYTES,
  decodeEntry,
  decodeSuperblock,
  encodeEntry,
  encodeSuperblock,
  formatMagic,
  geometryOf,
  layOut,
} from '../src/format/index.js';
import { ENTRY_STATES, inspect, requireEntries, selectEntries } from '../src/scan/index.js';
import { ROOT, wcache } from './cli/wcache.js';
import { readImage } from './kernel/golden/manifest.js';
import { examples, plainLines } from './man/roff.js';

/** wcache-format(5) promises that a reader can be written from it alone: so its numbers are held against the code's and a kernel's image. */
const page = readFileSync(join(ROOT, 'man/source/wcache-format.5'), 'utf8');
const FIXTURE = 'every-kind';
const image = readImage(FIXTURE);
const superblock = decodeSuperblock(image);
const geometry = geometryOf(superblock.block_size, superblock.n_blocks);

const displays = examples(page);
const prose = plainLines(page).join(' ').replaceAll(/\s+/g, ' ');

/** The lines below the first line of the display that begins so. */
function display(begin: string): string[] {
  const found = displays.filter((text) => text.trimStart().startsWith(begin));
  expect(found, begin).toHaveLength(1);
  return found[0]?.trimEnd().split('\n').slice(1) ?? [];
}

/** The words of each line of a table. */
function rows(begin: string): string[][] {
  return display(begin).map((line) => line.trim().split(/\s+/));
}

/** As `hexdump -C` prints it. */
function hexdump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  let before = '';
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const line = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}  |${text}|`;
    if (line !== before) lines.push(`${at.toString(16).padStart(8, '0')}  ${line}`);
    else if (lines.at(-1) !== '*') lines.push('*');
    before = line;
  }
  return [...lines, bytes.length.toString(16).padStart(8, '0')];
}

/** Where the bytes of a structure are not zero. */
function placeOf(bytes: Uint8Array): { readonly offset: number; readonly length: number } {
  const set = [...bytes.keys()].filter((at) => bytes[at] !== 0);
  const offset = set[0] ?? -1;
  return { offset, length: (set.at(-1) ?? -1) - offset + 1 };
}

function placesOf(sign: '+' | '|', line: string): number[] {
  return [...line.matchAll(sign === '+' ? /\+/g : /\|/g)].map(({ index }) => index);
}

describe('the tables of fields', () => {
  const blank = { magic: 0, version: 0, block_size: 0, pad: 0, n_blocks: 0n, seq_count: 0n };
  const full = { magic: 0xffffffff, version: 0xffffffff, block_size: 0xffffffff, pad: 0xffffffff };
  const values = { ...full, n_blocks: ALL_ONES, seq_count: ALL_ONES, reserved: new Uint8Array(32).fill(255) };

  it('have the fields of the superblock where the code has them', () => {
    const table = rows('offset  bytes  type  field\n     0      4');
    expect(table.map((row) => row.at(-1))).toEqual(Object.keys(values));
    for (const row of table) {
      const field = (row.at(-1) ?? '') as keyof typeof values;
      const bytes = encodeSuperblock({ ...blank, reserved: new Uint8Array(32), [field]: values[field] });
      expect({ field, ...placeOf(bytes) }).toEqual({ field, offset: Number(row[0]), length: Number(row[1]) });
    }
  });

  it('have those of an entry', () => {
    const table = rows('offset  bytes  type  field\n     0      8');
    const fields = ['original_sector', 'seq_count'] as const;
    expect(table.map((row) => row.at(-1))).toEqual(fields);
    for (const [at, field] of fields.entries()) {
      const bytes = encodeEntry({ original_sector: 0n, seq_count: 0n, [field]: ALL_ONES });
      expect(placeOf(bytes)).toEqual({ offset: Number(table[at]?.[0]), length: Number(table[at]?.[1]) });
    }
  });

  it('have every layout as the code makes it', () => {
    const table = rows('area  block_size    n_blocks  data_offset  unused');
    expect(table.length).toBeGreaterThan(5);
    for (const row of table) {
      const [area = 0, blockSize = 0, nBlocks = 0, dataOffset = 0, unused = 0] = row.map(Number);
      const layout = layOut(BigInt(area), blockSize);
      expect(layout).toMatchObject({
        ok: true,
        unusedBytes: BigInt(unused),
        geometry: { nBlocks: BigInt(nBlocks), dataOffsetBytes: BigInt(dataOffset) },
      });
    }
  });
});

describe('the diagrams', () => {
  it('show the layout with the offsets of the code', () => {
    const edges = display('0  +---').flatMap((line) => /^ *(\d+) {2}\+/.exec(line)?.slice(1) ?? []);
    const place = (entry: number): string => String(SUPERBLOCK_BYTES + entry * ENTRY_BYTES);
    expect(edges).toEqual([place(0), place(1)]);
    const metadataEnd = `${String(SUPERBLOCK_BYTES)} + ${String(ENTRY_BYTES)} * n_blocks`;
    expect(display('0  +---').some((line) => line.startsWith(`${metadataEnd}  +`))).toBe(true);
    expect(geometryOf(4096, 63n).entriesEndBytes).toBe(BigInt(SUPERBLOCK_BYTES + ENTRY_BYTES * 63));
  });

  it('show the superblock at two signs for each byte', () => {
    const [edge = '', fields = ''] = display('0       4       8');
    const corner = edge.indexOf('+');
    const walls = placesOf('+', edge).map((at) => (at - corner) / 2);
    expect(walls).toEqual([0, 4, 8, 12, 16, 24, 32]);
    expect(placesOf('|', fields).map((at) => (at - corner) / 2)).toEqual(walls);
  });

  it('fit a terminal of 80 columns', () => {
    // What is not at the left margin is indented by 7.
    const wide = displays.flatMap((text) => (text.startsWith('$ ') ? [] : text.split('\n')));
    expect(wide.filter((line) => line.length > 73)).toEqual([]);
    expect(displays.flatMap((text) => text.split('\n')).filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('the numbers in the text', () => {
  it('are those of the code', () => {
    expect(prose).toContain(`magic ${formatMagic(superblock.magic)}, in the bytes 21 93 48 23.`);
    expect(prose).toContain(`${String(MIN_BLOCK_SIZE)} to ${String(MAX_BLOCK_SIZE)}, a power of two`);
    expect(prose).toContain('All ones (2^64 - 1)');
    expect(ALL_ONES).toBe(2n ** 64n - 1n);
    expect(MAX_N_BLOCKS).toBe(2n ** 47n - 1n);
    expect(MAX_SSD_METADATA_BYTES).toBe(2n ** 47n);
  });
});

describe('the worked example', () => {
  it('is the image of the fixture, byte for byte', () => {
    expect(prose).toContain(`test/fixtures/${FIXTURE}.img.gz`);
    expect(display('$ zcat')).toEqual(hexdump(image));
  });

  it('explains each field of the superblock as the code decodes it', () => {
    const table = display('offset  bytes                    field').map((line) => ({
      at: Number(line.slice(0, 6)),
      bytes: line.slice(8, 31).trim(),
      field: line.slice(33, 45).trim() as
        'magic' | 'version' | 'block_size' | 'pad' | 'n_blocks' | 'seq_count',
      value: line.slice(45).trim(),
    }));
    expect(table.map(({ field }) => field)).toEqual(
      Object.keys(superblock).filter((key) => key !== 'reserved'),
    );
    for (const { at, bytes, field, value } of table) {
      const length = (bytes.length + 1) / 3;
      expect(Buffer.from(image.subarray(at, at + length)).toString('hex')).toBe(bytes.replaceAll(' ', ''));
      expect(value).toBe(field === 'magic' ? formatMagic(superblock.magic) : String(superblock[field]));
    }
    expect(prose).toContain(
      `64 + 16 * 63 = ${String(geometry.entriesEndBytes)} (0x${geometry.entriesEndBytes.toString(16)})`,
    );
    expect(prose).toContain(`4096 + 63 * 4096 = ${String(geometry.dataEndBytes)}`);
    expect(geometry.dataEndBytes).toBe(BigInt(image.length));
  });

  it('lists the entries that were used, each as it is judged', async () => {
    const device = new MemoryDevice(image.slice(), { name: FIXTURE });
    const inspection = requireEntries(await inspect(device));
    const expected: string[][] = [];
    for await (const batch of selectEntries(device, inspection, {})) {
      for (let i = 0; i < batch.count; i++) {
        const index = batch.index[i] ?? 0;
        const offset = SUPERBLOCK_BYTES + index * ENTRY_BYTES;
        const { original_sector, seq_count } = decodeEntry(image, offset);
        if (original_sector === ALL_ONES) continue;
        const seq = seq_count === ALL_ONES ? ['all', 'ones'] : [String(seq_count)];
        const state = ENTRY_STATES[batch.state[i] ?? 0] ?? '';
        const data = Number(geometry.dataOffsetBytes) + index * superblock.block_size;
        expected.push([
          ...[String(index), `0x${offset.toString(16)}`, String(original_sector), ...seq],
          ...[state, `0x${data.toString(16)}`],
        ]);
      }
    }
    expect(rows('entry  offset')).toEqual(expected);
    expect(prose).toContain(`Entries ${String(expected.length)} to ${String(superblock.n_blocks - 1n)}`);
  });

  it('ends with what wcache inspect says of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wcache-man-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    writeFileSync(join(folder, `${FIXTURE}.img`), image);
    const { stdout, status } = await wcache(['inspect', `${FIXTURE}.img`], { cwd: folder });
    expect(status).toBe(0);
    expect(`${display('$ wcache inspect').join('\n')}\n`).toBe(stdout);
  });
});
