import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench, documentOf, expectRefusals, failureOf } from './bench.js';

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.start({ kernel: 'uml-6.1', label: 'create: what is on the cache' });
});
afterEach(() => bench.cleanUp());
afterAll(() => bench.end());

const PAIR = '--origin $O --cache $C';
const codesOf = (notes: readonly { readonly code: string }[]): string[] =>
  notes.map(({ code }) => code).filter((code) => !/^[WH]\d/.test(code));

/** Blocks 0 to 63 as `dirty` of prelude.sh leaves them. */
const DIRTY = `aca${'.'.repeat(47)}b${'.'.repeat(13)}`;
const EMPTY = '.'.repeat(64);

describe('a clean cache', () => {
  it('is used as it is', async () => {
    const { before, create, status, data } = await bench.run({
      make: 'fresh && dirty && raw && written_back',
      before: 'wcache inspect $C --json',
      create: `wcache create wc ${PAIR} --json`,
      status: 'dmsetup status wc',
      data: 'get /dev/mapper/wc',
    });
    const { superblock } = JSON.parse(before.stdout) as { superblock: unknown };
    expect(superblock).toMatchObject({ seq_count: '1' });
    const document = documentOf(create);
    expect(document).toMatchObject({ previous_state: 'clean', total_blocks: 254, free_blocks: 254 });
    expect(codesOf(document.notes)).toEqual([]);
    expect(status.stdout).toContain(' writecache 0 254 254 0 ');
    expect(data.stdout).toBe(`${DIRTY}\n`);
  });
});

describe('a dirty cache', () => {
  it('is refused, unless --attach says that this is its origin; then all of its data is there', async () => {
    const { before, refused, after, create, data, status, origin } = await bench.run({
      make: 'fresh && dirty',
      before: 'state',
      refused: `wcache create wc ${PAIR} --json`,
      after: 'state',
      create: `wcache create wc ${PAIR} --attach --json`,
      status: 'dmsetup status wc',
      data: 'get /dev/mapper/wc',
      back: 'written_back',
      origin: 'get $O',
    });
    expect(failureOf(refused)).toMatchObject({ status: 5, code: 'dirty-cache' });
    expect(after.stdout).toBe(before.stdout);
    expect(documentOf(create)).toMatchObject({ previous_state: 'dirty', free_blocks: 250 });
    expect(codesOf(documentOf(create).notes)).toEqual(['no-record']);
    expect(status.stdout).toContain(' writecache 0 254 250 0 ');
    expect(data.stdout).toBe(`${DIRTY}\n`);
    expect(origin.stdout).toBe(`${DIRTY}\n`);
  });

  it('whose blocks lie beyond the end of the origin is refused, unless they may go', async () => {
    const make =
      'fresh && dirty && losetup -d $O && truncate -s 64K /tmp/origin && O=$(losetup -f --show /tmp/origin)';
    const [message] = await expectRefusals(bench, make, [[`wc ${PAIR} --attach`, 4, 'beyond-origin']]);
    expect(message).toContain(' 1 of its blocks ');
    const { create, data } = await bench.run({
      find: 'O=/dev/loop0 C=/dev/loop1',
      create: `wcache create wc ${PAIR} --attach --override beyond-origin --json`,
      data: 'get /dev/mapper/wc',
    });
    expect(codesOf(documentOf(create).notes)).toEqual(expect.arrayContaining(['beyond-origin', 'no-record']));
    expect(data.stdout).toBe(`aca${'.'.repeat(13)}\n`);
  });
});

describe('the record of a pair', () => {
  const MADE = `fresh && wcache create wc ${PAIR} --json >/run/made && put a 0 3 && dmsetup remove wc`;
  const OTHER_ORIGIN = 'P=$(new_device /tmp/origin2 4M)';
  const OTHER_CACHE = 'D=$(new_device /tmp/cache2 1M)';

  it('keeps a dirty cache from another origin, unless the operator knows better', async () => {
    const [message] = await expectRefusals(bench, `${MADE} && ${OTHER_ORIGIN}`, [
      ['wc --origin $P --cache $C --attach', 5, 'other-origin'],
    ]);
    expect(message).toMatch(/ wc from \d{4}-\d\d-\d\d says that it belongs to loop-file:\d+:\/tmp\/origin /);
    const { create, data, records, back, own } = await bench.run({
      find: 'O=/dev/loop0 C=/dev/loop1 P=/dev/loop2',
      create: 'wcache create wc --origin $P --cache $C --attach --override other-origin --json',
      data: 'get /dev/mapper/wc',
      remove: 'dmsetup remove wc',
      records: 'cat /var/lib/wcache/pairs/*',
      // The record follows what was done: now it is the old origin that is the wrong one.
      back: `wcache create wc ${PAIR} --attach --json`,
      own: 'wcache create wc --origin $P --cache $C --attach --json',
    });
    expect(codesOf(documentOf(create).notes)).toEqual(['other-origin']);
    expect(data.stdout).toBe(`aaa${EMPTY.slice(3)}\n`);
    expect(JSON.parse(records.stdout)).toMatchObject({ origin: { path: '/dev/loop2' } });
    expect(failureOf(back)).toMatchObject({ status: 5, code: 'other-origin' });
    expect(codesOf(documentOf(own).notes)).toEqual([]);
  });

  it('knows the devices again under other names', async () => {
    const { create } = await bench.run({
      make: MADE,
      swap: 'losetup -D && C=$(losetup -f --show /tmp/cache) && O=$(losetup -f --show /tmp/origin)',
      create: `wcache create again ${PAIR} --attach --json`,
    });
    expect(documentOf(create)).toMatchObject({
      origin: '/dev/loop1',
      cache: '/dev/loop0',
      previous_state: 'dirty',
    });
    expect(codesOf(documentOf(create).notes)).toEqual([]);
  });

  it('keeps an origin from a second cache while the first one has its blocks, or is not there', async () => {
    const other = 'wc --origin $O --cache $D';
    const make = `${MADE} && ${OTHER_CACHE}`;
    const [dirty] = await expectRefusals(bench, make, [[other, 5, 'other-cache']]);
    expect(dirty).toContain('which has 3 blocks that are newer than on /dev/loop0');
    const away = 'O=/dev/loop0 C=/dev/loop1 D=/dev/loop2 && losetup -d $C';
    const [absent] = await expectRefusals(bench, away, [[other, 5, 'other-cache']]);
    expect(absent).toMatch(/can't be told.* here/);
    const { override, clean } = await bench.run({
      find: 'O=/dev/loop0 D=/dev/loop2',
      override: `wcache create ${other} --override other-cache --dry-run --json`,
      back: 'C=$(losetup -f --show /tmp/cache) && raw && written_back',
      clean: `wcache create ${other} --json`,
    });
    expect(codesOf(documentOf(override).notes)).toEqual(['other-cache']);
    expect(codesOf(documentOf(clean).notes)).toEqual([]);
  });

  it('keeps a stale origin from going live with an empty cache where the superblock was wiped', async () => {
    const { refused, attach, plan, records } = await bench.run({
      make: `${MADE} && dd if=/dev/zero of=$C bs=4096 count=1 conv=notrunc,fsync status=none`,
      refused: `wcache create wc ${PAIR} --json`,
      attach: `wcache create wc ${PAIR} --attach --json`,
      plan: `wcache create wc ${PAIR} --format --dry-run --json`,
      records: 'cat /var/lib/wcache/pairs/*',
    });
    expect(failureOf(refused)).toMatchObject({ status: 5, code: 'cache-went-blank' });
    expect(failureOf(attach)).toMatchObject({ status: 5, code: 'cache-went-blank' });
    expect(documentOf(plan)).toMatchObject({ previous_state: 'blank', done: false });
    expect(JSON.parse(records.stdout)).toMatchObject({ used: true });
  });

  it('that cannot be read is passed over, and told', async () => {
    const { create } = await bench.run({
      make: `${MADE} && echo junk >$(echo /var/lib/wcache/pairs/*)`,
      create: `wcache create wc ${PAIR} --attach --json`,
    });
    const { notes } = documentOf(create);
    expect(codesOf(notes)).toEqual(['unreadable-record', 'no-record']);
    expect(notes[0]?.message).toMatch(/\/var\/lib\/wcache\/pairs\/WCACHE-[0-9a-f]{32}\.json /);
  });

  it('that cannot be written leaves the cache up, and is told', async () => {
    const { create, status } = await bench.run({
      make: 'fresh && mkdir /var/lib/wcache && touch /var/lib/wcache/pairs',
      create: `wcache create wc ${PAIR} --json`,
      status: 'dmsetup status wc',
    });
    expect(codesOf(documentOf(create).notes)).toEqual(['record-failed']);
    expect(status.stdout).toContain(' writecache 0 254 254 ');
  });
});

describe('what is no usable cache', () => {
  const atSuperblock = (offset: number, bytes: string): string =>
    `printf '${bytes}' | dd of=/tmp/cache bs=1 seek=${String(offset)} conv=notrunc status=none`;
  /** libblkid looks for no such thing on a device as small as the others. */
  const LVM_CACHE = 'losetup -d $C && rm /tmp/cache && C=$(new_device /tmp/cache 4M) && physical_volume $C';
  const NO_MAGIC = atSuperblock(0, String.raw`\000\000\000\000`);

  it.each([
    ['of another version', `dirty && ${atSuperblock(4, String.raw`\002`)}`, 'bad-version'],
    ['with an impossible block size', `dirty && ${atSuperblock(8, String.raw`\001`)}`, 'bad-block-size'],
    [
      'with more blocks than there is room for',
      `dirty && ${atSuperblock(18, String.raw`\377`)}`,
      'area-too-small',
    ],
    ['whose magic was written over', `dirty && ${NO_MAGIC}`, 'magic-lost'],
    ['whose format was cut short', `raw && dmsetup remove wc && ${NO_MAGIC}`, 'torn-format'],
    [
      'full of something else',
      'dd if=/dev/urandom of=/tmp/cache bs=64k count=1 conv=notrunc status=none',
      'not-a-writecache',
    ],
    ['with an entry at no block', `dirty && ${atSuperblock(64, String.raw`\001`)}`, 'misaligned-sector'],
    ['that is swap space', 'mkswap -q $C >/dev/null', 'foreign-signature'],
    ['with a file system', 'mkfs.ext4 -q -F $C', 'foreign-signature'],
    ['that is a physical volume of LVM', LVM_CACHE, 'foreign-signature'],
  ])('%s is refused', async (_what, make, code) => {
    await expectRefusals(bench, `fresh && { ${make}; }`, [[`wc ${PAIR} --attach`, 4, code]]);
  });

  it('is refused where the superblock is not at the start sector that is told', async () => {
    const make = 'fresh && raw 4096 start_sector 8 && put a 0 && dmsetup remove wc';
    await expectRefusals(bench, make, [[`wc ${PAIR} --attach`, 4, 'superblock-elsewhere']]);
  });
});

describe('--format', () => {
  const TORN = String.raw`raw && dmsetup remove wc && printf '\000\000\000\000' | dd of=/tmp/cache bs=1 conv=notrunc status=none`;

  it.each([
    ['a blank cache', 'true', 'blank'],
    ['a clean one, with another block size', 'dirty && raw && written_back', 'clean'],
    ['one whose format was cut short', TORN, 'torn'],
  ])('formats %s', async (_what, make, state) => {
    const { create, status, inspect } = await bench.run({
      make: `fresh && { ${make}; }`,
      create: `wcache create wc ${PAIR} --format --block-size 1024 --yes --json`,
      status: 'dmsetup status wc && dmsetup remove wc',
      inspect: 'wcache inspect $C --json',
    });
    const document = documentOf(create);
    expect(document).toMatchObject({ previous_state: state, block_size: 1024, format: { done: true } });
    expect(status.stdout).toContain(
      ` writecache 0 ${String(document.total_blocks)} ${String(document.total_blocks)} `,
    );
    expect(JSON.parse(inspect.stdout)).toMatchObject({
      state: 'clean',
      superblock: { seq_count: '0', block_size: 1024 },
    });
  });

  it('of what would be lost, or without consent, is refused', async () => {
    await expectRefusals(bench, 'fresh && dirty', [
      [`wc ${PAIR} --format --yes`, 5, 'dirty-cache'],
      [`wc ${PAIR} --format --attach --yes`, 2, 'usage'],
    ]);
    await bench.cleanUp();
    await expectRefusals(bench, 'fresh && raw && dmsetup remove wc', [
      [`wc ${PAIR} --format`, 2, 'not-confirmed'],
    ]);
    await bench.cleanUp();
    await expectRefusals(bench, 'fresh && mkswap -q $C >/dev/null', [
      [`wc ${PAIR} --format --yes`, 5, 'foreign-signature'],
    ]);
  });

  it('is shown as a plan by --dry-run', async () => {
    const { before, dry, after } = await bench.run({
      make: 'fresh',
      before: 'state',
      dry: `wcache create wc ${PAIR} --format --dry-run --json`,
      after: 'state',
    });
    expect(documentOf(dry)).toMatchObject({ done: false, format: { done: false } });
    expect(after.stdout).toBe(before.stdout);
  });

  it('asks on a terminal, and does nothing without a typed YES', async () => {
    const command = `$NODE $PROJECT/bin/wcache.cjs create wc ${PAIR} --format`;
    // The terminal stays until wcache has ended: it would take an end of input for an answer too.
    const onTerminal = (answer: string): string => `rm -f /run/typed /run/ended && : >/run/typed
      { while ! grep -q 'Type YES' /run/typed; do sleep 0.3; done; echo ${answer}; while test ! -e /run/ended; do sleep 0.1; done; } |
        { script -qec "${command}" /dev/null >/run/typed; echo $? >/run/ended; }
      cat /run/ended`;
    const { before, no, after, yes, status } = await bench.run({
      make: 'fresh && raw && dmsetup remove wc',
      before: 'state',
      no: onTerminal('no'),
      after: 'state',
      yes: onTerminal('YES'),
      status: 'dmsetup status wc',
    });
    expect(no.stdout).toBe('2\n');
    expect(after.stdout).toBe(before.stdout);
    expect(yes.stdout).toBe('0\n');
    expect(status.stdout).toContain(' writecache 0 254 254 ');
  });
});

describe('two identical entries', () => {
  /** The later of the two blocks, b, is what the kernel keeps; both entries say block 7, committed by the same commit. */
  const entry = String.raw`\070\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000`;
  const make = `fresh && raw && put a 9 && sync /dev/mapper/wc && put a 7 && sync /dev/mapper/wc && put b 8 && sync /dev/mapper/wc && dmsetup remove wc &&
    printf '${entry}${entry}' | dd of=/tmp/cache bs=1 seek=80 conv=notrunc status=none`;

  it('are refused, unless told; then the later one is there, and the mapping is free of error', async () => {
    await expectRefusals(bench, make, [
      [`wc ${PAIR} --attach`, 4, 'identical-entries'],
      [`wc ${PAIR} --override identical-entries`, 5, 'dirty-cache'],
    ]);
    const { create, status, data, write, check } = await bench.run({
      find: 'O=/dev/loop0 C=/dev/loop1',
      create: `wcache create wc ${PAIR} --attach --override identical-entries --json`,
      status: 'dmsetup status wc',
      data: 'get /dev/mapper/wc',
      write: 'put c 20 && sync /dev/mapper/wc && dmsetup status wc && dmsetup remove wc',
      check: 'wcache check $C --json',
    });
    expect(documentOf(create)).toMatchObject({ done: true, previous_state: 'dirty', free_blocks: 252 });
    expect(codesOf(documentOf(create).notes)).toEqual(expect.arrayContaining(['identical-entries']));
    expect(status.stdout).toContain(' writecache 0 254 252 ');
    expect(data.stdout).toBe(`${'.'.repeat(7)}b.a${'.'.repeat(54)}\n`);
    expect(write.stdout).toContain(' writecache 0 254 251 ');
    expect(JSON.parse(check.stdout)).toMatchObject({ ok: true, problems: [] });
  });
});
