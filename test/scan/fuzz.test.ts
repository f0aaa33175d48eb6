import { deepStrictEqual } from 'node:assert';
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryDevice } from '../../src/device/memory-device.js';
import { WcacheError } from '../../src/errors.js';
import {
  checkDevice,
  inspect,
  requireEntries,
  type CheckResult,
  type EntryFilter,
  type Inspection,
  STATE_FILTERS,
} from '../../src/scan/index.js';
import { FREE, scramble, selectAll, writeMetadata, type RawEntry } from './helpers.js';
import { decodeSlowly, type SlowDecoding, type SlowEntry } from './slow-decoder.js';

/*
 * Made-up and mutated cache images: whatever the bytes are, `inspect`, `checkDevice` and `selectEntries` say what
 * the slow decoder says, or refuse in a sentence. Another seed in every run; a failure tells how to repeat it.
 *
 *   WCACHE_FUZZ_SEED=123 WCACHE_FUZZ_CASES=1000000 npx vitest run test/scan/fuzz.test.ts
 */
const SEED = Number(process.env['WCACHE_FUZZ_SEED'] ?? randomInt(2 ** 31));
const CASES = Number(process.env['WCACHE_FUZZ_CASES'] ?? 20_000);
/** No image here has more than some hundred entries: a case takes a millisecond, and never seconds. */
const CASE_LIMIT_MS = 5000;

const U32S = [0, 1, 2, 511, 512, 513, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const U64S = [0, 1, 31, 32, 52, 53, 54, 55, 63, 64]
  .flatMap((bit) => [2n ** BigInt(bit) - 1n, 2n ** BigInt(bit), 2n ** BigInt(bit) + 1n])
  .filter((value) => value < 2n ** 64n);
const BLOCK_SIZES = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];
const START_SECTORS = [0n, 1n, 7n, 8n];
const ODD_START_SECTORS = [-1n, 2n, 100n, 2n ** 32n, 2n ** 54n, 2n ** 55n, 2n ** 64n - 1n];
const SEQ_COUNTS = [
  0n,
  1n,
  2n,
  3n,
  5n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 32n + 1n,
  2n ** 53n,
  2n ** 63n,
  FREE - 1n,
  FREE,
];

/** One image and the question that is asked about it, small enough to be read in the report of a failure. */
interface Case {
  readonly kind: 'entries' | 'noise' | 'nothing but zeros';
  readonly blockSize: number;
  readonly seqCount: bigint;
  readonly startSector: bigint;
  /** Two choices each: where the block lies on the origin, and in which state the entry is. */
  readonly entries: readonly number[];
  /** How many of the choices of sectors are taken: near ones, far ones too, or those that no kernel writes too. */
  readonly sectorChoices: number;
  readonly slackBytes: number;
  readonly superblock: {
    readonly magic?: number;
    readonly version?: number;
    readonly recordedBlockSize?: number;
    readonly pad?: number;
    readonly nBlocks?: bigint;
  };
  readonly mutations: readonly {
    readonly place: number;
    readonly as: 'bit' | 'u32' | 'u64';
    readonly pick: number;
  }[];
  /** Keep only so many bytes from the superblock on. */
  readonly keepBytes: number | undefined;
  readonly keepShare: number | undefined;
  readonly noiseSeed: number;
  /** Where the cache is looked for, if not where it is. */
  readonly askedSector: bigint | undefined;
  readonly mode: 'p' | 's';
  readonly pageSizeBytes: number;
  readonly originSectors: bigint | undefined;
  readonly filter: { readonly state: number; readonly first: number; readonly length: number | undefined };
}

/** Of {@link sectorOf}. */
const NEAR_SECTOR_CHOICES = 14;
const FAR_SECTOR_CHOICES = 23;
const SECTOR_CHOICES = 30;
/** Of {@link seqOf}. */
const SEQ_CHOICES = 20;

const extremeU64 = fc.oneof(fc.constantFrom(...U64S), fc.bigInt(0n, FREE));
const extremeU32 = fc.oneof(
  fc.constantFrom(...U32S),
  fc.nat(),
  fc.constantFrom(...BLOCK_SIZES, 3000, 131072),
);

/** A value in one of so many cases, and undefined in the others. */
function onceIn<T>(outOf: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: outOf - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const cases: fc.Arbitrary<Case> = fc.record({
  kind: fc.oneof(
    { weight: 24, arbitrary: fc.constant('entries' as const) },
    { weight: 1, arbitrary: fc.constantFrom('noise' as const, 'nothing but zeros' as const) },
  ),
  blockSize: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(512, 1024, 4096) },
    { weight: 1, arbitrary: fc.constantFrom(...BLOCK_SIZES) },
  ),
  seqCount: fc.oneof(fc.constantFrom(...SEQ_COUNTS), extremeU64),
  startSector: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...START_SECTORS) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_START_SECTORS) },
  ),
  entries: fc.array(fc.nat(SECTOR_CHOICES * SEQ_CHOICES - 1), { maxLength: 40, size: 'max' }),
  sectorChoices: fc.oneof(
    // A far sector makes the bitmap's directory long, and that takes most of the time here.
    { weight: 6, arbitrary: fc.constant(NEAR_SECTOR_CHOICES) },
    { weight: 1, arbitrary: fc.constantFrom(FAR_SECTOR_CHOICES, SECTOR_CHOICES) },
  ),
  slackBytes: fc.oneof(fc.constantFrom(0, 1, 511, 512, 527, 528, 4096, 4112), fc.nat(20_000)),
  superblock: fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.record(
        {
          magic: fc.constantFrom(0, 0, 0, 1, 0x23489320, 0x21934823, 2 ** 32 - 1),
          version: fc.constantFrom(0, 1, 1, 2, 2 ** 31, 2 ** 32 - 1),
          recordedBlockSize: extremeU32,
          pad: extremeU32,
          nBlocks: fc.oneof(extremeU64, fc.bigInt(0n, 100n), fc.bigInt(2n ** 48n, 2n ** 60n)),
        },
        { requiredKeys: [] },
      ),
    },
  ),
  mutations: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.record({ place: fc.nat(2 ** 20), as: fc.constantFrom('bit', 'u32', 'u64'), pick: fc.nat(1000) }),
        { minLength: 1, maxLength: 6 },
      ),
    },
  ),
  keepBytes: onceIn(25, fc.oneof(fc.nat(64), fc.nat(2000))),
  keepShare: onceIn(25, fc.double({ min: 0, max: 1, noNaN: true })),
  noiseSeed: fc.nat(),
  askedSector: onceIn(12, fc.constantFrom(0n, 1n, 7n, 9n)),
  mode: fc.constantFrom('p', 's'),
  pageSizeBytes: fc.constantFrom(4096, 65536),
  originSectors: onceIn(2, fc.oneof(fc.bigInt(0n, 200n), extremeU64)),
  filter: fc.record({
    state: fc.nat(STATE_FILTERS.length),
    first: fc.nat(200),
    length: onceIn(2, fc.nat(40)),
  }),
});

function sectorOf(choice: number, any: bigint, blockSize: number): bigint {
  const sectorsPerBlock = BigInt(blockSize / 512);
  if (choice < 12) {
    // Few sectors for many entries: most come more than once.
    return BigInt(choice % 6) * sectorsPerBlock;
  }
  if (choice < NEAR_SECTOR_CHOICES) {
    return (any % 1000n) * sectorsPerBlock;
  }
  if (choice < FAR_SECTOR_CHOICES) {
    const edges = [31n, 32n, 52n, 53n].flatMap((bit) => [2n ** bit - sectorsPerBlock, 2n ** bit]);
    return edges[choice - NEAR_SECTOR_CHOICES] ?? 2n ** 54n - sectorsPerBlock;
  }
  const wild = [2n ** 54n, any % 64n, 2n ** 53n + 1n, FREE, 2n ** 54n - 1n, any - (any % sectorsPerBlock)];
  return wild[choice - FAR_SECTOR_CHOICES] ?? any;
}

function seqOf(choice: number, any: bigint, S: bigint): bigint {
  if (choice < 12) {
    // Below S, close together: equal ones in every order.
    return choice % 4 < 3 && S > BigInt(choice % 4) ? S - 1n - BigInt(choice % 4) : 0n;
  }
  const others = [S, S, BigInt.asUintN(64, S + 1n), FREE, FREE, any, any % 8n];
  return others[choice - 12] ?? BigInt.asUintN(64, any + S);
}

/** The image of a case; at most about 300 KiB. */
function render(recipe: Case): Uint8Array {
  const { blockSize, seqCount, startSector } = recipe;
  const startBytes = startSector >= 0n && startSector <= 100n ? Number(startSector) * 512 : 0;
  const entries = recipe.entries
    .slice(0, Math.max(1, Math.floor(2 ** 18 / blockSize)))
    .map((choice, index): RawEntry => {
      const any = (BigInt(scramble(index, recipe.noiseSeed)) << 32n) | BigInt(scramble(index, choice));
      const sector = Math.floor(choice / SEQ_CHOICES) % recipe.sectorChoices;
      return [sectorOf(sector, any, blockSize), seqOf(choice % SEQ_CHOICES, any, seqCount)];
    });
  const metadataBytes = 64 + 16 * entries.length;
  const dataOffset = Math.ceil(metadataBytes / blockSize) * blockSize;
  const image = new Uint8Array(startBytes + dataOffset + entries.length * blockSize + recipe.slackBytes);
  const area = image.subarray(startBytes);
  if (recipe.kind === 'noise') {
    let state = recipe.noiseSeed;
    for (let at = 0; at < Math.min(image.length, 4096); at += 1) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      image[at] = state >>> 24;
    }
  } else if (recipe.kind === 'entries') {
    writeMetadata({ entries, seqCount, blockSize, ...recipe.superblock }, area);
  }
  for (const { place, as, pick } of recipe.mutations) {
    // Every other one hits the superblock.
    mutate(area.subarray(0, pick % 2 === 0 ? 64 : metadataBytes), place, as, pick >>> 1);
  }
  const kept = Math.min(recipe.keepBytes ?? area.length, Math.floor((recipe.keepShare ?? 1) * area.length));
  return image.subarray(0, startBytes + kept);
}

function mutate(bytes: Uint8Array, place: number, as: 'bit' | 'u32' | 'u64', pick: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (as === 'bit') {
    const at = place % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (pick % 8));
  } else if (as === 'u32') {
    view.setUint32((place % (bytes.length / 4)) * 4, U32S[pick % U32S.length] ?? 0, true);
  } else {
    view.setBigUint64((place % (bytes.length / 8)) * 8, U64S[pick % U64S.length] ?? 0n, true);
  }
}

/** What `inspect` is to say about an image, from the slow decoder. */
function expectedInspection(slow: SlowDecoding, deviceBytes: number, startSector: bigint): unknown {
  const usable = slow.fault === '';
  return {
    sizeBytes: BigInt(deviceBytes),
    startSector,
    areaBytes: BigInt(deviceBytes) - startSector * 512n,
    state: slow.state,
    fault: FAULT_CODES[slow.fault],
    superblock: {
      magic: Number(slow.magic),
      version: Number(slow.version),
      block_size: Number(slow.block_size),
      pad: Number(slow.pad),
      n_blocks: slow.n_blocks,
      seq_count: slow.seq_count,
      reserved: slow.reserved,
    },
    geometry: usable
      ? {
          blockSize: Number(slow.block_size),
          nBlocks: slow.n_blocks,
          entriesEndBytes: 64n + 16n * slow.n_blocks,
          dataOffsetBytes: slow.dataOffsetBytes,
          metadataSectors: (slow.dataOffsetBytes ?? 0n) / 512n,
          dataEndBytes: slow.dataEndBytes,
        }
      : null,
    maxNBlocks: slow.maxNBlocks,
    entries: usable
      ? {
          free: slow.free,
          committed: slow.committed,
          uncommitted: slow.uncommitted,
          live: slow.live,
          stale: slow.stale,
          identical: slow.identical,
          maxOriginalSector: slow.maxOriginalSector,
          future: slow.future,
          misaligned: slow.misaligned,
          impossible: slow.impossible,
        }
      : null,
  };
}

const FAULT_CODES: Record<SlowDecoding['fault'], Inspection['fault']> = {
  '': null,
  blank: null,
  torn: 'torn-format',
  'magic lost': 'magic-lost',
  magic: 'not-a-writecache',
  version: 'bad-version',
  'block size': 'bad-block-size',
  overflow: 'size-overflow',
  'too small': 'area-too-small',
  'no blocks': 'no-blocks',
};

function actualInspection(inspection: Inspection): unknown {
  const { superblock, entries } = inspection;
  return {
    sizeBytes: inspection.sizeBytes,
    startSector: inspection.startSector,
    areaBytes: inspection.areaBytes,
    state: inspection.state,
    fault: inspection.fault,
    superblock: { ...superblock, reserved: [...superblock.reserved] },
    geometry: inspection.geometry,
    maxNBlocks: inspection.maxNBlocks,
    entries:
      entries === null
        ? null
        : {
            free: entries.free,
            committed: entries.committed,
            uncommitted: entries.uncommitted,
            live: entries.live,
            stale: entries.copies.stale,
            identical: entries.copies.identical,
            maxOriginalSector: entries.maxOriginalSector,
            future: entries.future.count,
            misaligned: entries.misaligned.count,
            impossible: entries.impossible.count,
          },
  };
}

/** Code and count of every problem that `check` is to report (§5.8). */
function expectedProblems(slow: SlowDecoding, originSectors: bigint | undefined): Record<string, number> {
  const fault = FAULT_CODES[slow.fault];
  if (fault !== null) return { [fault]: 1 };
  if (slow.state === 'blank') return { blank: 1 };
  const sectorsPerBlock = slow.block_size / 512n;
  const possible = slow.entries.filter(({ state, impossible }) => isCommitted(state) && !impossible);
  const beyond = possible.filter(
    (entry) => originSectors !== undefined && entry.original_sector >= originSectors,
  );
  const across = possible.filter(
    ({ original_sector: sector }) =>
      originSectors !== undefined && sector < originSectors && sector + sectorsPerBlock > originSectors,
  );
  const counts = {
    'misaligned-sector': slow.misaligned,
    'impossible-sector': slow.impossible,
    'identical-entries': slow.identical,
    'future-seq-count': slow.future,
    'beyond-origin': beyond.length,
    'across-origin-end': across.length,
    'device-resized': slow.n_blocks === slow.maxNBlocks ? 0 : 1,
    'large-block-size': slow.block_size > 4096n ? 1 : 0,
    'uncommitted-entries': slow.uncommitted,
    'stale-copies': slow.stale - slow.identical,
    'reserved-not-zero': slow.pad !== 0n || slow.reserved.some((byte) => byte !== 0) ? 1 : 0,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function isCommitted(state: SlowEntry['state']): boolean {
  return state === 'live' || state === 'stale' || state === 'identical';
}

/** §1.4 and §1.5 for a table that names the superblock's block size, or 4096 where there is none that makes sense. */
function expectedActivation(
  slow: SlowDecoding,
  areaBytes: bigint,
  { mode, pageSizeBytes }: Pick<Case, 'mode' | 'pageSizeBytes'>,
): unknown {
  const known =
    slow.state !== 'blank' && slow.state !== 'foreign' && BLOCK_SIZES.includes(Number(slow.block_size));
  const blockSize = known ? slow.block_size : 4096n;
  const hasRoom = areaBytes >= 2n * blockSize;
  const refused = (kernelMessage: string): unknown => ({ outcome: 'refused', kernelMessage });
  if (blockSize > pageSizeBytes) return refused('Invalid block size');
  if (!hasRoom && mode === 's') return refused('Invalid device size');
  switch (slow.fault) {
    case 'blank':
      return hasRoom
        ? { outcome: 'formatted', nBlocks: mostBlocks(areaBytes, blockSize) }
        : refused('Unable to initialize device');
    case 'torn':
    case 'magic lost':
    case 'magic':
      return refused('Invalid magic in the superblock');
    case 'version':
      return refused('Invalid version in the superblock');
    case 'block size':
      return refused('Block size does not match superblock');
    case 'overflow':
      return refused('Overflow in size calculation');
    case 'too small':
      return refused('Memory area is too small');
    case 'no blocks':
      return refused('Cannot allocate memory');
    case '':
      return {
        outcome: 'activated',
        error: slow.identical > 0 ? 1 : 0,
        nBlocks: slow.n_blocks,
        freeBlocks: slow.free + slow.uncommitted + slow.stale,
        droppedUncommitted: slow.uncommitted,
        droppedStale: slow.stale,
        rewritesMetadata: slow.uncommitted + slow.stale > 0,
      };
  }
}

/** How many blocks fit, counted from one on: there are some hundreds at most. */
function mostBlocks(areaBytes: bigint, blockSize: bigint): bigint {
  let n = 0n;
  while (((64n + 16n * (n + 1n) + blockSize - 1n) / blockSize + n + 1n) * blockSize <= areaBytes) n += 1n;
  return n;
}

function expectedSelection(slow: SlowDecoding, filter: EntryFilter): readonly SlowEntry[] {
  const { state: wanted, sectors } = filter;
  const sectorsPerBlock = slow.block_size / 512n;
  return slow.entries.filter(({ state, original_sector: sector }) => {
    const chosen =
      wanted === undefined ||
      wanted === state ||
      (wanted === 'committed' && isCommitted(state)) ||
      (wanted === 'stale' && state === 'identical');
    const inRange =
      sectors === undefined ||
      (state !== 'free' && sector <= sectors.last && sector + sectorsPerBlock - 1n >= sectors.first);
    return chosen && inRange;
  });
}

const pick = ({ index, original_sector, seq_count, state }: SlowEntry): unknown => ({
  index,
  original_sector,
  seq_count,
  state,
});

/** Compares all answers about one image; returns what kind of image it is. */
async function compare(recipe: Case, image: Uint8Array): Promise<string> {
  const { mode, pageSizeBytes, originSectors } = recipe;
  const startSector = recipe.askedSector ?? recipe.startSector;
  // A sector that the origin has only a part of is none.
  const originBytes = originSectors === undefined ? undefined : originSectors * 512n + (originSectors % 512n);
  const device = new MemoryDevice(image);
  let slow: SlowDecoding;
  try {
    slow = decodeSlowly(image, startSector);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    await expectRefusal(() => inspect(device, { startSector }), startSector);
    await expectRefusal(
      () => checkDevice(device, { startSector, mode, pageSizeBytes, originBytes }),
      startSector,
    );
    return 'no room';
  }
  const checked = await checkDevice(device, { startSector, mode, pageSizeBytes, originBytes });
  compareCheck(recipe, image, checked, slow);
  let { inspection } = checked;
  if (recipe.noiseSeed % 4 === 0) {
    // The same function answered for the check already, and it is what takes the time here; so do the kernels for large caches.
    const kernel = ([undefined, 'wasm', 'plain'] as const)[(recipe.noiseSeed / 4) % 12];
    inspection = await inspect(device, { startSector, kernel });
    deepStrictEqual(actualInspection(inspection), expectedInspection(slow, image.length, startSector));
  }

  if (inspection.entries === null) return slow.fault;
  const selectable = requireEntries(inspection);
  deepStrictEqual(await selectAll(device, selectable), slow.entries.map(pick));
  if (recipe.noiseSeed % 2 === 0) {
    const filter = filterOf(recipe);
    deepStrictEqual(await selectAll(device, selectable, filter), expectedSelection(slow, filter).map(pick));
  }
  return `${slow.state}${slow.state === 'dirty' && slow.identical > 0 ? ' with identical entries' : ''}`;
}

function compareCheck(recipe: Case, image: Uint8Array, checked: CheckResult, slow: SlowDecoding): void {
  const { inspection, problems, activation } = checked;
  const startSector = recipe.askedSector ?? recipe.startSector;
  deepStrictEqual(actualInspection(inspection), expectedInspection(slow, image.length, startSector));
  const expected = expectedActivation(slow, inspection.areaBytes, recipe);
  deepStrictEqual(activation, expected, 'activation');

  const counts = expectedProblems(slow, recipe.originSectors);
  const elsewhere = inspection.state === 'blank' || inspection.state === 'foreign' ? superblocksIn(image) : 0;
  if (elsewhere > 0) counts['superblock-elsewhere'] = elsewhere;
  const isSound = !Object.keys(counts).some((code) => UNSOUND.has(code));
  if (isSound && activation.outcome === 'refused') counts['table-refused'] = 1;
  const found: Record<string, number> = {};
  for (const { code, count } of problems) {
    deepStrictEqual(code === 'superblock-elsewhere' || !(code in found), true, 'a problem is told once');
    found[code] = (found[code] ?? 0) + count;
  }
  deepStrictEqual(found, counts, 'problems');
  for (const { code, examples, count } of problems) {
    const is = EXAMPLES_ARE[code];
    if (is !== undefined) {
      const expected = slow.entries.filter(is).slice(0, 8);
      deepStrictEqual(
        examples.map(({ index }) => index),
        expected.map(({ index }) => index),
        `examples of ${code}`,
      );
    }
    deepStrictEqual(examples.length <= Math.min(8, count), true, 'more examples than there are entries');
    for (const example of examples) {
      const { original_sector, seq_count } = slow.entries[example.index] ?? {};
      deepStrictEqual(
        { ...example },
        { index: example.index, original_sector, seq_count },
        'an example is an entry',
      );
    }
  }
}

/** Problems with which a device must not be used as it is. */
const UNSOUND = new Set<string | null>([
  ...Object.values(FAULT_CODES),
  'misaligned-sector',
  'impossible-sector',
  'identical-entries',
  'superblock-elsewhere',
]);

/** How many sectors of the first MiB have a superblock that can be used; eight are told at most. */
function superblocksIn(image: Uint8Array): number {
  let found = 0;
  for (let sector = 0; sector < 2048 && sector * 512 + 64 <= image.length; sector += 1) {
    const isMagic = image[sector * 512] === 0x21 && image[sector * 512 + 1] === 0x93;
    found += isMagic && decodeSlowly(image, sector).fault === '' ? 1 : 0;
  }
  return Math.min(found, 8);
}

/** Of which entries a problem shows the first few. */
const EXAMPLES_ARE: Record<string, (entry: SlowEntry) => boolean> = {
  'misaligned-sector': ({ misaligned }) => misaligned,
  'impossible-sector': ({ impossible }) => impossible,
  'future-seq-count': ({ future }) => future,
  'uncommitted-entries': ({ state }) => state === 'uncommitted',
};

async function expectRefusal(ask: () => Promise<unknown>, startSector: bigint): Promise<void> {
  const thrown: unknown = await ask().then(
    () => 'nothing',
    (error: unknown) => error,
  );
  if (!(thrown instanceof WcacheError)) {
    throw new Error(`not a WcacheError: ${String(thrown)}`, { cause: thrown });
  }
  deepStrictEqual(thrown.code, startSector < 0n ? 'bad-start-sector' : 'too-small');
}

function filterOf({ filter, blockSize }: Case): EntryFilter {
  const state = STATE_FILTERS[filter.state];
  const first = (BigInt(filter.first) * BigInt(blockSize / 512)) / 32n;
  return {
    ...(state === undefined ? {} : { state }),
    ...(filter.length === undefined ? {} : { sectors: { first, last: first + BigInt(filter.length) } }),
  };
}

it(
  `agrees with the slow decoder on ${String(CASES)} images`,
  async () => {
    const unhandled: unknown[] = [];
    const noteUnhandled = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', noteUnhandled);
    const seen = new Map<string, number>();
    const property = fc.asyncProperty(cases, async (recipe) => {
      const image = render(recipe);
      const began = performance.now();
      const kind = await compare(recipe, image);
      const took = performance.now() - began;
      if (took > CASE_LIMIT_MS) throw new Error(`the case took ${took.toFixed(0)} ms`);
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    });
    const result = await fc.check(property, { seed: SEED, numRuns: CASES });
    process.off('unhandledRejection', noteUnhandled);
    if (result.failed) {
      throw new Error(report(result), { cause: result.errorInstance });
    }
    expect(unhandled).toEqual([]);
    // That every kind of image came up keeps the generator honest.
    if (CASES >= 20_000) {
      for (const kind of KINDS) {
        expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(10);
      }
    }
  },
  // The cases are many times faster; this is for a machine that does something else as well.
  120_000 + CASES * 5,
);

const KINDS = [
  'no room',
  'blank',
  'torn',
  'magic lost',
  'magic',
  'version',
  'block size',
  'overflow',
  'too small',
  'no blocks',
  'damaged',
  'clean',
  'dirty',
  'dirty with identical entries',
];

function report(result: fc.RunDetails<[Case]>): string {
  const [recipe] = result.counterexample ?? [];
  const image = recipe === undefined ? new Uint8Array(0) : render(recipe);
  const failure: unknown = result.errorInstance;
  const metadata = Buffer.from(image.subarray(0, 4096))
    .toString('hex')
    .replace(/(00)+$/, '');
  return [
    `case ${String(result.numRuns)} of ${String(CASES)} failed, after ${String(result.numShrinks)} simplifications:`,
    failure instanceof Error ? failure.message : String(failure),
    `the case: ${fc.stringify(recipe)}`,
    `the image: ${String(image.length)} bytes, from ${metadata} (the rest of the first 4096 is zero)`,
    `to repeat it: WCACHE_FUZZ_SEED=${String(SEED)} WCACHE_FUZZ_CASES=${String(CASES)} npx vitest run test/scan/fuzz.test.ts`,
  ].join('\n');
}
