import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSparse, prepareLvm } from '../../lab/index.js';
import { Bench, documentOf, expectRefusals } from './bench.js';

const MIB = 1 << 20;
let bench: Bench;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'create-in-use-'));
  const disks = await Promise.all(
    ['slow', 'fast'].map(async (name) => ({ path: await createSparse(join(directory, name), 8 * MIB) })),
  );
  bench = await Bench.start({ kernel: 'uml-6.1', disks, label: 'create: devices in use' });
});
afterEach(() => bench.cleanUp());
afterAll(async () => {
  await bench.end();
  await rm(directory, { recursive: true, force: true });
});

const PAIR = '--origin $O --cache $C';

describe('a device', () => {
  it('that somebody uses is refused', async () => {
    const make = `fresh
      MOUNTED=$(new_device /tmp/origin-mounted 4M) && mkfs.ext4 -q $MOUNTED && mkdir -p /tmp/mnt && mount -o ro $MOUNTED /tmp/mnt
      SWAP=$(new_device /tmp/origin-swap 1M) && mkswap -q $SWAP && swapon $SWAP
      HELD=$(new_device /tmp/origin-held 1M) && dmsetup create holder --table "0 64 linear $HELD 64"
      BELOW=$(new_device /tmp/origin-below 1M) && losetup -f $BELOW`;
    const messages = await expectRefusals(
      bench,
      make,
      ['MOUNTED', 'SWAP', 'HELD', 'BELOW'].flatMap((used) => [
        [`wc --origin $${used} --cache $C`, 5, 'device-in-use'],
        [`wc --origin $O --cache $${used}`, 5, 'device-in-use'],
      ]),
    );
    const evidence = [/mountinfo has \/dev\/loop2/, /swaps has/, /holder of loop4: .*holder/, /backed by/];
    evidence.forEach((pattern, index) => {
      expect(messages[2 * index]).toMatch(pattern);
      expect(messages[2 * index + 1]).toMatch(pattern);
    });
  });

  it('that a program has claimed is refused', async () => {
    const make = `fresh && rm -f /run/claimed
      perl -e 'use Fcntl; sysopen(my $f, $ARGV[0], O_RDONLY|O_EXCL) or die; open my $m, ">", "/run/claimed"; print $m $$; close $m; sleep 600' $C &
      while test ! -s /run/claimed; do sleep 0.1; done`;
    await expectRefusals(bench, make, [[`wc ${PAIR}`, 5, 'device-busy']]);
    await bench.run({ free: 'kill $(cat /run/claimed)' });
  });

  it('that is not fit for it is refused', async () => {
    const make = `fresh
      READONLY=$(new_device /tmp/origin-ro 1M --read-only)
      ln -sf $O /run/link`;
    await expectRefusals(bench, make, [
      ['wc --origin $READONLY --cache $C', 4, 'read-only'],
      ['wc --origin $O --cache $READONLY', 4, 'read-only'],
      ['wc --origin /tmp/origin-file --cache $C', 4, 'no-such-device'],
      ['wc --origin $O --cache /dev/nothing', 4, 'no-such-device'],
      ['wc --origin $O --cache ""', 2, 'bad-path'],
      ['wc --origin $O --cache /dev/null', 4, 'is-a-character-device'],
      ['wc --origin /tmp --cache $C', 4, 'is-a-directory'],
      ['wc --origin /etc/passwd --cache $C', 4, 'not-a-block-device'],
      ['wc --origin $O --cache $O', 2, 'same-device'],
      ['wc --origin $O --cache /run/link', 2, 'same-device'],
      ['wc --origin $O', 2, 'usage'],
    ]);
  });

  it('that is a part of the other, or of the same disk, is refused', async () => {
    const make = `fresh
      DISK=$(new_device /tmp/origin-disk 4M --partscan) && addpart $DISK 1 64 2048 && addpart $DISK 2 4096 2048
      TWIN=$(losetup -f --show /tmp/origin)`;
    const messages = await expectRefusals(bench, make, [
      ['wc --origin ${DISK}p1 --cache $DISK', 4, 'devices-overlap'],
      ['wc --origin $DISK --cache ${DISK}p2', 4, 'devices-overlap'],
      ['wc --origin $O --cache $TWIN', 4, 'devices-overlap'],
    ]);
    expect(messages[0]).toContain('is a partition of');
    const { create } = await bench.run({
      find: 'DISK=/dev/loop2',
      create: 'wcache create wc --origin ${DISK}p1 --cache ${DISK}p2 --json',
      remove: 'dmsetup remove wc && delpart $DISK 1 && delpart $DISK 2',
    });
    expect(documentOf(create)).toMatchObject({ length_sectors: 2048, previous_state: 'blank' });
  });
});

describe('a name', () => {
  it('that a mapping has already is refused', async () => {
    const make = `fresh
      dmsetup create other --table '0 8 zero'
      dmsetup create empty --notable
      MADE_O=$(new_device /tmp/origin-made 4M) && MADE_C=$(new_device /tmp/cache-made 1M)
      wcache create made --origin $MADE_O --cache $MADE_C --json >/run/made`;
    await expectRefusals(bench, make, [
      [`other ${PAIR}`, 5, 'mapping-exists'],
      [`empty ${PAIR}`, 5, 'mapping-exists'],
      [`made ${PAIR}`, 5, 'mapping-exists'],
      // The devices are the same, the options are not.
      ['made --origin $MADE_O --cache $MADE_C --high-watermark 60', 5, 'mapping-exists'],
      ['again --origin $MADE_O --cache $MADE_C', 5, 'device-in-use'],
    ]);
  });
});

describe("what is LVM's", () => {
  it('is refused: a physical volume, and the parts of a cache of its own', async () => {
    const env = await prepareLvm(bench.guest);
    const environment = Object.entries(env).map(([name, value]) => `export ${name}=${value}`);
    const { held } = await bench.run({
      make: `fresh && ${environment.join(' && ')}
        pvcreate -q --dataalignment 1m /dev/ubda /dev/ubdb && vgcreate -q -s 64k vg /dev/ubda /dev/ubdb &&
        lvcreate -q -y -n data -l 16 vg /dev/ubda && lvcreate -q -y -n plain -l 16 vg /dev/ubda &&
        lvcreate -q -y -an -Zn -Wn -n cache -l 8 vg /dev/ubdb &&
        lvconvert -q -y --type writecache --cachesettings autocommit_time=3600000 --cachevol cache vg/data`,
      held: 'ls /dev/mapper',
    });
    expect(held.stdout.split('\n')).toEqual(
      expect.arrayContaining(['vg-cache_cvol', 'vg-data_wcorig', 'vg-data']),
    );
    const watched = 'O=/dev/loop0 C=/dev/loop1 WATCHED="/dev/ubda /dev/ubdb" V=/dev/mapper/vg-';
    await expectRefusals(bench, watched, [
      ['wc --origin ${V}data_wcorig --cache $C', 5, 'device-in-use'],
      ['wc --origin $O --cache ${V}cache_cvol', 5, 'device-in-use'],
      ['wc --origin /dev/ubda --cache $C', 5, 'device-in-use'],
    ]);
    // What is on top of them went away, as it does for a moment while LVM changes something.
    const messages = await expectRefusals(bench, `dmsetup remove vg-data && ${watched}`, [
      ['wc --origin ${V}data_wcorig --cache $C', 4, 'lvm-internal'],
      ['wc --origin $O --cache ${V}cache_cvol', 4, 'lvm-internal'],
    ]);
    expect(messages[1]).toContain('the cvol layer of vg/cache_cvol');
    const { create } = await bench.run({
      watched,
      create: 'wcache create wc --origin ${V}plain --cache $C --json',
      remove: 'dmsetup remove wc && dmsetup remove_all && dmsetup remove_all',
    });
    expect(documentOf(create)).toMatchObject({ length_sectors: 2048 });

    await expectRefusals(bench, watched, [
      ['wc --origin /dev/ubda --cache $C', 5, 'physical-volume'],
      ['wc --origin $O --cache /dev/ubdb', 4, 'foreign-signature'],
    ]);
    const { override } = await bench.run({
      watched,
      override: 'wcache create wc --origin /dev/ubda --cache $C --override physical-volume --json',
    });
    expect(documentOf(override)).toMatchObject({ done: true, origin: '/dev/ubda' });
  });
});

describe('the memory of the kernel', () => {
  it('is held against what the cache needs', async () => {
    const { total } = await bench.run({ total: "awk '/^MemTotal/ { print $2 }' /proc/meminfo" });
    // 88 bytes for each block of 4 KiB and its 16 bytes of metadata.
    const sectorsFor = (share: number): string =>
      String(Math.floor((Number(total.stdout) * 1024 * share) / 88) * 8);
    const cache = (share: number): string =>
      `fresh && dmsetup create big --table '0 ${sectorsFor(share)} zero'`;
    const words = 'wc --origin $O --cache /dev/mapper/big';
    const [message] = await expectRefusals(bench, cache(0.92), [[words, 3, 'kernel-memory']]);
    expect(message).toMatch(/^The kernel needs \d.* of memory for this cache, and the machine has \d/);
    const { over, less, little } = await bench.run({
      find: 'O=/dev/loop0',
      over: `wcache create ${words} --override kernel-memory --dry-run --json`,
      clean: 'clean_up',
      make: cache(0.6),
      less: `wcache create ${words} --dry-run --json`,
      cleanAgain: 'clean_up',
      makeAgain: cache(0.45),
      little: `wcache create ${words} --dry-run --json`,
    });
    const noted = [over, less, little].map((each) =>
      documentOf(each).notes.some(({ code }) => code === 'kernel-memory'),
    );
    expect(noted).toEqual([true, true, false]);
  });
});
