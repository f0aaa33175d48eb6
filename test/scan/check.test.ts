import { describe, expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { UsageError, WrongDeviceError } from '../../src/errors.js';
import {
  PROBLEM_CODES,
  checkDevice,
  findProblems,
  inspect,
  isOk,
  verdict,
  type CheckOptions,
  type CheckResult,
  type Problem,
  type ProblemCode,
  type Severity,
} from '../../src/scan/index.js';
import { FREE, WatchedDevice, expectRejection, makeImage, memoryImage, type ImageRecipe } from './helpers.js';

/** A cache that has no problem at all: one live block, the right size for its device. */
const GOOD: ImageRecipe = { entries: [[8, 0]], seqCount: 1 };

async function check(recipe: ImageRecipe, options: CheckOptions = {}): Promise<CheckResult> {
  return checkDevice(memoryImage(recipe), options);
}

it('finds nothing in a good cache', async () => {
  const { problems, inspection } = await check(GOOD);
  expect(inspection.state).toBe('dirty');
  expect(problems).toEqual([]);
  expect(isOk(problems)).toBe(true);
});

/** What each problem of the metadata looks like at least: how bad it is, how often it is there, what it is about. */
const PROBLEMS: readonly [ProblemCode, Severity, number, ImageRecipe, RegExp, CheckOptions?][] = [
  [
    'not-a-writecache',
    'fatal',
    1,
    { ...GOOD, magic: 1 },
    /^The magic is 0x00000001 and a writecache has 0x23489321\.$/,
  ],
  ['torn-format', 'fatal', 1, { entries: [[FREE, FREE]], magic: 0 }, /^The version is set but the magic/],
  [
    'magic-lost',
    'fatal',
    1,
    { ...GOOD, magic: 0 },
    /^The magic is gone although the cache was in use \(seq_count 1\)/,
  ],
  ['bad-version', 'fatal', 1, { ...GOOD, version: 9 }, /^The version is 9 /],
  ['bad-block-size', 'fatal', 1, { ...GOOD, recordedBlockSize: 3000 }, /^The block size is 3000/],
  ['no-blocks', 'fatal', 1, { ...GOOD, nBlocks: 0n }, /^It has no blocks/],
  ['size-overflow', 'fatal', 1, { ...GOOD, nBlocks: FREE }, /^18446744073709551615 blocks are more/],
  [
    'area-too-small',
    'fatal',
    1,
    { ...GOOD, nBlocks: 2n },
    /^Its 2 blocks end at byte 12288 and the device has 8192\.$/,
  ],
  [
    'misaligned-sector',
    'fatal',
    2,
    {
      entries: [
        [9, 0],
        [10, 0],
        [11, 1],
      ],
      seqCount: 1,
    },
    /^2 committed entries are not at a multiple/,
  ],
  [
    'impossible-sector',
    'fatal',
    1,
    {
      entries: [
        [2n ** 54n, 0],
        [2n ** 54n, 1],
      ],
      seqCount: 1,
    },
    /^1 committed entry is beyond 2\^63 bytes/,
  ],
  [
    'identical-entries',
    'error',
    1,
    {
      entries: [
        [8, 0],
        [8, 0],
      ],
      seqCount: 1,
    },
    /^1 entry has the same sector and the same seq_count/,
  ],
  [
    'future-seq-count',
    'warning',
    2,
    {
      entries: [
        [8, 2],
        [8, 3],
        [8, 1],
      ],
      seqCount: 1,
    },
    /^2 entries have a seq_count above/,
  ],
  [
    'beyond-origin',
    'warning',
    1,
    {
      entries: [
        [8, 0],
        [16, 0],
      ],
      seqCount: 1,
    },
    /^1 committed entry is beyond the end/,
    { originBytes: 8192n },
  ],
  [
    'across-origin-end',
    'warning',
    1,
    GOOD,
    /^1 committed entry is partly beyond the end/,
    { originBytes: 8191n },
  ],
  [
    'device-resized',
    'warning',
    1,
    { ...GOOD, slackBytes: 4096 },
    /^It has 1 .*where a format would make 2 now/,
  ],
  [
    'large-block-size',
    'warning',
    1,
    { entries: [[16, 0]], seqCount: 1, blockSize: 8192 },
    /^Blocks of 8192 bytes load only on a kernel/,
    { pageSizeBytes: 8192 },
  ],
  [
    'uncommitted-entries',
    'info',
    3,
    {
      entries: [
        [8, 1],
        [8, 1],
        [16, 9],
      ],
      seqCount: 1,
    },
    /^3 entries were written after the last commit/,
  ],
  [
    'stale-copies',
    'info',
    1,
    {
      entries: [
        [8, 0],
        [8, 1],
      ],
      seqCount: 2,
    },
    /^1 committed entry is .*older cop/,
  ],
  [
    'reserved-not-zero',
    'info',
    1,
    { ...GOOD, pad: 1 },
    /^Bytes of the superblock that the format leaves zero/,
  ],
  ['blank', 'info', 1, { ...GOOD, magic: 0, version: 0 }, /^Magic and version are zero/],
];

describe('finds', () => {
  it.each(PROBLEMS)('%s (%s)', async (code, severity, count, recipe, message, options) => {
    const { problems } = await check(recipe, options);
    const found = problems.filter((problem) => problem.code === code);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity, count });
    expect(found[0]?.message).toMatch(message);
    expect(found[0]?.message).toMatch(/\.$/);
    // What needs a decision says how to make it.
    if (severity === 'info') expect(found[0]?.advice).toBeNull();
    else expect(found[0]?.advice).toMatch(/^[A-Z].*\.$/);
    expect(isOk(problems)).toBe(severity === 'warning' || severity === 'info');
  });

  it('one thing at a time where the image has one fault', async () => {
    const withMore: ProblemCode[] = [
      'future-seq-count',
      'impossible-sector',
      'misaligned-sector',
      'uncommitted-entries',
    ];
    for (const [code, , , recipe, , options] of PROBLEMS) {
      if (withMore.includes(code)) continue;
      const { problems } = await check(recipe, options);
      expect(problems.map((problem) => problem.code)).toEqual([code]);
    }
  });

  it('bytes behind the superblock fields that are not zero', async () => {
    for (const at of [12, 15, 32, 63]) {
      const image = makeImage(GOOD);
      image[at] = 1;
      const { problems } = await checkDevice(new MemoryDevice(image));
      expect(
        problems.map(({ code }) => code),
        String(at),
      ).toEqual(['reserved-not-zero']);
    }
  });

  it('a superblock that records fewer blocks than there are, and not one that the device is just too small for', async () => {
    const tail = await check({ ...GOOD, slackBytes: 4095 });
    expect(tail.problems).toEqual([]);
    const fewer = await check({
      entries: Array.from({ length: 100 }, (_, at) => [at * 8, 0] as const),
      seqCount: 1,
      nBlocks: 60n,
    });
    expect(fewer.problems.map(({ code }) => code)).toEqual(['device-resized']);
  });
});

it('has a test for every code there is', () => {
  const context: ProblemCode[] = [
    'changed-while-read',
    'foreign-signature',
    'not-dax',
    'superblock-elsewhere',
    'table-refused',
  ];
  const tested = [...PROBLEMS.map(([code]) => code), ...context];
  expect(tested.sort()).toEqual([...PROBLEM_CODES].sort());
});

it('sorts by severity, the worst first', async () => {
  const recipe: ImageRecipe = {
    blockSize: 8192,
    pad: 3,
    seqCount: 5,
    slackBytes: 8192,
    entries: [
      [1, 0],
      [2n ** 54n, 0],
      [16, 1],
      [16, 1],
      [16, 2],
      [32, 0],
      [48, 5],
      [64, 7],
      [80, FREE],
    ],
  };
  const { problems } = await check(recipe, { originBytes: 40n * 512n, pageSizeBytes: 65536 });
  expect(problems.map(({ code, severity, count }) => [severity, code, count])).toEqual([
    ['fatal', 'misaligned-sector', 1],
    ['fatal', 'impossible-sector', 1],
    ['error', 'identical-entries', 1],
    ['warning', 'device-resized', 1],
    ['warning', 'large-block-size', 1],
    ['warning', 'future-seq-count', 1],
    ['warning', 'across-origin-end', 1],
    ['info', 'reserved-not-zero', 1],
    ['info', 'uncommitted-entries', 2],
    ['info', 'stale-copies', 1],
  ]);
});

it('tells a fault of the superblock and nothing else: the entries behind it are not to be trusted', async () => {
  const { problems } = await check({
    entries: [
      [1, 0],
      [1, 0],
    ],
    seqCount: 1,
    version: 3,
    pad: 1,
    blockSize: 8192,
  });
  expect(problems.map(({ code }) => code)).toEqual(['bad-version']);
});

describe('shows examples', () => {
  it('with what the entries hold', async () => {
    const entries = [
      [8, 0],
      [9, 0],
      [2n ** 64n - 1n, 3],
      [16, 2n ** 63n],
      [24, 0],
      [32, 0],
    ] as const;
    const { problems } = await check({ entries, seqCount: 4 }, { originBytes: 28n * 512n });
    const examples = Object.fromEntries(problems.map((problem) => [problem.code, problem.examples]));
    expect(examples).toEqual({
      'misaligned-sector': [
        { index: 1, original_sector: 9n, seq_count: 0n },
        { index: 2, original_sector: 2n ** 64n - 1n, seq_count: 3n },
      ],
      'impossible-sector': [{ index: 2, original_sector: 2n ** 64n - 1n, seq_count: 3n }],
      'future-seq-count': [{ index: 3, original_sector: 16n, seq_count: 2n ** 63n }],
      'beyond-origin': [{ index: 5, original_sector: 32n, seq_count: 0n }],
      'across-origin-end': [{ index: 4, original_sector: 24n, seq_count: 0n }],
      'uncommitted-entries': [{ index: 3, original_sector: 16n, seq_count: 2n ** 63n }],
    });
  });

  it('eight at most, and counts all', async () => {
    const entries = Array.from({ length: 30 }, (_, at) => [at * 8 + 1, 0] as const);
    const { problems } = await check({ entries, seqCount: 1 });
    expect(problems).toMatchObject([{ code: 'misaligned-sector', count: 30 }]);
    expect(problems[0]?.examples.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

it('is pure: the same evidence, the same problems', async () => {
  const inspection = await inspect(
    memoryImage({
      entries: [
        [9, 0],
        [8, 0],
        [8, 0],
      ],
      seqCount: 1,
    }),
  );
  expect(findProblems(inspection)).toEqual(findProblems(inspection));
});

it.each<[Severity[], boolean]>([
  [[], true],
  [['info', 'warning'], true],
  [['info', 'error'], false],
  [['fatal'], false],
])('with problems %j it is ok: %s', (severities, ok) => {
  const problems = severities.map((severity): Problem => ({
    code: 'blank',
    severity,
    count: 1,
    message: '',
    advice: null,
    examples: [],
  }));
  expect(isOk(problems)).toBe(ok);
});

describe('predicts for the table and the machine that it is told of', () => {
  const refused = (kernelMessage: string): object => ({ activation: { outcome: 'refused', kernelMessage } });

  it('the block size of the superblock and mode s unless told', async () => {
    expect(await check(GOOD)).toMatchObject({
      mode: 's',
      blockSize: 4096,
      activation: { outcome: 'activated' },
    });
    expect(await check({ ...GOOD, blockSize: 512 })).toMatchObject({
      blockSize: 512,
      activation: { outcome: 'activated' },
    });
    expect(await check(GOOD, { mode: 'p' })).toMatchObject({
      mode: 'p',
      activation: { outcome: 'activated' },
    });
    expect(await check(GOOD, { blockSize: 512 })).toMatchObject(
      refused('Block size does not match superblock'),
    );
    expect(await check(GOOD, { blockSize: 3000 })).toMatchObject(refused('Invalid block size'));
  });

  it('a page of 4096 bytes unless told', async () => {
    const large = { entries: [[16, 0]] as const, seqCount: 1, blockSize: 8192 };
    expect(await check(large)).toMatchObject(refused('Invalid block size'));
    expect(await check(large, { pageSizeBytes: 16384 })).toMatchObject({
      activation: { outcome: 'activated' },
    });
  });

  it('the larger of the logical block sizes of origin and cache', async () => {
    const small = { entries: [[1, 0]] as const, seqCount: 1, blockSize: 512 };
    const message = 'Block size is smaller than device logical block size';
    expect(await check(small, { originLogicalBlockSizeBytes: 4096 })).toMatchObject(refused(message));
    expect(await check(small, { originLogicalBlockSizeBytes: 512 })).toMatchObject({
      activation: { outcome: 'activated' },
    });
    const cache = new MemoryDevice(makeImage({ ...small, slackBytes: 8192 }), {
      logicalBlockSizeBytes: 4096,
    });
    expect(await checkDevice(cache, { originLogicalBlockSizeBytes: 512 })).toMatchObject(refused(message));
  });

  it('4096 bytes where the superblock tells no block size', async () => {
    const blank = { ...GOOD, magic: 0, version: 0, recordedBlockSize: 512, slackBytes: 8192 };
    expect(await check(blank)).toMatchObject({
      blockSize: 4096,
      activation: { outcome: 'formatted', nBlocks: 3n },
    });
    expect(await check(blank, { blockSize: 512 })).toMatchObject({
      activation: { outcome: 'formatted', nBlocks: 30n },
    });
    const foreign = { ...GOOD, magic: 5, recordedBlockSize: 4 };
    expect(await check(foreign)).toMatchObject(refused('Invalid magic in the superblock'));
    const odd = { ...GOOD, recordedBlockSize: 100 };
    expect(await check(odd)).toMatchObject(refused('Block size does not match superblock'));
  });
});

describe('tells what the metadata alone does not', () => {
  const codes = (result: CheckResult): string[] =>
    result.problems.map(({ code, severity }) => `${severity} ${code}`);

  it('a table that the kernel will refuse although the metadata is sound', async () => {
    const result = await check(GOOD, { blockSize: 512 });
    expect(codes(result)).toEqual(['error table-refused']);
    expect(result.problems[0]?.message).toMatch(
      /blocks of 512 bytes in mode s: "Block size does not match superblock"/,
    );
    expect(codes(await check({ ...GOOD, entries: [[16, 0]], blockSize: 8192 }))).toEqual([
      'error table-refused',
      'warning large-block-size',
    ]);
    // What is told already is not told twice.
    expect(codes(await check({ ...GOOD, version: 2 }))).toEqual(['fatal bad-version']);
  });

  it('a table in mode p for what is no persistent memory', async () => {
    expect(codes(await check(GOOD, { mode: 'p', dax: false }))).toEqual(['fatal not-dax']);
    expect(codes(await check(GOOD, { mode: 'p', dax: true }))).toEqual([]);
    expect(codes(await check(GOOD, { mode: 'p' }))).toEqual([]);
    expect(codes(await check(GOOD, { mode: 's', dax: false }))).toEqual([]);
    expect(codes(await check(GOOD, { dax: false }))).toEqual([]);
  });

  it('that the superblock is at another sector', async () => {
    const recipe = { ...GOOD, startSector: 7 };
    const blank = await checkDevice(new MemoryDevice(makeImage(recipe)));
    expect(codes(blank)).toEqual(['error superblock-elsewhere', 'info blank']);
    expect(blank.problems[0]?.message).toMatch(/ superblock at sector 7: /);
    expect(blank.problems[0]?.advice).toMatch(/--start-sector 7/);
    const image = makeImage(recipe);
    image.fill(0x5a, 0, 512);
    expect(codes(await checkDevice(new MemoryDevice(image)))).toEqual([
      'fatal not-a-writecache',
      'error superblock-elsewhere',
    ]);
    expect(codes(await checkDevice(new MemoryDevice(image), { startSector: 7n }))).toEqual([]);
    // It is looked for before the asked sector as well.
    const before = makeImage({ ...GOOD, slackBytes: 8192 });
    expect(codes(await checkDevice(new MemoryDevice(before), { startSector: 20n }))).toContain(
      'error superblock-elsewhere',
    );
  });

  it('signatures of something else, asked for only where there is no cache', async () => {
    let asked = 0;
    const findSignatures = (): Promise<{ type: string; offsetBytes: bigint }[]> => {
      asked += 1;
      return Promise.resolve([
        { type: 'ext4', offsetBytes: 1080n },
        { type: 'gpt', offsetBytes: 512n },
      ]);
    };
    expect(codes(await check(GOOD, { findSignatures }))).toEqual([]);
    expect(codes(await check({ ...GOOD, version: 2 }, { findSignatures }))).toEqual(['fatal bad-version']);
    expect(asked).toBe(0);
    const blank = await check({ ...GOOD, magic: 0, version: 0 }, { findSignatures });
    expect(codes(blank)).toEqual(['error foreign-signature', 'error foreign-signature', 'info blank']);
    expect(blank.problems[0]?.message).toMatch(/ext4 signature at byte 1080/);
    expect(codes(await check({ ...GOOD, magic: 3 }, { findSignatures }))).toEqual([
      'fatal not-a-writecache',
      'error foreign-signature',
      'error foreign-signature',
    ]);
    expect(asked).toBe(2);
  });

  it('that the cache committed while it was read: what looks like the future is only later', async () => {
    const image = memoryImage({
      entries: [
        [8, 3],
        [16, 4],
        [24, 2],
      ],
      seqCount: 3n,
    });
    const device = new WatchedDevice(image);
    device.beforeRead = (before): void => {
      if (before === 2) new DataView(image.bytes.buffer).setBigUint64(24, 5n, true);
    };
    expect(codes(await checkDevice(device))).toEqual(['info changed-while-read', 'info uncommitted-entries']);
    expect(
      codes(
        await checkDevice(
          memoryImage({
            entries: [
              [8, 3],
              [16, 4],
              [24, 2],
            ],
            seqCount: 3n,
          }),
        ),
      ),
    ).toEqual(['warning future-seq-count', 'info uncommitted-entries']);
  });
});

it('throws as inspect does', async () => {
  await expectRejection(checkDevice(new MemoryDevice(10)), WrongDeviceError, 'too-small', /too small/);
  const negative = checkDevice(new MemoryDevice(100), { startSector: -5n });
  await expectRejection(negative, UsageError, 'bad-start-sector', /-5/);
});

describe('sums it up in a sentence', () => {
  it.each<[string, ImageRecipe, CheckOptions?]>([
    ['dirty: the kernel will activate it; 1 block (4 KiB) at stake', GOOD],
    ['clean: the kernel will activate it; no block is at stake', { entries: [[8, FREE]] }],
    [
      'dirty: the kernel will activate it, dropping 2 uncommitted and 1 stale entries; 1 block (4 KiB) at stake',
      {
        entries: [
          [8, 0],
          [8, 1],
          [8, 2],
          [8, 2],
        ],
        seqCount: 2,
      },
    ],
    [
      'dirty: the kernel will activate it, dropping 1 uncommitted entry; 1 block (4 KiB) at stake',
      {
        entries: [
          [8, 0],
          [8, 1],
        ],
        seqCount: 1,
      },
    ],
    [
      'dirty: identical-entries; the kernel will activate it in error ("two identical entries"), dropping 1 stale entry; 2 blocks (8 KiB) at stake',
      {
        entries: [
          [8, 0],
          [8, 0],
          [16, 0],
        ],
        seqCount: 1,
      },
    ],
    [
      'damaged: bad-version; the kernel will refuse it ("Invalid version in the superblock"); what is at stake cannot be told',
      { ...GOOD, version: 2 },
    ],
    [
      'foreign: not-a-writecache; the kernel will refuse it ("Invalid magic in the superblock"); what is at stake cannot be told',
      { ...GOOD, magic: 2 },
    ],
    [
      'torn: torn-format; the kernel will refuse it ("Invalid magic in the superblock"); no block is at stake',
      { entries: [[FREE, FREE]], magic: 0 },
    ],
    [
      'damaged: magic-lost; the kernel will refuse it ("Invalid magic in the superblock"); what is at stake cannot be told',
      { ...GOOD, magic: 0 },
    ],
    [
      'damaged: misaligned-sector; the kernel will activate it; 1 block (4 KiB) at stake',
      { entries: [[9, 0]], seqCount: 1 },
    ],
    [
      'blank: the kernel will format it with 1,985 blocks of 512 bytes; no block is at stake',
      { entries: [], magic: 0, version: 0, blockSize: 512, slackBytes: 2 ** 20 - 512 },
      { blockSize: 512 },
    ],
  ])('%s', async (sentence, recipe, options) => {
    expect(verdict(await check(recipe, options))).toBe(sentence);
  });
});
