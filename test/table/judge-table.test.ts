import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WcacheError } from '../../src/errors.js';
import { freshSuperblock } from '../../src/format/index.js';
import {
  KNOWN_TARGET_VERSIONS,
  NEWEST_TARGET_VERSION,
  REFUSAL_CODES,
  STRICTER_CODES,
  buildParameters,
  judgeTable,
  parsePrintedTable,
  parseStatus,
  parseTargetLine,
  parseTargetVersion,
  requireMessage,
  type TableContext,
  type TableJudgement,
  type TableProblemCode,
} from '../../src/table/index.js';
import { ROOT } from '../cli/wcache.js';
import { printedTables, texts } from './arbitraries.js';

const OLD = (version: string): TableContext => ({ version: parseTargetVersion(version) });
const MIB: TableContext = { cacheSizeBytes: 1024n * 1024n };
const FORMATTED = freshSuperblock(4096, 254n);
const BLANK = { ...FORMATTED, magic: 0, version: 0 };
const ARGUMENTS = 'Bad arguments';
const COUNT = 'Invalid number of feature args';
const OPTION = 'Invalid optional argument';

/** Parameters, context, the only problem's code, the word that it names, and the kernel's words. */
type Refused = readonly [string, TableContext, TableProblemCode, number | null, string];

const REFUSED: readonly Refused[] = [
  ['', {}, 'missing-word', null, ARGUMENTS],
  ['s', {}, 'missing-word', null, ARGUMENTS],
  ['s /o', {}, 'missing-word', null, ARGUMENTS],
  ['s /o /c', {}, 'missing-word', null, ARGUMENTS],
  ['s /o /c 4096', {}, 'missing-word', null, COUNT],
  ['x /o /c 4096 0', {}, 'bad-mode', 0, ARGUMENTS],
  ['ss /o /c 4096 0', {}, 'bad-mode', 0, ARGUMENTS],
  [
    ...(['p /o /c 4096 0', { pmemSupported: false }, 'pmem-not-supported', 0] as const),
    'Persistent memory or DAX not supported on this system',
  ],
  ['s /o /c 4096 0', { originFound: false }, 'origin-not-found', 1, 'Origin data device lookup failed'],
  ['s /o /c 4096 0', { cacheFound: false }, 'cache-not-found', 2, 'Cache data device lookup failed'],
  ['s /o /c 0 0', {}, 'bad-block-size', 3, 'Invalid block size'],
  ['s /o /c 256 0', {}, 'bad-block-size', 3, 'Invalid block size'],
  ['s /o /c 3000 0', {}, 'bad-block-size', 3, 'Invalid block size'],
  ['s /o /c 131072 0', {}, 'bad-block-size', 3, 'Invalid block size'],
  ['s /o /c 8192 0', { pageSizeBytes: 4096 }, 'bad-block-size', 3, 'Invalid block size'],
  ['s /o /c +4096 0', {}, 'bad-block-size', 3, 'Invalid block size'],
  [
    ...(['s /o /c 512 0', { logicalBlockSizeBytes: 4096 }, 'block-size-below-logical-block', 3] as const),
    'Block size is smaller than device logical block size',
  ],
  ['s /o /c 4096 x', {}, 'bad-count', 4, COUNT],
  ['s /o /c 4096 -0', {}, 'bad-count', 4, COUNT],
  ['s /o /c 4096 1', {}, 'bad-count', 4, COUNT],
  ['s /o /c 4096 2 cleaner', {}, 'bad-count', 4, COUNT],
  ['s /o /c 4096 1 junk', {}, 'unknown-option', 5, OPTION],
  ['s /o /c 4096 2 junk 60', {}, 'unknown-option', 5, OPTION],
  ['s /o /c 4096 2 start_sector 8', OLD('1.0.0'), 'option-too-new', 5, OPTION],
  ['s /o /c 4096 1 cleaner', OLD('1.2.0'), 'option-too-new', 5, OPTION],
  ['s /o /c 4096 2 pause_writeback 1', OLD('1.4.0'), 'option-too-new', 5, OPTION],
  ['s /o /c 4096 1 nofua', {}, 'option-of-other-mode', 5, OPTION],
  ['p /o /c 4096 2 pause_writeback 1', {}, 'option-of-other-mode', 5, OPTION],
  ['s /o /c 4096 1 high_watermark', {}, 'missing-value', 5, OPTION],
  ['s /o /c 4096 2 max_age +60', {}, 'bad-number', 6, OPTION],
  ['s /o /c 4096 2 max_age -0', {}, 'bad-number', 6, OPTION],
  ['s /o /c 4096 2 high_watermark 50%', {}, 'bad-number', 6, OPTION],
  ['s /o /c 4096 2 high_watermark -5', {}, 'out-of-range', 6, OPTION],
  ['s /o /c 4096 2 low_watermark 101', {}, 'out-of-range', 6, OPTION],
  ['s /o /c 4096 2 autocommit_time 3600001', {}, 'out-of-range', 6, OPTION],
  ['s /o /c 4096 2 max_age 86400001', {}, 'out-of-range', 6, OPTION],
  ['s /o /c 4096 2 pause_writeback 60001', {}, 'out-of-range', 6, OPTION],
  ['s /o /c 4096 2 start_sector 2048', MIB, 'start-sector-beyond-cache', 6, OPTION],
  [
    ...(['s /o /c 4096 2 low_watermark 60', {}, 'watermarks-crossed', 6] as const),
    'High watermark must be greater than or equal to low watermark',
  ],
  [
    ...(['s /o /c 4096 4 low_watermark 60 high_watermark 59', {}, 'watermarks-crossed', 8] as const),
    'High watermark must be greater than or equal to low watermark',
  ],
  ['p /o /c 4096 0', { dax: false }, 'not-dax', 2, 'Cache device is not a DAX device'],
  ['s /o /c 4096 0', { cacheSizeBytes: 8191n }, 'cache-size-unusable', 2, 'Invalid device size'],
  [
    ...(['p /o /c 4096 0', { cacheSizeBytes: 4096n, superblock: BLANK }, 'cache-size-unusable', 2] as const),
    'Unable to initialize device',
  ],
  [
    ...(['s /o /c 4096 0', { ...MIB, superblock: { ...FORMATTED, magic: 5 } }, 'no-superblock', 2] as const),
    'Invalid magic in the superblock',
  ],
  [
    ...(['s /o /c 512 0', { ...MIB, superblock: FORMATTED }, 'block-size-mismatch', 3] as const),
    'Block size does not match superblock',
  ],
  [
    ...(['s /o /c 4096 0', { ...MIB, superblock: { ...FORMATTED, n_blocks: 255n } }] as const),
    ...(['superblock-unusable', 2, 'Memory area is too small'] as const),
  ],
];

/** What the kernel takes: parameters, context, the only problem's code, its word, and how the kernel prints it. */
type Taken = readonly [string, TableContext, TableProblemCode, number, string];

const TAKEN: readonly Taken[] = [
  ['s /o /c 4096 0 high_watermark 10', {}, 'extra-words', 5, 's /o /c 4096 0'],
  ['s /o /c 4096 1 cleaner cleaner', {}, 'extra-words', 6, 's /o /c 4096 1 cleaner'],
  ['s /o /c 4294971392 0', {}, 'number-overflow', 3, 's /o /c 4096 0'],
  ['s /o /c 4096 4294967297 cleaner', {}, 'number-overflow', 4, 's /o /c 4096 1 cleaner'],
  ['s 4294967297:0 /c 4096 0', {}, 'number-overflow', 1, 's 4294967297:0 /c 4096 0'],
  [
    ...(['s /o /c 4096 2 start_sector 18446744073709551624', {}, 'number-overflow', 6] as const),
    's /o /c 4096 2 start_sector 8',
  ],
  [
    ...(['s /o /c 4096 2 high_watermark -4294967236', {}, 'number-overflow', 6] as const),
    's /o /c 4096 2 high_watermark 60',
  ],
  [
    ...(['s /o /c 4096 4 max_age 1000 max_age 2000', {}, 'contradictory-option', 7] as const),
    's /o /c 4096 2 max_age 2000',
  ],
  ['p /o /c 4096 2 fua nofua', {}, 'contradictory-option', 6, 'p /o /c 4096 1 nofua'],
  ['s 1:0 1:0 4096 0', {}, 'same-device', 2, 's 1:0 1:0 4096 0'],
  [
    ...(['s /o /c 4096 2 start_sector 9', { cacheLogicalBlockSizeBytes: 4096 }] as const),
    ...(['start-inside-logical-block', 6, 's /o /c 4096 2 start_sector 9'] as const),
  ],
  ['s /o /c 4096 2 cleaner CLEANER', {}, 'repeated-option', 6, 's /o /c 4096 1 cleaner'],
  ['s /o /c 04096 0', {}, 'odd-number', 3, 's /o /c 4096 0'],
  ['s /o /c 4096 2 autocommit_time \\ 007', {}, 'odd-number', 6, 's /o /c 4096 2 autocommit_time 7'],
  ['s o /c 4096 0', {}, 'device-without-path', 1, 's o /c 4096 0'],
  ['s /o 1:2:3 4096 0', {}, 'device-without-path', 2, 's /o 1:2:3 4096 0'],
  ['s /o /c 65536 0', {}, 'large-block-size', 3, 's /o /c 65536 0'],
  ['p /o /c 4096 2 start_sector 9', {}, 'unaligned-start-sector', 6, 'p /o /c 4096 2 start_sector 9'],
  [
    ...(['s /o /c 4096 2 start_sector 8', OLD('1.1.0'), 'start-sector-not-printed', 6] as const),
    's /o /c 4096 2 start_sector 8',
  ],
  [
    ...(['s /o /c 4096 2 low_watermark 60', OLD('1.0.0'), 'low-watermark-unused', 6] as const),
    's /o /c 4096 2 low_watermark 60',
  ],
  [
    's /o /c 4096 12 max_age 500 high_watermark 60 low_watermark 50 autocommit_time 5 autocommit_blocks 6 writeback_jobs 7',
    ...([OLD('1.3.0'), 'too-many-words-for-some', 4] as const),
    's /o /c 4096 12 high_watermark 60 low_watermark 50 writeback_jobs 7 autocommit_blocks 6 autocommit_time 5 max_age 500',
  ],
  ['s /o /c 4096 2 max_age 15', {}, 'max-age-too-short', 6, 's /o /c 4096 2 max_age 15'],
  ['s /o /c 4096 2 writeback_jobs 0', {}, 'unlimited-writeback-jobs', 6, 's /o /c 4096 2 writeback_jobs 0'],
];

function codes({ problems }: TableJudgement): TableProblemCode[] {
  return problems.map(({ code }) => code);
}

describe('what the kernel refuses', () => {
  it.each([
    ['1.2.0', 10],
    ['1.3.0', 16],
    ['1.5.0', 18],
  ])('more words than target %s takes, which is %i', (version, most) => {
    const judge = (count: number): TableJudgement =>
      judgeTable(`s /o /c 4096 ${String(count)}${' autocommit_time 5'.repeat(10)}`, OLD(version));
    expect(judge(most).kernel).toEqual({ accepts: true, formats: null });
    expect(judge(most + 1).kernel).toEqual({ accepts: false, reason: COUNT });
  });

  it.each(REFUSED)('%j %o: %s', (parameters, context, code, wordIndex, reason) => {
    const judgement = judgeTable(parameters, context);
    expect(judgement.kernel).toEqual({ accepts: false, reason });
    expect(judgement.table).toBeNull();
    expect(judgement.problems).toMatchObject([{ code, wordIndex, severity: 'error', stricter: false }]);
  });

  it('has a test for each code', () => {
    expect([...new Set(REFUSED.map(([, , code]) => code))].sort()).toEqual([...REFUSAL_CODES].sort());
  });

  it('is told in the order of the kernel, and further problems with it', () => {
    const judgement = judgeTable('x /o /c 5 3 junk high_watermark 101 extra');
    expect(judgement.kernel).toEqual({ accepts: false, reason: ARGUMENTS });
    expect(codes(judgement)).toEqual([
      ...['bad-mode', 'bad-block-size', 'unknown-option', 'out-of-range', 'extra-words'],
    ]);
  });

  it('does not blame a default for a value that could not be read', () => {
    expect(codes(judgeTable('s /o /c 4096 4 low_watermark 40x high_watermark 30'))).toEqual(['bad-number']);
  });

  it('tells a value that is not counted from one that is missing', () => {
    const [problem] = judgeTable('s /o /c 4096 1 max_age 1000').problems;
    expect(problem?.message).toContain('is the last word by the count');
    expect(problem?.hint).toContain('raise it');
  });

  it('takes all words for options where the count is of no use', () => {
    expect(codes(judgeTable('s /o /c 4096 9 max_age 1x'))).toEqual(['bad-count', 'bad-number']);
  });
});

describe('what the kernel takes, and wcache does not', () => {
  const page = readFileSync(join(ROOT, 'man/wcache-table.8'), 'utf8').replaceAll('\\-', '-');

  it.each(TAKEN)('%j %o: %s', (parameters, context, code, wordIndex, printed) => {
    const judgement = judgeTable(parameters, context);
    expect(judgement.kernel).toEqual({ accepts: true, formats: null });
    expect(judgement.problems).toMatchObject([{ code, wordIndex, stricter: true }]);
    const { table } = judgement;
    expect(table && buildParameters(table)).toBe(printed);
    expect(page).toContain(`.BR ${code} " (${judgement.problems[0]?.severity ?? ''})"`);
  });

  it('has a test for each code', () => {
    expect([...new Set(TAKEN.map(([, , code]) => code))].sort()).toEqual([...STRICTER_CODES].sort());
  });
});

describe('what is fine', () => {
  it.each([
    's /dev/sdb /dev/nvme0n1 4096 0',
    'S /o /c 512 4 HIGH_watermark 100 low_watermark 100',
    ' s\t/o  /c 4096 1 \\cleaner ',
    'p /dev/sdb /dev/pmem0 4096 1 nofua',
    's /o /c 4096 18 start_sector 8 high_watermark 60 low_watermark 50 writeback_jobs 1024 autocommit_blocks 0 autocommit_time 0 max_age 1000 cleaner metadata_only pause_writeback 0',
  ])('%j', (parameters) => {
    expect(judgeTable(parameters)).toMatchObject({ kernel: { accepts: true }, problems: [] });
  });

  it.each([
    [BLANK, true],
    [FORMATTED, false],
  ])('says whether the cache would be formatted', (superblock, formats) => {
    expect(judgeTable('s /o /c 4096 0', { ...MIB, superblock }).kernel).toEqual({ accepts: true, formats });
  });

  it('is every table that can be built, with every version', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...KNOWN_TARGET_VERSIONS)
          .chain((version) => fc.tuple(fc.constant(version), printedTables(version))),
        ([version, table]) => {
          const { high_watermark = 50, low_watermark = 45 } = table.options;
          fc.pre(high_watermark >= low_watermark && table.origin !== table.cache);
          const parameters = buildParameters(table);
          fc.pre(Number(parameters.split(' ')[4]) <= (version.minor < 3 ? 10 : 18));
          const judgement = judgeTable(parameters, { version });
          expect(judgement.table).toEqual(table);
          expect(judgement.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        },
      ),
    );
  });
});

describe('each word', () => {
  function meanings(parameters: string, context: TableContext = {}): string[] {
    return judgeTable(parameters, context).words.map(
      ({ word, role, meaning }) => `${word} ${role}: ${meaning}`,
    );
  }

  it('is explained', () => {
    expect(
      meanings(
        's /o /c 4096 17 start_sector 8 high_watermark 50 LOW_watermark 45 writeback_jobs 1 autocommit_blocks 65536 autocommit_time 1000 max_age 90 cleaner metadata_only pause_writeback',
      ),
    ).toEqual([
      's mode: ssd mode: the cache is an ordinary block device',
      '/o origin: the origin, the slow device that is cached',
      '/c cache: the cache device',
      '4096 block_size: cache blocks of 4096 bytes',
      '17 count: 17 optional words follow',
      'start_sector option: where the superblock is on the cache device',
      '8 value: the superblock is at sector 8 (4 KiB) of the cache device',
      'high_watermark option: when writeback starts',
      '50 value: write back when 50% of the blocks are in use',
      'LOW_watermark option: when writeback stops',
      '45 value: stop writing back when 45% of the blocks are in use',
      'writeback_jobs option: how many blocks may be under writeback at a time',
      '1 value: at most 1 block under writeback at a time',
      'autocommit_blocks option: how many uncommitted blocks make a commit due',
      '65536 value: commit after 65,536 uncommitted blocks',
      'autocommit_time option: how long a commit may wait',
      '1000 value: commit 1 s after the first uncommitted write',
      'max_age option: how long a block may stay in the cache only',
      '90 value: write back what is older than 90 ms',
      'cleaner option: write every block back, and cache no new ones',
      'metadata_only option: cache only writes that the file system marks as metadata',
      'pause_writeback option: how long writeback gives way to writes that go to the origin directly',
    ]);
  });

  it('is explained in its extremes', () => {
    expect(
      meanings('p /o /c 4096 5 writeback_jobs 0 autocommit_blocks 0 nofua cleaner').map((each) =>
        each.replace(/^.*?: /, ''),
      ),
    ).toEqual([
      ...['pmem mode: the cache is persistent memory (DAX)', 'the origin, the slow device that is cached'],
      ...['the cache device', 'cache blocks of 4096 bytes', '5 optional words follow'],
      ...[
        'how many blocks may be under writeback at a time',
        'no limit to the blocks under writeback at a time',
      ],
      ...['how many uncommitted blocks make a commit due', 'commit after every write'],
      ...['write back without FUA, and flush the origin afterwards', 'ignored by the kernel'],
    ]);
    expect(meanings('s /o /c 4096 2 pause_writeback 3000').at(-1)).toBe(
      '3000 value: write back only 3 s after the last write that went to the origin directly',
    );
    expect(meanings('p /o /c 4096 1 fua').slice(4)).toEqual([
      ...['1 count: 1 optional word follows'],
      'fua option: write back with FUA, so that each write to the origin is durable by itself',
    ]);
  });

  it('is explained where it is wrong', () => {
    expect(meanings('x /o /c 7 2 max_age -1')).toEqual([
      ...[
        'x mode: not a mode',
        '/o origin: the origin, the slow device that is cached',
        '/c cache: the cache device',
      ],
      ...['7 block_size: not a block size', '2 count: 2 optional words follow'],
      ...['max_age option: how long a block may stay in the cache only'],
      '-1 value: not a number that the kernel can read',
    ]);
    expect(meanings('s /o /c 512 4 junk 5 start_sector 9999', MIB).slice(5)).toEqual([
      ...[
        'junk extra: not an option of the writecache target',
        '5 extra: perhaps the value of the word before it',
      ],
      ...['start_sector option: where the superblock is on the cache device'],
      '9999 value: a sector that the cache device does not have',
    ]);
    expect(meanings('s /o /c 512 3 high_watermark 101').slice(4)).toEqual([
      '3 count: not a count of the words behind it',
      ...['high_watermark option: when writeback starts', '101 value: not from 0 to 100'],
    ]);
  });
});

describe('random text', () => {
  const contexts = fc.record(
    {
      version: fc.constantFrom(...KNOWN_TARGET_VERSIONS),
      cacheSizeBytes: fc.bigInt(0n, 2n ** 64n),
      superblock: fc.constantFrom(FORMATTED, BLANK, { ...FORMATTED, n_blocks: 2n ** 64n - 1n }),
      logicalBlockSizeBytes: fc.constantFrom(512, 4096),
      pageSizeBytes: fc.constantFrom(4096, 65536),
      dax: fc.boolean(),
    },
    { requiredKeys: [] },
  );

  it('is judged, never with an exception, and with a sentence where it is refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          texts,
          texts.map((text) => `s /o /c 4096 2 ${text}`),
        ),
        contexts,
        (text, context) => {
          const { kernel, problems, table, words } = judgeTable(text, context);
          expect(table !== null).toBe(kernel.accepts);
          expect(problems.some(({ stricter }) => !stricter)).toBe(!kernel.accepts);
          for (const { message, hint, wordIndex } of problems) {
            expect([message, hint].every((sentence) => sentence.endsWith('.'))).toBe(true);
            expect(wordIndex === null || wordIndex < words.length).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('makes the parsers throw nothing but what is told to users', () => {
    const parsers = [
      parseTargetLine,
      parseTargetVersion,
      parseStatus,
      (text: string) => parsePrintedTable(text, NEWEST_TARGET_VERSION),
      (text: string) => requireMessage(text, NEWEST_TARGET_VERSION),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...parsers), texts, (parse, text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(WcacheError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
