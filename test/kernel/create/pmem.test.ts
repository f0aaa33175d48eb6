import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSparse, type KernelName } from '../../lab/index.js';
import { Bench, documentOf, expectRefusals } from './bench.js';

const MIB = 1 << 20;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'create-pmem-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** An origin on a loop device, a disk, and persistent memory. */
async function start(kernel: KernelName): Promise<Bench> {
  const image = async (name: string): Promise<{ path: string }> => ({
    path: await createSparse(join(directory, `${kernel}-${name}`), 4 * MIB),
  });
  return Bench.start({
    kernel,
    disks: [await image('disk')],
    pmem: [await image('pmem')],
    label: `create: ${kernel}`,
  });
}

describe('persistent memory on a current kernel', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await start('debian-6.12');
  });
  afterEach(() => bench.cleanUp());
  afterAll(() => bench.end());

  it('alone gets a table in mode p by itself, and keeps what is written', async () => {
    const { disk, create, table, again, data, origin } = await bench.run({
      make: 'fresh',
      disk: 'wcache create wc --origin $O --cache $C --dry-run --json',
      create: 'wcache create wc --origin $O --cache /dev/pmem0 --no-fua --autocommit-blocks 3 --json',
      table: 'dmsetup table wc',
      write: 'put a 0 3 && put b 50 && sync /dev/mapper/wc && put c 1 && dmsetup remove wc',
      again: 'wcache create wc --origin $O --cache /dev/pmem0 --attach --fua --json',
      data: 'get /dev/mapper/wc',
      back: 'written_back',
      origin: 'get $O',
    });
    expect(documentOf(disk)).toMatchObject({ mode: 's' });
    const document = documentOf(create);
    expect(document).toMatchObject({ mode: 'p', block_size: 4096, previous_state: 'blank' });
    expect(document.table).toMatch(/^p 7:0 \d+:0 4096 3 autocommit_blocks 3 nofua$/);
    expect(table.stdout).toBe(`0 8192 writecache ${document.table}\n`);
    const free = document.total_blocks - 4;
    expect(documentOf(again)).toMatchObject({ mode: 'p', previous_state: 'dirty', free_blocks: free });
    expect(documentOf(again).table).toMatch(/ 1 fua$/);
    const expected = `aca${'.'.repeat(47)}b${'.'.repeat(13)}\n`;
    expect(data.stdout).toBe(expected);
    expect(origin.stdout).toBe(expected);
  });
});

describe('mode p on what is no persistent memory, where the kernel would crash', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await start('debian-6.1');
  });
  afterEach(() => bench.cleanUp());
  afterAll(() => bench.end());

  it('is refused, and the machine lives', async () => {
    const slices = `dmsetup create odd --table '0 2047 linear /dev/pmem0 0' && dmsetup create even --table '0 2048 linear /dev/pmem0 2048'`;
    const [disk, slice] = await expectRefusals(bench, `fresh && WATCHED="/dev/vda /dev/pmem0" && ${slices}`, [
      ['wc --origin $O --cache /dev/vda --mode p', 2, 'not-dax'],
      ['wc --origin $O --cache /dev/mapper/odd --mode p', 2, 'not-dax'],
    ]);
    expect(disk).toContain('/dev/vda is no persistent memory');
    expect(slice).toContain('/dev/mapper/odd is no persistent memory');
    const { even, status } = await bench.run({
      find: 'O=/dev/loop0',
      even: 'wcache create wc --origin $O --cache /dev/mapper/even --json',
      status: 'dmsetup table wc && dmsetup status wc',
    });
    expect(documentOf(even)).toMatchObject({ mode: 'p', done: true });
    expect(status.stdout).toMatch(/^0 8192 writecache p [^]* writecache 0 \d+ /);
  });
});
