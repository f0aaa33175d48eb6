import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  doctorDocumentSchema,
  listDocumentSchema,
  statusDocumentSchema,
  tableDocumentSchema,
} from '../../src/documents/index.js';
import { COUNTER_NAMES } from '../../src/table/index.js';
import { boot, createSparse, output, prepareLvm, type Guest } from '../lab/index.js';
import { create, put } from './golden/commands.js';
import { observe, type Observed } from './observe/observer.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const ORIGIN_SECTORS = (16 * MIB) / 512;
const FILE_TIMEOUT = 600_000;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'observe-test-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

function disk(name: string, bytes: number): Promise<{ path: string }> {
  return createSparse(join(directory, name), bytes).then((path) => ({ path }));
}

/** The document of a command that ended as it should and said nothing beside it. */
function json<T extends z.ZodType>(result: Observed | undefined, schema: T, status = 0): z.infer<T> {
  expect(result).toMatchObject({ stderr: '', status });
  return schema.parse(JSON.parse(result?.stdout ?? ''));
}

/** The kernel's own status line under the names of `wcache status --json`. */
function kernelStatus(line: string | undefined): Record<string, unknown> {
  const [error, total = 0, free = 0, writeback, ...counters] = (line ?? '')
    .trim()
    .split(' ')
    .slice(3)
    .map(Number);
  return {
    error: error === 1,
    total_blocks: total,
    free_blocks: free,
    dirty_blocks: total - free,
    writeback_blocks: writeback,
    counters: Object.fromEntries(COUNTER_NAMES.map((name, i) => [name, counters[i]])),
  };
}

function write(device: string, blocks: number): string {
  return put('w', 0, { blockSize: 4096, count: blocks, device });
}

describe('on user-mode Linux', () => {
  let guest: Guest;
  let wcTable: string;
  let oddTable: string;

  beforeAll(async () => {
    const sizes = { o1: 16 * MIB, c1: 256 * KIB, o2: 16 * MIB, c2: 256 * KIB, o3: 8 * MIB, c3: 4 * MIB };
    const disks = await Promise.all(Object.entries(sizes).map(([name, bytes]) => disk(name, bytes)));
    guest = await boot({ kernel: 'uml-6.1', disks, label: 'observe' });
    const [o1 = '', c1 = '', o2 = '', c2 = ''] = guest.disks;
    wcTable = `0 ${String(ORIGIN_SECTORS)} writecache s ${o1} ${c1} 4096 4 autocommit_time 3600000 high_watermark 60`;
    oddTable = `0 ${String(ORIGIN_SECTORS)} writecache s /dev/mapper/lower ${c2} 4096 0`;
    await output(
      guest,
      `modprobe dm-writecache; ${create('lower', `0 ${String(ORIGIN_SECTORS)} linear ${o2} 0`)}`,
    );
  }, FILE_TIMEOUT);

  afterAll(async () => {
    await guest.powerCut();
  });

  it('says that there is none, and that an unknown name is unknown', async () => {
    const [list, text, status, all, doctor, unknown, linear] = await observe(guest, [
      'wcache list --json',
      'wcache list',
      'wcache status nope --json',
      'wcache status --json',
      'wcache doctor --json',
      'wcache status nope',
      'wcache table lower',
    ]);
    expect(json(list, listDocumentSchema)).toEqual([]);
    expect(text?.stdout).toBe('There is no writecache on this machine.\n');
    expect(status).toMatchObject({ status: 4, stderr: '' });
    expect(status?.stdout).toContain('"no-such-mapping"');
    expect(json(all, statusDocumentSchema)).toEqual([]);
    expect(json(doctor, doctorDocumentSchema)).toMatchObject({
      ok: true,
      root: true,
      device_mapper: true,
      module: 'loaded',
      target_version: '1.6.0',
      caches: [],
    });
    expect(unknown).toMatchObject({ status: 4, stdout: '' });
    expect(linear).toMatchObject({ status: 4, stdout: '' });
    expect(linear?.stderr).toContain('is no writecache: its target is linear');
  });

  it('shows a cache with known writes as the kernel does', async () => {
    const wc = '/dev/mapper/wc';
    await output(
      guest,
      [
        create('wc', wcTable),
        write(wc, 5),
        `sync ${wc}`,
        write(wc, 2),
        `dd if=${wc} of=/dev/null bs=4096 count=8 iflag=direct status=none`,
      ].join(' && '),
    );
    const [kernel, kernelTable, info, status, list, table, line, text, tableText] = await observe(guest, [
      'dmsetup status --noflush wc',
      'dmsetup table wc',
      'dmsetup info -c --noheadings --separator " " -o major,minor wc',
      'wcache status wc --json',
      'wcache list --json',
      'wcache table wc --json',
      'wcache table /dev/mapper/wc --line',
      'wcache status wc --bytes',
      'wcache table wc',
    ]);
    const [major, minor] = (info?.stdout ?? '').trim().split(' ').map(Number);
    const [entry, ...others] = json(status, statusDocumentSchema);
    expect(others).toEqual([]);
    expect(entry).toMatchObject(kernelStatus(kernel?.stdout));
    expect(entry).toMatchObject({
      name: 'wc',
      uuid: '',
      major,
      minor,
      suspended: false,
      managed_by: null,
      start: 0,
      length_sectors: ORIGIN_SECTORS,
      mode: 's',
      origin: '98:0',
      origin_path: '/dev/ubda',
      cache: '98:16',
      cache_path: '/dev/ubdb',
      block_size: 4096,
      options: { autocommit_time: 3600000, high_watermark: 60 },
      total_blocks: 63,
      dirty_blocks: 5,
      // In ssd mode a committed block is overwritten where it is.
      counters: {
        reads: 8,
        read_hits: 5,
        writes: 7,
        writes_allocate: 5,
        write_hits_committed: 2,
        flushes: 1,
      },
      counter_unit: 'blocks',
      advice: [],
    });
    expect(json(list, listDocumentSchema)).toMatchObject([
      { name: 'wc', state: 'active', mode: 's', dirty_blocks: entry?.dirty_blocks, total_blocks: 63 },
    ]);
    expect(line?.stdout).toBe(kernelTable?.stdout);
    const document = json(table, tableDocumentSchema);
    expect(document).toMatchObject({ name: 'wc', valid: true, kernel: { accepts: true }, problems: [] });
    expect(document.words.map(({ word }) => word).join(' ')).toBe(kernelTable?.stdout.trim());
    expect(document.words[4]?.meaning).toMatch(/^\/dev\/ubda: /);
    expect(text?.stdout).toMatch(/^wc: active; writecache in ssd mode, 16777216 B$/m);
    expect(text?.stdout).toMatch(/^ {4}answered by the cache +5 +62\.5%$/m);
    expect(tableText?.stdout).toMatch(/^ {3}3 {2}98:16 +\/dev\/ubdb: the cache device$/m);
  });

  it('shows a suspended one, a table that waits behind it, and one that was never made live', async () => {
    const [o1 = '', c1 = '', o2 = '', c2 = ''] = guest.disks;
    await output(
      guest,
      [
        'dmsetup suspend wc',
        `dmsetup load wc --table "0 ${String(ORIGIN_SECTORS)} linear ${o1} 0"`,
        'dmsetup create waiting --notable',
        `dmsetup load waiting --table "0 ${String(ORIGIN_SECTORS)} writecache s ${o2} ${c2} 4096 1 cleaner"`,
      ].join(' && '),
    );
    expect(c1).toBe('/dev/ubdb');
    const [kernel, status, list, doctor, waiting, text, all] = await observe(guest, [
      'dmsetup status --noflush wc',
      'wcache status wc --json',
      'wcache list --json',
      'wcache doctor --json',
      'wcache status waiting --json',
      'wcache doctor',
      'wcache status',
    ]);
    const [entry] = json(status, statusDocumentSchema);
    expect(entry).toMatchObject({
      ...kernelStatus(kernel?.stdout),
      suspended: true,
      inactive_table: true,
      advice: [{ code: 'cache-suspended' }, { code: 'cache-table-waiting' }],
    });
    expect(json(list, listDocumentSchema)).toMatchObject([
      { name: 'waiting', state: 'waiting', origin_path: '/dev/ubdc', total_blocks: null, dirty_blocks: null },
      { name: 'wc', state: 'suspended' },
    ]);
    const found = json(doctor, doctorDocumentSchema, 6);
    expect(found).toMatchObject({
      ok: false,
      caches: [
        { name: 'wc', state: 'suspended' },
        { name: 'waiting', state: 'waiting' },
      ],
    });
    expect(found.findings.filter(({ code }) => code.startsWith('cache-'))).toMatchObject([
      { code: 'cache-suspended', severity: 'error', subject: 'wc' },
      { code: 'cache-table-waiting', severity: 'warning', subject: 'wc' },
      { code: 'cache-waiting', severity: 'warning', subject: 'waiting' },
    ]);
    expect(waiting).toMatchObject({ status: 4, stderr: '' });
    expect(waiting?.stdout).toContain('"no-live-table"');
    expect(text).toMatchObject({ status: 6, stderr: '' });
    expect(text?.stdout).toMatch(/^1 thing needs attention\./);
    expect(all?.stdout).toMatch(/^wc: suspended; /);
    expect(all?.stderr).toContain('waiting has no status');
    await output(guest, 'dmsetup clear wc && dmsetup resume wc && dmsetup remove waiting');
  });

  it('shows two at once, one with an odd name', async () => {
    const node = String.raw`'/dev/mapper/odd\x20name'`;
    await output(guest, `dmsetup create 'odd name' --table "${oddTable}" && ${write(node, 3)}`);
    const [kernel, status, list, byPath, listed] = await observe(guest, [
      'dmsetup status --noflush "odd name"',
      'wcache status "odd name" wc --json',
      'wcache list --json',
      `wcache table ${node} --json`,
      'wcache list',
    ]);
    const document = json(status, statusDocumentSchema);
    expect(document.map(({ name }) => name)).toEqual(['odd name', 'wc']);
    expect(document[0]).toMatchObject({
      ...kernelStatus(kernel?.stdout),
      kernel_name: String.raw`odd\x20name`,
      dirty_blocks: 3,
      origin_path: '/dev/mapper/lower',
    });
    expect(json(list, listDocumentSchema).map(({ name, state }) => [name, state])).toEqual([
      ['odd name', 'active'],
      ['wc', 'active'],
    ]);
    expect(json(byPath, tableDocumentSchema)).toMatchObject({ name: 'odd name' });
    expect(listed?.stdout).toMatch(/^odd name +active +ssd +4096 +16 MiB +4\.8% +12 KiB/m);
  });

  it('says of an error what it means and what to do', async () => {
    const [broken, kernel, status, list, text, doctor] = await observe(guest, [
      `dmsetup load lower --table "0 ${String(ORIGIN_SECTORS)} error" && dmsetup resume lower --noflush --nolockfs && ! dmsetup message "odd name" 0 flush`,
      'dmsetup status --noflush "odd name"',
      'wcache status "odd name" --json',
      'wcache list --json',
      'wcache status "odd name"',
      'wcache doctor --json',
    ]);
    expect(broken).toMatchObject({ status: 0 });
    const [entry] = json(status, statusDocumentSchema);
    expect(entry).toMatchObject({ ...kernelStatus(kernel?.stdout), error: true });
    expect(entry?.advice).toMatchObject([{ code: 'cache-error', severity: 'error' }]);
    expect(entry?.unknown.map(({ what }) => what)).toContain('dirty_blocks');
    expect(json(list, listDocumentSchema)[0]).toMatchObject({ name: 'odd name', state: 'error' });
    expect(text?.stdout).toMatch(/^odd name: error; /);
    expect(text?.stdout.replaceAll(/\s+/g, ' ')).toContain("wcache recover 'odd name'");
    const found = json(doctor, doctorDocumentSchema, 6);
    expect(found.findings[0]).toMatchObject({ code: 'cache-error', subject: 'odd name' });
    await output(guest, 'dmsetup remove "odd name" && dmsetup remove wc && dmsetup remove lower');
  });

  it('foretells what device-mapper says to the line itself', async () => {
    const [o1 = '', c1 = ''] = guest.disks;
    const lines = ['0 1001', '0 0', '8 800'].map((head) => `${head} writecache s ${o1} ${c1} 4096 0`);
    const tried = await observe(
      guest,
      lines.map((line) => `dmesg -C; dmsetup create bad --table "${line}"; dmesg`),
    );
    const judged = await observe(
      guest,
      lines.map((line) => `wcache table --validate "${line}" --json`),
    );
    const reasons = judged.map(({ stdout }) => tableDocumentSchema.parse(JSON.parse(stdout)).kernel.reason);
    expect(tried[0]?.stdout).toContain(reasons[0]);
    expect(tried[1]?.stdout).toContain(reasons[1]);
    expect(tried[2]?.stdout).toContain('Gap in table');
    expect(judged[2]?.stdout).toContain('Gap in table');
  });

  it('shows one that LVM made as LVM’s', async () => {
    const env = await prepareLvm(guest);
    const [, , , , origin = '', cache = ''] = guest.disks;
    await output(
      guest,
      [
        `pvcreate -q --dataalignment 1m ${origin} ${cache}`,
        `vgcreate -q -s 64k vg ${origin} ${cache}`,
        `lvcreate -q -y -n data -l 64 vg ${origin}`,
        `lvcreate -q -y -an -Zn -Wn -n fast -l 16 vg ${cache}`,
        'lvconvert -q -y --type writecache --cachevol fast vg/data',
        put('l', 0, { blockSize: 4096, count: 3, device: '/dev/vg/data' }),
      ].join(' && '),
      { env },
    );
    const [kernel, status, list, text, doctor] = await observe(
      guest,
      [
        'dmsetup status --noflush vg-data',
        'wcache status vg-data --json',
        'wcache list --json',
        'wcache list',
        'wcache doctor --json',
      ],
      env,
    );
    const [entry] = json(status, statusDocumentSchema);
    expect(entry).toMatchObject({
      ...kernelStatus(kernel?.stdout),
      name: 'vg-data',
      managed_by: 'lvm',
      logical_volume: 'vg/data',
      origin_path: '/dev/mapper/vg-data_wcorig',
      advice: [{ code: 'cache-of-lvm', severity: 'info' }],
    });
    expect(entry?.uuid).toMatch(/^LVM-/);
    expect(json(list, listDocumentSchema)).toMatchObject([{ name: 'vg-data', managed_by: 'lvm' }]);
    expect(text?.stdout).toMatch(/^vg-data +active \(LVM\) /m);
    expect(json(doctor, doctorDocumentSchema)).toMatchObject({ ok: true });
  });
});

describe('on Debian with persistent memory', () => {
  it('shows a cache in pmem mode as the kernel does', { timeout: FILE_TIMEOUT }, async () => {
    const origin = await disk('pmem-origin', 16 * MIB);
    const cache = await disk('pmem-cache', 2 * MIB);
    await using guest = await boot({ kernel: 'debian-6.12', disks: [origin], pmem: [cache] });
    const table = `0 ${String(ORIGIN_SECTORS)} writecache p ${guest.disks[0] ?? ''} ${guest.pmem[0] ?? ''} 4096 3 max_age 86400000 nofua`;
    await output(guest, `modprobe dm-writecache; ${create('pm', table)} && ${write('/dev/mapper/pm', 4)}`);
    const [kernel, kernelTable, status, list, shown, doctor] = await observe(guest, [
      'dmsetup status --noflush pm',
      'dmsetup table pm',
      'wcache status --json',
      'wcache list --json',
      'wcache table pm --json',
      'wcache doctor --json',
    ]);
    const [entry] = json(status, statusDocumentSchema);
    expect(entry).toMatchObject({
      ...kernelStatus(kernel?.stdout),
      name: 'pm',
      mode: 'p',
      cache_path: guest.pmem[0],
      options: { max_age: 86400000, fua: false },
      effective_options: { autocommit_blocks: { value: 64, source: 'default' } },
      dirty_blocks: 4,
      advice: [],
    });
    expect(json(list, listDocumentSchema)).toMatchObject([{ name: 'pm', mode: 'p', dirty_blocks: 4 }]);
    expect(json(shown, tableDocumentSchema)).toMatchObject({ line: kernelTable?.stdout.trim(), valid: true });
    const found = json(doctor, doctorDocumentSchema);
    expect(found).toMatchObject({
      ok: true,
      kernel: { vendor: 'debian', exact: true },
      target_version: '1.6.0',
    });
    // Mended in 6.12.117, which this is.
    expect(found.findings.map(({ code }) => code)).not.toContain('W1-crash-without-dax');
  });
});
