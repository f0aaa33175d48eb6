import { COMMIT, create, discard, message, put, remove, tableLine, type TableOptions } from './commands.js';
import type { KernelName } from '../../lab/index.js';
import type { Recipe, Take } from './recipe.js';

const KIB = 1024;
const MIB = 1024 * KIB;
/** An hour: what is committed is then committed by a step, not by the time that passes. */
const NO_TIMER = ['autocommit_time', '3600000'];
/** In pmem mode the number of uncommitted blocks would trigger a commit, too. */
const NO_COMMITS = ['autocommit_blocks', '1000000', ...NO_TIMER];

type Sketch = Partial<Omit<Recipe, 'name' | 'what' | 'steps'>>;
type Steps = (place: Place) => readonly string[];

/** What the steps of a recipe need to know of it. */
interface Place {
  readonly blockSize: number;
  /** The recipe's table, with other devices where told. */
  readonly table: (changes?: Partial<TableOptions>) => string;
  readonly put: (letter: string, firstBlock: number, count?: number) => string;
  /** The blocks in one request. */
  readonly putTogether: (letter: string, firstBlock: number, count: number) => string;
}

function recipe(name: string, what: string, sketch: Sketch, steps: Steps): Recipe {
  const cacheBytes = sketch.cacheBytes ?? 256 * KIB;
  const filled = {
    name,
    what,
    kernel: 'uml-6.1' as const,
    mode: 's' as const,
    blockSize: 4096,
    startSector: 0,
    cacheBytes,
    originBytes: MIB,
    originDiskBytes: sketch.originBytes ?? MIB,
    options: NO_TIMER,
    usesLvm: false,
    end: 'shutdown' as const,
    take: { from: 'cache', what: 'the whole cache device', offsetBytes: 0, lengthBytes: cacheBytes } as const,
    ...sketch,
  };
  const { blockSize } = filled;
  const place: Place = {
    blockSize,
    table: (changes = {}) => tableLine({ ...filled, ...changes }),
    put: (letter, firstBlock, count = 1) => put(letter, firstBlock, { blockSize, count }),
    putTogether: (letter, firstBlock, count) => put(letter, firstBlock, { blockSize, count, together: true }),
  };
  return { ...filled, steps: steps(place) };
}

/** A cache whose writes dm-log-writes records, so that every crash state can be had afterwards. */
function logged(
  name: string,
  what: string,
  taken: string,
  isWanted: Extract<Take, { from: 'log' }>['isWanted'],
  sketch: Sketch,
  steps: Steps,
): Recipe {
  return recipe(name, what, { ...sketch, take: { from: 'log', what: taken, isWanted } }, (place) => [
    create('logged', `0 ${String((sketch.cacheBytes ?? 256 * KIB) / 512)} log-writes $CACHE $LOG`),
    create('wc', place.table({ cache: '/dev/mapper/logged' })),
    ...steps(place),
    remove(),
    // Removing it waits until the log is complete.
    remove('logged'),
  ]);
}

/**
 * A stale copy stays on the medium when a block is overwritten, and that committed, while its older copy is being written back: a write to the
 * origin takes a minute here, and its power goes before that. Flushes of the origin are not slow, or the commit would wait for them.
 */
function overwrittenInWriteback({ table, put: putBlocks }: Place): string[] {
  return [
    create('slow', `0 ${String(MIB / 512)} delay $ORIGIN 0 0 $ORIGIN 0 60000 $ORIGIN 0 0`),
    create('wc', table({ origin: '/dev/mapper/slow' })),
    putBlocks('a', 10, 5),
    COMMIT,
    `(${message('flush')} >/dev/null 2>&1 &) ; until dmsetup status wc | grep -q '^0 [0-9]* writecache 0 [0-9]* [0-9]* 5 '; do sleep 0.1; done`,
    putBlocks('b', 11, 3),
    COMMIT,
    putBlocks('c', 30),
  ];
}

const fresh = [512, 1024, 2048, 4096].map((blockSize) =>
  recipe(
    `fresh-${String(blockSize)}`,
    `Formatted by the kernel with ${String(blockSize)}-byte blocks and never written.`,
    { blockSize },
    ({ table }) => [create('wc', table()), remove()],
  ),
);

const life: readonly Recipe[] = [
  recipe(
    'fresh-loaded',
    'Formatted by a load alone: the table was never resumed, and the power went.',
    { end: 'powerCut' },
    ({ table }) => ['dmsetup create wc --notable', `dmsetup load wc --table "${table()}"`],
  ),
  recipe(
    'fresh-512-large',
    'Formatted with 512-byte blocks where the entries take more than one 64 KiB region.',
    { blockSize: 512, cacheBytes: 4 * MIB },
    ({ table }) => [create('wc', table()), remove()],
  ),
  recipe(
    'fresh-one-block',
    'Formatted on the smallest device that the kernel takes: one block.',
    { cacheBytes: 8 * KIB },
    ({ table }) => [create('wc', table()), remove()],
  ),
  recipe(
    'fresh-unused-tail',
    'Formatted on a device whose last sectors are too few for another block.',
    { cacheBytes: 258 * KIB + 512 },
    ({ table }) => [create('wc', table()), remove()],
  ),
  ...[7, 8].map((startSector) =>
    recipe(
      `fresh-start-${String(startSector)}`,
      `Formatted with start_sector ${String(startSector)}.`,
      { startSector },
      ({ table }) => [create('wc', table()), remove()],
    ),
  ),
  recipe(
    'dirty',
    'Live blocks of several commits, left by a plain remove; one was overwritten in place after its commit.',
    {},
    ({ table, put: putBlocks }) => [
      create('wc', table()),
      putBlocks('a', 0, 3),
      COMMIT,
      putBlocks('b', 100),
      putBlocks('b', 1),
      COMMIT,
      putBlocks('c', 50, 2),
      remove(),
    ],
  ),
  recipe(
    'dirty-512',
    'Live 512-byte blocks, written in requests of many blocks, some across older ones.',
    { blockSize: 512 },
    ({ table, put: putBlocks, putTogether }) => [
      create('wc', table()),
      putTogether('a', 8, 8),
      COMMIT,
      putTogether('b', 32, 16),
      putBlocks('c', 1000, 5),
      COMMIT,
      putTogether('d', 12, 4),
      remove(),
    ],
  ),
  recipe(
    'dirty-start-7',
    'Live 1024-byte blocks behind start_sector 7.',
    { blockSize: 1024, startSector: 7 },
    ({ table, put: putBlocks }) => [
      create('wc', table()),
      putBlocks('a', 3, 4),
      COMMIT,
      putBlocks('b', 900, 2),
      remove(),
    ],
  ),
  recipe(
    'dirty-full',
    'Every block is live: the watermarks allow it.',
    { cacheBytes: 64 * KIB, options: ['high_watermark', '100', 'low_watermark', '100', ...NO_TIMER] },
    ({ table, put: putBlocks }) => [create('wc', table()), putBlocks('a', 20, 14), COMMIT, remove()],
  ),
  recipe(
    'discarded',
    'Some blocks were discarded: their entries are free but keep the sector.',
    {},
    ({ table, put: putBlocks, blockSize }) => [
      create('wc', table()),
      putBlocks('a', 0, 8),
      COMMIT,
      discard(2, 3, blockSize),
      remove(),
    ],
  ),
  recipe(
    'suspended',
    'The medium while the target is suspended; what was uncommitted is committed by the suspend.',
    { end: 'powerCut' },
    ({ table, put: putBlocks }) => [
      create('wc', table()),
      putBlocks('a', 0, 4),
      COMMIT,
      putBlocks('b', 2, 4),
      'dmsetup suspend wc',
    ],
  ),
  recipe(
    'flushed',
    'Written back by the flush message and removed: all free, sectors kept.',
    {},
    ({ table, put: putBlocks }) => [
      create('wc', table()),
      putBlocks('a', 0, 4),
      COMMIT,
      putBlocks('b', 60, 2),
      message('flush'),
      remove(),
    ],
  ),
  recipe(
    'removed',
    'The whole safe removal: flush_on_suspend, load linear, suspend, resume, remove.',
    {},
    ({ table, put: putBlocks }) => [
      create('wc', table()),
      putBlocks('a', 0, 4),
      COMMIT,
      putBlocks('b', 2, 4),
      message('flush_on_suspend'),
      `dmsetup load wc --table "0 ${String(MIB / 512)} linear $ORIGIN 0"`,
      'dmsetup suspend wc',
      'dmsetup resume wc',
      remove(),
    ],
  ),
  recipe(
    'device-grown',
    'Formatted and written on a device that then became twice as large: n_blocks is less than there is room for.',
    { cacheBytes: 512 * KIB },
    ({ table, put: putBlocks }) => [
      create('part', `0 ${String((256 * KIB) / 512)} linear $CACHE 0`),
      create('wc', table({ cache: '/dev/mapper/part' })),
      putBlocks('a', 5, 3),
      remove(),
      remove('part'),
    ],
  ),
  recipe(
    'device-shrunk',
    'Formatted and written on a device of which only the first half is left: the kernel must refuse it.',
    {
      cacheBytes: 512 * KIB,
      take: {
        from: 'cache',
        what: 'the first half of the cache device',
        offsetBytes: 0,
        lengthBytes: 256 * KIB,
      },
    },
    ({ table, put: putBlocks }) => [create('wc', table()), putBlocks('a', 5, 3), remove()],
  ),
];

/** Extents as small as the images, and the first one where LVM puts it by default. */
const lvm = recipe(
  'lvm',
  'Made by LVM (lvconvert --type writecache --cachevol), written, and deactivated with its blocks live.',
  {
    cacheBytes: 2 * MIB,
    originDiskBytes: 4 * MIB,
    usesLvm: true,
    take: {
      from: 'cache',
      what: 'the cachevol: 8 extents of 64 KiB that begin 1 MiB into the physical volume',
      offsetBytes: MIB,
      lengthBytes: 512 * KIB,
    },
  },
  ({ blockSize }) => [
    'pvcreate --dataalignment 1m $ORIGIN $CACHE',
    'vgcreate -s 64k vg $ORIGIN $CACHE',
    'lvcreate -y -n data -l 16 vg $ORIGIN',
    'lvcreate -y -an -Zn -Wn -n cache -l 8 vg $CACHE',
    `lvconvert -y --type writecache --cachesettings '${NO_TIMER.join('=')}' --cachevol cache vg/data`,
    // The extents are where the image is taken from, or this fails.
    `test "$(lvs -a --noheadings -o seg_pe_ranges vg/cache_cvol | tr -d ' ')" = $CACHE:0-7`,
    put('a', 0, { blockSize, count: 3, device: '/dev/vg/data' }),
    'sync /dev/vg/data',
    put('b', 77, { blockSize, count: 2, device: '/dev/vg/data' }),
    'vgchange -an vg',
  ],
);

const crashes: readonly Recipe[] = [
  logged(
    'format-cut-before',
    'The power went before the first write of a format: nothing but zeros.',
    'no logged write at all',
    () => true,
    {},
    () => [],
  ),
  logged(
    'format-torn',
    'The power went between the two writes of a format: version 1 without the magic.',
    'the first state with version 1 and magic 0',
    ({ state }) => state === 'torn',
    {},
    () => [],
  ),
  logged(
    'format-torn-512',
    'The power went between the two writes of a format with 512-byte blocks behind start_sector 8.',
    'the first state with version 1 and magic 0',
    ({ state }) => state === 'torn',
    { blockSize: 512, startSector: 8 },
    () => [],
  ),
  logged(
    'cut-uncommitted',
    'The power went after the entries of a commit were written and before its superblock: they do not count.',
    'the first state with both committed and uncommitted entries',
    ({ committed, uncommitted }) => committed > 0 && uncommitted > 0,
    {},
    ({ put: putBlocks }) => [putBlocks('a', 0, 4), COMMIT, putBlocks('b', 3, 3), COMMIT],
  ),
  logged(
    'cut-busy',
    'The power went in a commit among overwrites, discards and write-backs of 1024-byte blocks: all kinds of entries, and uncommitted ones.',
    'the first state with uncommitted entries, live ones, and 20 free ones that were used before',
    ({ uncommitted, live, entries }) =>
      uncommitted > 0 &&
      live > 20 &&
      entries.filter(({ state, original_sector }) => state === 'free' && original_sector < 2n ** 63n)
        .length >= 20,
    { blockSize: 1024 },
    ({ put: putBlocks, blockSize }) => [
      putBlocks('a', 0, 30),
      COMMIT,
      discard(5, 10, blockSize),
      message('flush'),
      putBlocks('b', 3, 40),
      COMMIT,
      discard(20, 4, blockSize),
      putBlocks('c', 100, 7),
      COMMIT,
      putBlocks('d', 200, 3),
      COMMIT,
    ],
  ),
  logged(
    'every-kind',
    'All kinds of entries in a few: never used, freed, stale, live and uncommitted. The worked example of wcache-format(5).',
    'the first state with a freed entry, a stale one and uncommitted ones',
    ({ uncommitted, stale, entries }) =>
      uncommitted > 0 &&
      stale > 0 &&
      entries.some(({ state, original_sector }) => state === 'free' && original_sector < 2n ** 63n),
    {},
    ({ table, put: putBlocks, blockSize }) => [
      // Again, on an origin to which a copy takes so long that a write can overtake it.
      remove(),
      create('slow', `0 ${String(MIB / 512)} delay $ORIGIN 0 0 $ORIGIN 0 3000 $ORIGIN 0 0`),
      create('wc', table({ origin: '/dev/mapper/slow', cache: '/dev/mapper/logged' })),
      putBlocks('a', 10, 3),
      COMMIT,
      discard(10, 1, blockSize),
      `(${message('flush')} >/dev/null 2>&1 &) ; until dmsetup status wc | grep -q '^0 [0-9]* writecache 0 [0-9]* [0-9]* 2 '; do sleep 0.1; done`,
      putBlocks('b', 11),
      COMMIT,
      putBlocks('c', 30, 2),
      COMMIT,
    ],
  ),
  logged(
    'identical',
    'A request across a cached, uncommitted block gave it a second entry, and the power went between the commit and the freeing of the first (W4).',
    'the first state with identical entries',
    ({ identical }) => identical > 0,
    {},
    ({ put: putBlocks, putTogether }) => [putBlocks('a', 5), putTogether('b', 4, 2), COMMIT],
  ),
  logged(
    'identical-many',
    'Several identical entries among live ones, with 512-byte blocks.',
    'the first state with more than one identical entry',
    ({ identical }) => identical > 1,
    { blockSize: 512 },
    ({ put: putBlocks, putTogether }) => [
      putBlocks('a', 100, 3),
      COMMIT,
      putBlocks('b', 9, 4),
      putTogether('c', 8, 8),
      putTogether('d', 40, 8),
      COMMIT,
    ],
  ),
  recipe(
    'stale',
    'Blocks were overwritten and committed while their older copies were being written back; then the power went.',
    { end: 'powerCut' },
    overwrittenInWriteback,
  ),
  recipe(
    'cut-writes',
    'The machine was ended in the middle of writes, with a commit every 50 blocks: how far they got differs each time.',
    {
      cacheBytes: 4 * MIB,
      originBytes: 4 * MIB,
      blockSize: 512,
      options: ['autocommit_blocks', '50', 'high_watermark', '100', 'low_watermark', '100'],
      end: 'powerCut',
    },
    ({ table }) => [
      create('wc', table()),
      `(${put('w', 0, { blockSize: 512, count: 7000 })} >/dev/null 2>&1 &) ; until [ "$(dmsetup status wc | cut -d ' ' -f 6)" -lt 7000 ]; do :; done`,
    ],
  ),
];

const persistentMemory = (['debian-6.1', 'debian-6.12'] as const).flatMap((kernel: KernelName) => {
  const release = kernel.replace('debian-', '');
  const sketch = { kernel, mode: 'p' as const, cacheBytes: 2 * MIB, options: NO_COMMITS };
  const startSector = kernel === 'debian-6.1' ? 0 : 7;
  return [
    recipe(
      `fresh-pmem-${release}`,
      `Persistent memory: formatted by the kernel with 2048-byte blocks and start_sector ${String(startSector)}, never written (${release}).`,
      { ...sketch, blockSize: 2048, startSector },
      ({ table }) => [create('wc', table()), remove()],
    ),
    recipe(
      `pmem-uncommitted-${release}`,
      `Persistent memory: committed blocks, copies of some of them and new blocks, none of it committed when the power went (${release}).`,
      { ...sketch, end: 'powerCut' },
      ({ table, put: putBlocks }) => [
        create('wc', table()),
        putBlocks('a', 0, 4),
        COMMIT,
        putBlocks('b', 2, 2),
        putBlocks('c', 100, 3),
      ],
    ),
    recipe(
      `pmem-stale-${release}`,
      `Persistent memory: blocks were copied on write and committed while their older copies were being written back; one write is uncommitted; then the power went (${release}).`,
      { ...sketch, end: 'powerCut' },
      overwrittenInWriteback,
    ),
    recipe(
      `pmem-removed-${release}`,
      `Persistent memory, 512-byte blocks: the whole safe removal (${release}).`,
      { ...sketch, blockSize: 512 },
      ({ table, put: putBlocks }) => [
        create('wc', table()),
        putBlocks('a', 0, 4),
        COMMIT,
        putBlocks('b', 2, 4),
        message('flush_on_suspend'),
        `dmsetup load wc --table "0 ${String(MIB / 512)} linear $ORIGIN 0"`,
        'dmsetup suspend wc',
        'dmsetup resume wc',
        remove(),
      ],
    ),
  ];
});

export const recipes: readonly Recipe[] = [...fresh, ...life, lvm, ...crashes, ...persistentMemory];
