import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { geometryOf } from '../../src/format/index.js';
import { checkRules } from '../../src/target/rules/index.js';
import {
  parseWriteLog,
  traceOfWriteLog,
  WriteLogFlag,
  type WriteLogEntry,
} from '../../src/target/write-log.js';
import { boot, createSparse, output, type Guest } from '../lab/index.js';

const BLOCK = 4096;
const MIB = 1024 * 1024;
const N_BLOCKS = 64;
const CACHE_BYTES = Number(geometryOf(BLOCK, BigInt(N_BLOCKS)).dataEndBytes);
const ORIGIN_BYTES = 64 * MIB;
const WRITER = join(import.meta.dirname, 'power-cut/writer.pl');

let directory = '';
let guest: Guest;
let log = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wcache-order-'));
  const disk = await createSparse(join(directory, 'disk'), CACHE_BYTES + ORIGIN_BYTES);
  log = await createSparse(join(directory, 'log'), 512 * MIB);
  const second = await createSparse(join(directory, 'second'), ORIGIN_BYTES);
  const disks = [{ path: disk }, { path: log }, { path: second }];
  guest = await boot({ kernel: 'uml-6.1', disks, shareDirectory: directory });
});

afterAll(async () => {
  await guest.shutdown();
  await rm(directory, { recursive: true, force: true });
});

const CACHE_SECTORS = CACHE_BYTES / 512;
const ORIGIN_SECTORS = ORIGIN_BYTES / 512;

/** Puts cache and origin on one disk of which dm-log-writes keeps a log: in one log there is an order between them. */
async function startOnOneDisk(options: readonly string[]): Promise<void> {
  const [disk = '', logDisk = ''] = guest.disks;
  await create({
    logged: `0 ${String(CACHE_SECTORS + ORIGIN_SECTORS)} log-writes ${disk} ${logDisk}`,
    cache: `0 ${String(CACHE_SECTORS)} linear /dev/mapper/logged 0`,
    origin: `0 ${String(ORIGIN_SECTORS)} linear /dev/mapper/logged ${String(CACHE_SECTORS)}`,
    wc: writecache(options),
  });
}

/** Keeps a log of the cache alone, and makes the origin slow: what flushes the origin flushes nothing else. */
async function startOnTwoDisks(options: readonly string[], writeDelayMs: number): Promise<void> {
  const [disk = '', logDisk = '', second = ''] = guest.disks;
  await create({
    logged: `0 ${String(CACHE_SECTORS)} log-writes ${disk} ${logDisk}`,
    cache: `0 ${String(CACHE_SECTORS)} linear /dev/mapper/logged 0`,
    origin: `0 ${String(ORIGIN_SECTORS)} delay ${second} 0 0 ${second} 0 ${String(writeDelayMs)}`,
    wc: writecache(options),
  });
}

function writecache(options: readonly string[]): string {
  const devices = '/dev/mapper/origin /dev/mapper/cache';
  const words = [BLOCK, options.length, ...options].join(' ');
  return `0 ${String(ORIGIN_SECTORS)} writecache s ${devices} ${words}`;
}

async function create(tables: Readonly<Record<string, string>>): Promise<void> {
  const [disk = ''] = guest.disks;
  await output(guest, `dd if=/dev/zero of=${disk} bs=${String(BLOCK)} count=1 oflag=direct status=none`);
  for (const [name, table] of Object.entries(tables)) {
    await output(guest, `dmsetup create ${name} --table '${table}'`);
  }
}

async function stop(): Promise<Buffer> {
  await output(guest, 'for name in wc origin cache logged; do dmsetup remove $name || exit; done');
  return readFile(log);
}

it('keeps the rules in ssd mode, as the log of what reached the disk tells', async () => {
  await startOnOneDisk([
    'high_watermark',
    '50',
    'low_watermark',
    '40',
    'autocommit_blocks',
    '24',
    'autocommit_time',
    '15',
  ]);
  await output(guest, `perl ${WRITER} /dev/mapper/wc 160 1 ${directory}/book 5 3000`);
  await output(guest, 'dmsetup message wc 0 flush_on_suspend');
  const trace = traceOfWriteLog(parseWriteLog(await stop()), [
    { device: 'cache', offsetBytes: 0, sizeBytes: CACHE_BYTES },
    { device: 'origin', offsetBytes: CACHE_BYTES, sizeBytes: ORIGIN_BYTES },
  ]);
  const events = [...trace];
  const report = checkRules(
    {
      ...{ mode: 's', geometry: geometryOf(BLOCK, BigInt(N_BLOCKS)), startSector: 0 },
      ...{ cache: new Uint8Array(CACHE_BYTES), origin: new Uint8Array(ORIGIN_BYTES) },
    },
    events,
  );
  expect(report.violations).toEqual([]);
  // What programs asked for is not in such a log.
  expect(report.undecided).toEqual(['R3']);
  expect(events.length).toBeGreaterThan(500);
});

it('acknowledges a flush that has not made an overwrite durable, when all blocks are under writeback (W10)', async () => {
  await startOnTwoDisks(
    ['high_watermark', '100', 'low_watermark', '100', 'autocommit_time', '3600000'],
    // The copy to the origin must still be under way when the flush has been acknowledged, also on a machine under load.
    10_000,
  );
  const write = (value: string): string =>
    `perl -e 'print "${value}" x ${String(BLOCK)}' >/tmp/block && dd if=/tmp/block of=/dev/mapper/wc bs=${String(BLOCK)} seek=3 oflag=direct status=none`;
  const mark = (text: string): string => `dmsetup message logged 0 mark ${text}`;
  const fsync = `perl -e 'open my $device, "+<", "/dev/mapper/wc" or die; syscall(74, fileno $device) == 0 or die'`;
  await output(
    guest,
    [
      write('A'),
      fsync,
      write('B'),
      mark('written'),
      'dmsetup message wc 0 cleaner',
      'sleep 0.2',
      fsync,
      mark('flushed'),
    ].join(' && '),
  );
  const status = await output(guest, 'dmsetup status wc');
  expect(status).toMatch(/writecache 0 64 63 1 /);
  await output(guest, "until dmsetup status wc | grep -q 'writecache 0 64 64 0 '; do sleep 0.5; done");
  const entries = [...parseWriteLog(await stop())];
  const markAt = (text: string): number => entries.findIndex((entry) => entry.mark === text);
  const overwriteAt = entries.findIndex((entry) => hasData(entry, 'B'));
  expect(markAt('written')).toBeGreaterThan(0);
  // The log has a write when it is durable, and this one is not when the flush has been acknowledged.
  expect(overwriteAt).toBeGreaterThan(markAt('flushed'));
});

function hasData({ flags, data }: WriteLogEntry, letter: string): boolean {
  return (
    (flags & WriteLogFlag.mark) === 0 && data !== null && Buffer.from(data).includes(letter.repeat(BLOCK))
  );
}
