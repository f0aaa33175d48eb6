import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench, documentOf, expectRefusals, resultOf } from './bench.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start({ kernel: 'uml-6.1', label: 'create: options' });
});
afterEach(() => bench.cleanUp());
afterAll(() => bench.end());

const PAIR = '--origin $O --cache $C';
/** Two superblocks' places, at sectors 0 and 8. */
// Forgotten too, or the next create says that this origin's cache was wiped.
const BLANK =
  'dd if=/dev/zero of=$C bs=4096 count=2 oflag=direct status=none && rm -f /var/lib/wcache/pairs/*';
const FOUR_KILOBYTE_SECTORS = 'losetup -d $C && C=$(new_device /tmp/cache 1M --sector-size 4096)';

describe('a blank cache', () => {
  it('becomes the mapping that the document tells of, with a record of the pair', async () => {
    const { create, table, status, info, records, again } = await bench.run({
      make: 'fresh',
      create: `wcache create wc ${PAIR} --json`,
      table: 'dmsetup table wc',
      status: 'dmsetup status wc',
      info: 'dmsetup info --columns --noheadings -o name,uuid,attr wc',
      records: 'cat /var/lib/wcache/pairs/*',
      again: `wcache create wc ${PAIR} --json`,
    });
    const document = documentOf(create);
    expect(document).toMatchObject({
      ...{ name: 'wc', done: true, changed: true, mode: 's', origin: '/dev/loop0', cache: '/dev/loop1' },
      ...{ length_sectors: 8192, block_size: 4096, total_blocks: 254, free_blocks: 254 },
      ...{ previous_state: 'blank', table: 's 7:0 7:1 4096 0', format: null },
    });
    expect(table.stdout).toBe(`0 8192 writecache ${document.table}\n`);
    expect(status.stdout).toBe('0 8192 writecache 0 254 254 0 0 0 0 0 0 0 0 0 0 0\n');
    expect(info.stdout).toBe(`wc:${document.uuid}:L--w\n`);
    expect(document.uuid).toMatch(/^WCACHE-[0-9a-f]{32}$/);
    expect(JSON.parse(records.stdout)).toMatchObject({
      ...{ format: 1, uuid: document.uuid, name: 'wc', mode: 's', block_size: 4096, start_sector: '0' },
      origin: { ids: [expect.stringMatching(/^loop-file:\d+:\/tmp\/origin$/)], size_bytes: '4194304' },
      cache: { ids: [expect.stringMatching(/^loop-file:\d+:\/tmp\/cache$/)], size_bytes: '1048576' },
    });
    expect(documentOf(again)).toMatchObject({
      done: true,
      changed: false,
      uuid: document.uuid,
      commands: [],
    });
  });

  it('is left blank by --dry-run, which prints just what is run then', async () => {
    const wordsOf = "perl -ne 's/WCACHE-[0-9a-f]+/UUID/; print' ";
    const { before, dry, after, text, create, ran } = await bench.run({
      make: 'fresh',
      before: 'state',
      dry: `wcache create wc ${PAIR} --high-watermark 60 --read-ahead 512 --dry-run --json`,
      after: 'state',
      text: `wcache create wc ${PAIR} --high-watermark 60 --read-ahead 512 --dry-run`,
      // A dmsetup that keeps its words before it does what they say.
      shim: `mkdir -p /tmp/bin && cat > /tmp/bin/dmsetup <<'END' && chmod +x /tmp/bin/dmsetup
#!/bin/sh
case " $* " in *" create "*) printf '%s\\n' "$@" >/tmp/words ;; esac
exec $(PATH=/usr/sbin:/sbin command -v dmsetup) "$@"
END`,
      create: `wcache_of_shim() { PATH=/tmp/bin:$PATH wcache_process "$@"; }; wcache_of_shim create wc ${PAIR} --high-watermark 60 --read-ahead 512 --json`,
      ran: `${wordsOf} /tmp/words`,
      remove: 'dmsetup remove wc',
    });
    const planned = documentOf(dry);
    expect(planned).toMatchObject({ done: false, total_blocks: 254, free_blocks: 254 });
    expect(after.stdout).toBe(before.stdout);
    const [command = '', ...more] = planned.commands;
    expect(more).toEqual([]);
    const [line = ''] = /^ *dmsetup .*$/m.exec(text.stdout) ?? [];
    const withoutUuid = (words: string): string => words.trim().replace(/WCACHE-[0-9a-f]+/, 'UUID');
    expect(withoutUuid(line)).toBe(withoutUuid(command));

    const made = documentOf(create);
    expect(made.commands.map(withoutUuid)).toEqual([withoutUuid(command)]);
    const { typed } = await bench.run({ typed: `printf '%s\\n' ${command.replace(/^dmsetup /, '')}` });
    expect(withoutUuid(typed.stdout).split('\n')).toEqual(ran.stdout.trim().split('\n'));
    const planOf = (document: typeof made): typeof made => ({
      ...document,
      ...{ uuid: '', commands: [], done: false, changed: false },
    });
    expect(planOf(made)).toEqual(planOf(planned));
  });
});

describe('an option', () => {
  const WORDS = [
    ['--start-sector 8', 'start_sector 8'],
    ['--high-watermark 60', 'high_watermark 60'],
    ['--low-watermark 40', 'low_watermark 40'],
    ['--writeback-jobs 7', 'writeback_jobs 7'],
    ['--autocommit-blocks 9', 'autocommit_blocks 9'],
    ['--autocommit-time 2s', 'autocommit_time 2000'],
    ['--max-age 3m', 'max_age 180000'],
    ['--cleaner', 'cleaner'],
    ['--metadata-only', 'metadata_only'],
    ['--pause-writeback 500ms', 'pause_writeback 500'],
  ] as const;

  it('reaches the kernel, each by itself', async () => {
    const parts = WORDS.flatMap(([flag]) => [
      [flag, `wcache create wc ${PAIR} ${flag} --json`],
      [`table ${flag}`, `dmsetup table wc && dmsetup remove wc && ${BLANK}`],
    ]);
    const results = await bench.run({
      make: 'fresh',
      ...(Object.fromEntries(parts) as Record<string, string>),
    });
    for (const [flag, words] of WORDS) {
      const { table } = documentOf(resultOf(results, flag));
      expect(table).toMatch(new RegExp(`^s 7:\\d+ 7:\\d+ 4096 ${String(words.split(' ').length)} ${words}$`));
      expect(resultOf(results, `table ${flag}`).stdout).toBe(`0 8192 writecache ${table}\n`);
    }
  });

  it('reaches the kernel together with all others, and the cache is found again where it is', async () => {
    const { create, table, ahead, again, inspect } = await bench.run({
      make: 'fresh',
      create: `wcache create wc ${PAIR} ${WORDS.map(([flag]) => flag).join(' ')} --read-ahead 1024 --json`,
      table: 'dmsetup table wc',
      ahead: 'blockdev --getra /dev/mapper/wc',
      remove: 'dmsetup remove wc',
      inspect: 'wcache inspect $C --start-sector 8 --json',
      again: `wcache create wc ${PAIR} --start-sector 8 --json`,
    });
    const words = WORDS.map(([, each]) => each).join(' ');
    expect(documentOf(create).table).toMatch(new RegExp(`^s 7:\\d+ 7:\\d+ 4096 18 ${words}$`));
    expect(table.stdout).toBe(`0 8192 writecache ${documentOf(create).table}\n`);
    expect(ahead.stdout).toBe('1024\n');
    expect(JSON.parse(inspect.stdout)).toMatchObject({ state: 'clean', start_sector: 8 });
    expect(documentOf(again)).toMatchObject({ previous_state: 'clean', total_blocks: 253 });
  });

  it('that the target would refuse is refused', async () => {
    await expectRefusals(bench, 'fresh', [
      [`wc ${PAIR} --fua`, 2, 'invalid-table'],
      [`wc ${PAIR} --no-fua`, 2, 'invalid-table'],
      [`wc ${PAIR} --high-watermark 40`, 2, 'invalid-table'],
      [`wc ${PAIR} --max-age 2d`, 2, 'invalid-table'],
      [`wc ${PAIR} --high-watermark 5x`, 2, 'bad-number'],
      [`wc ${PAIR} --read-ahead 1x`, 2, 'bad-read-ahead'],
      [`wc ${PAIR} --block-size 1000`, 2, 'bad-block-size'],
      [`wc ${PAIR} --block-size 8192`, 4, 'table-refused'],
      [`wc ${PAIR} --start-sector 2048`, 4, 'too-small'],
    ]);
  });
});

describe('the block size', () => {
  it('may be smaller than what suits best', async () => {
    const sizes = [512, 1024, 2048];
    const parts = sizes.flatMap((size) => [
      [`create ${String(size)}`, `wcache create wc ${PAIR} --block-size ${String(size)} --json`],
      [`status ${String(size)}`, 'dmsetup status wc && dmsetup remove wc'],
      [`inspect ${String(size)}`, 'wcache inspect $C --json'],
      [`blank ${String(size)}`, BLANK],
    ]);
    const results = await bench.run({
      make: 'fresh',
      ...(Object.fromEntries(parts) as Record<string, string>),
    });
    for (const size of sizes) {
      const { total_blocks: total, block_size } = documentOf(resultOf(results, `create ${String(size)}`));
      expect(block_size).toBe(size);
      expect(resultOf(results, `status ${String(size)}`).stdout).toContain(
        ` writecache 0 ${String(total)} ${String(total)} 0 `,
      );
      expect(JSON.parse(resultOf(results, `inspect ${String(size)}`).stdout)).toMatchObject({
        state: 'clean',
        superblock: { block_size: size, n_blocks: total },
      });
    }
  });

  it('is the largest that suits the origin, unless told', async () => {
    const { odd, fourK } = await bench.run({
      make: 'fresh 4194816',
      odd: `wcache create wc ${PAIR} --json`,
      clean: `clean_up && fresh 4M && ${FOUR_KILOBYTE_SECTORS}`,
      fourK: `wcache create wc ${PAIR} --json`,
    });
    expect(documentOf(odd)).toMatchObject({ block_size: 512, length_sectors: 8193 });
    expect(documentOf(fourK)).toMatchObject({ block_size: 4096 });
  });

  it('that does not suit the devices or what is on them is refused', async () => {
    const make = `fresh && ${FOUR_KILOBYTE_SECTORS}`;
    await expectRefusals(bench, make, [[`wc ${PAIR} --block-size 512`, 2, 'block-size-too-small']]);
    await bench.cleanUp();
    await expectRefusals(bench, 'fresh 4194816', [[`wc ${PAIR} --block-size 1024`, 4, 'origin-not-aligned']]);
    await bench.cleanUp();
    await expectRefusals(bench, 'fresh 8M && mkfs.ext4 -q -b 1024 $O && raw && dmsetup remove wc', [
      [`wc ${PAIR}`, 4, 'file-system-block-size'],
      [`wc ${PAIR} --block-size 512`, 4, 'block-size-differs'],
    ]);
  });

  it.each([
    ['ext4 with blocks of 1 KiB', '8M', 'mkfs.ext4 -q -b 1024', 1024],
    ['xfs with sectors of 512 bytes', '320M', 'mkfs.xfs -q -s size=512', 512],
  ])(
    'is chosen so that %s mounts over the cache, and keeps its data',
    async (_what, size, mkfs, blockSize) => {
      const { create, written, dirty, again, read, alone } = await bench.run({
        make: `fresh ${size} 4M && ${mkfs} $O`,
        create: `wcache create wc ${PAIR} --json`,
        mount: 'mkdir -p /tmp/mnt && mount /dev/mapper/wc /tmp/mnt',
        written: 'seq 20000 >/tmp/mnt/numbers && sync /tmp/mnt/numbers && sha256sum /tmp/mnt/numbers',
        unmount: 'umount /tmp/mnt && dmsetup remove wc',
        dirty: 'wcache inspect $C --json',
        again: `wcache create wc ${PAIR} --attach --json`,
        read: 'mount /dev/mapper/wc /tmp/mnt && sha256sum /tmp/mnt/numbers && umount /tmp/mnt',
        back: 'written_back',
        alone: 'mount $O /tmp/mnt && sha256sum /tmp/mnt/numbers && umount /tmp/mnt',
      });
      expect(documentOf(create)).toMatchObject({ block_size: blockSize });
      expect(JSON.parse(dirty.stdout)).toMatchObject({ state: 'dirty' });
      expect(documentOf(again)).toMatchObject({ previous_state: 'dirty', block_size: blockSize });
      expect(read.stdout).toBe(written.stdout);
      expect(alone.stdout).toBe(written.stdout);
    },
  );
});
