import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  freshSuperblock,
  judgeSuperblock,
  layOut,
  predictLoad,
  type LoadAnswer,
  type LoadQuestion,
  type Superblock,
} from '../../src/format/index.js';

const MAGIC = 0x23489321;
const BLOCK_SIZES = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];
const GOOD = freshSuperblock(4096, 63n);
const GOOD_BYTES = 262144n;

/** The check of §1.5 step 6 with the 64-bit arithmetic of the kernel, which wraps. */
function kernelOverflows(nBlocks: bigint, blockSize: number): boolean {
  const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
  const bs = BigInt(blockSize);
  let offset = u64(nBlocks * 16n);
  if (offset / 16n !== nBlocks) return true;
  offset = u64(offset + 64n);
  if (offset < 64n) return true;
  offset = u64(offset + bs - 1n) & u64(~(bs - 1n));
  const dataSize = u64(nBlocks * bs);
  return offset === 0n || dataSize / bs !== nBlocks || u64(offset + dataSize) < offset;
}

describe('judges a superblock', () => {
  it.each([
    ['of zeros', { magic: 0, version: 0 }, 'blank', undefined],
    ['whose magic was not written yet', { magic: 0, version: 1 }, 'torn', 'torn-format'],
    ['whose magic was overwritten', { magic: 0, version: 1, seq_count: 1n }, 'damaged', 'magic-lost'],
    ['whose magic was overwritten late', { magic: 0, seq_count: 2n ** 64n - 1n }, 'damaged', 'magic-lost'],
    ['without magic, of another version', { magic: 0, version: 2 }, 'foreign', 'not-a-writecache'],
    ['with another magic', { magic: MAGIC + 1 }, 'foreign', 'not-a-writecache'],
    ['with a magic in the wrong byte order', { magic: 0x21934823 }, 'foreign', 'not-a-writecache'],
    ['with another magic and version 0', { magic: 1, version: 0 }, 'foreign', 'not-a-writecache'],
    ['of version 0', { version: 0 }, 'damaged', 'bad-version'],
    ['of version 2', { version: 2 }, 'damaged', 'bad-version'],
    ['with block size 0', { block_size: 0 }, 'damaged', 'bad-block-size'],
    ['with block size 256', { block_size: 256 }, 'damaged', 'bad-block-size'],
    ['with block size 3000', { block_size: 3000 }, 'damaged', 'bad-block-size'],
    ['with block size 131072', { block_size: 131072 }, 'damaged', 'bad-block-size'],
    ['with block size 2^31', { block_size: 2 ** 31 }, 'damaged', 'bad-block-size'],
    ['with 2^64−1 blocks', { n_blocks: 2n ** 64n - 1n }, 'damaged', 'size-overflow'],
    ['with one block more than fit', { n_blocks: 64n }, 'damaged', 'area-too-small'],
    ['with no blocks', { n_blocks: 0n }, 'damaged', 'no-blocks'],
  ] as const)('%s', (_, change, kind, fault) => {
    const verdict = judgeSuperblock({ ...GOOD, ...change }, GOOD_BYTES);
    expect(verdict).toMatchObject(fault === undefined ? { kind } : { kind, fault });
    expect('reason' in verdict && verdict.reason).toMatch(/^[a-z0-9].*[^.]$/s);
  });

  it('that is usable, with its geometry', () => {
    expect(judgeSuperblock(GOOD, GOOD_BYTES)).toEqual({
      kind: 'usable',
      geometry: {
        blockSize: 4096,
        nBlocks: 63n,
        entriesEndBytes: 1072n,
        dataOffsetBytes: 4096n,
        metadataSectors: 8n,
        dataEndBytes: 262144n,
      },
    });
  });

  it('that has fewer blocks than would fit: they move the data area and nothing else (§1.5)', () => {
    expect(judgeSuperblock({ ...GOOD, n_blocks: 1n }, GOOD_BYTES)).toMatchObject({
      kind: 'usable',
      geometry: { nBlocks: 1n, dataOffsetBytes: 4096n },
    });
  });

  it('without a look at what the format leaves zero', () => {
    const odd = { ...GOOD, pad: 7, reserved: new Uint8Array(32).fill(1), seq_count: 2n ** 64n - 1n };
    expect(judgeSuperblock(odd, GOOD_BYTES)).toMatchObject({ kind: 'usable' });
  });

  it('with the first fault in the order of the kernel where there are several', () => {
    const order: [Partial<Superblock>, string][] = [
      [{ magic: 1 }, 'not-a-writecache'],
      [{ version: 3 }, 'bad-version'],
      [{ block_size: 100 }, 'bad-block-size'],
      [{ n_blocks: 2n ** 62n }, 'size-overflow'],
    ];
    fc.assert(
      fc.property(fc.subarray(order, { minLength: 1 }), (faults) => {
        const broken = Object.assign({}, GOOD, ...faults.map(([change]) => change)) as Superblock;
        expect(judgeSuperblock(broken, GOOD_BYTES)).toMatchObject({ fault: faults[0]?.[1] });
      }),
    );
    // A device that is too small even for no blocks is told first.
    expect(judgeSuperblock({ ...GOOD, n_blocks: 0n }, 4095n)).toMatchObject({ fault: 'area-too-small' });
    expect(judgeSuperblock({ ...GOOD, n_blocks: 0n }, 4096n)).toMatchObject({ fault: 'no-blocks' });
  });

  it('with an overflow exactly where 64-bit sizes wrap', () => {
    const nBlocks = fc
      .tuple(fc.constantFrom(...BLOCK_SIZES), fc.bigInt(-40n, 40n), fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(3))
      .map(([blockSize, near, any, how]): [number, bigint] => {
        const edges = [2n ** 64n / BigInt(blockSize + 16), 2n ** 64n / BigInt(blockSize), 2n ** 60n];
        return [blockSize, BigInt.asUintN(64, how < 3 ? (edges[how] ?? 0n) + near : any)];
      });
    let overflows = 0;
    fc.assert(
      fc.property(nBlocks, ([blockSize, n_blocks]) => {
        const verdict = judgeSuperblock({ ...GOOD, block_size: blockSize, n_blocks }, 2n ** 63n);
        const overflow = kernelOverflows(n_blocks, blockSize);
        overflows += overflow ? 1 : 0;
        expect('fault' in verdict && verdict.fault === 'size-overflow').toBe(overflow);
      }),
      { numRuns: 5000 },
    );
    expect(overflows).toBeGreaterThan(500);
    expect(overflows).toBeLessThan(4500);
  });

  it('beyond 2^53 bytes without losing one', () => {
    for (const blockSize of BLOCK_SIZES) {
      const n_blocks = 2n ** 53n / BigInt(blockSize) + 1n;
      const metadata = 64n + 16n * n_blocks;
      const end = ((metadata + BigInt(blockSize) - 1n) / BigInt(blockSize) + n_blocks) * BigInt(blockSize);
      const superblock = { ...GOOD, block_size: blockSize, n_blocks };
      expect(judgeSuperblock(superblock, end)).toMatchObject({
        kind: 'usable',
        geometry: { dataEndBytes: end },
      });
      expect(judgeSuperblock(superblock, end - 1n)).toMatchObject({ fault: 'area-too-small' });
    }
  });
});

type Question = Required<LoadQuestion>;

/** §1.5 and §2.4 as a list: the first line that applies is the answer. */
function expectedAnswer(
  { magic, version, block_size, n_blocks }: Superblock,
  { mode, blockSize, sizeBytes, pageSizeBytes, logicalBlockSizeBytes }: Question,
): LoadAnswer {
  const layout = BLOCK_SIZES.includes(blockSize) ? layOut(sizeBytes, blockSize) : undefined;
  const bs = BigInt(blockSize);
  const end = ((64n + 16n * n_blocks + bs - 1n) / bs + n_blocks) * bs;
  const refusals: [boolean, string][] = [
    [layout === undefined || blockSize > pageSizeBytes, 'Invalid block size'],
    [blockSize < logicalBlockSizeBytes, 'Block size is smaller than device logical block size'],
    [mode === 's' && layout?.ok === false, 'Invalid device size'],
    [magic === 0 && version === 0 && layout?.ok === false, 'Unable to initialize device'],
    [magic === 0 && version === 0, 'FORMAT'],
    [magic !== MAGIC, 'Invalid magic in the superblock'],
    [version !== 1, 'Invalid version in the superblock'],
    [block_size !== blockSize, 'Block size does not match superblock'],
    [kernelOverflows(n_blocks, blockSize), 'Overflow in size calculation'],
    [end > sizeBytes, 'Memory area is too small'],
    [n_blocks === 0n, 'Cannot allocate memory'],
  ];
  const message = refusals.find(([applies]) => applies)?.[1];
  if (message === undefined) return { kind: 'loads' };
  if (message !== 'FORMAT') return { kind: 'refuses', message };
  return { kind: 'formats', nBlocks: layout?.ok === true ? layout.geometry.nBlocks : -1n };
}

function* combinations(): Generator<[Superblock, Question]> {
  const n_blocks = [0n, 1n, 63n, 64n, 2n ** 50n, 2n ** 60n, 2n ** 64n - 1n];
  const superblocks = [0, 1, MAGIC].flatMap((magic) =>
    [0, 1, 2].flatMap((version) =>
      [0, 512, 4096, 65536, 3000].flatMap((block_size) =>
        n_blocks.map((blocks) => ({ ...GOOD, magic, version, block_size, n_blocks: blocks })),
      ),
    ),
  );
  for (const mode of ['p', 's'] as const) {
    for (const blockSize of [512, 4096, 8192, 65536, 3000, 256]) {
      for (const [pageSizeBytes, logicalBlockSizeBytes] of [
        [4096, 512],
        [65536, 512],
        [4096, 4096],
      ] as const) {
        for (const sizeBytes of [0n, 512n, 4095n, 4096n, 8191n, 8192n, 262143n, 262144n, 2n ** 40n]) {
          for (const superblock of superblocks) {
            yield [superblock, { mode, blockSize, sizeBytes, pageSizeBytes, logicalBlockSizeBytes }];
          }
        }
      }
    }
  }
}

describe('predicts what the constructor does', () => {
  it('with every combination of what it looks at, in its order', () => {
    const answers = new Map<string, number>();
    for (const [superblock, question] of combinations()) {
      const answer = predictLoad(superblock, question);
      const name = answer.kind === 'refuses' ? answer.message : answer.kind;
      answers.set(name, (answers.get(name) ?? 0) + 1);
      const expected = expectedAnswer(superblock, question);
      if (JSON.stringify(answer, asText) !== JSON.stringify(expected, asText)) {
        expect({ superblock, question, answer }).toEqual({ superblock, question, answer: expected });
      }
    }
    // Every answer that there is was given.
    expect([...answers.keys()].sort()).toEqual([
      'Block size does not match superblock',
      'Block size is smaller than device logical block size',
      'Cannot allocate memory',
      'Invalid block size',
      'Invalid device size',
      'Invalid magic in the superblock',
      'Invalid version in the superblock',
      'Memory area is too small',
      'Overflow in size calculation',
      'Unable to initialize device',
      'formats',
      'loads',
    ]);
  });

  it('takes a page of 4096 bytes where none is told', () => {
    const superblock = freshSuperblock(8192, 10n);
    const question = { mode: 's', blockSize: 8192, sizeBytes: 2n ** 20n } as const;
    expect(predictLoad(superblock, question)).toEqual({ kind: 'refuses', message: 'Invalid block size' });
    expect(predictLoad(superblock, { ...question, pageSizeBytes: 8192 })).toEqual({ kind: 'loads' });
  });

  it('refuses blocks smaller than the logical ones, whatever the superblock says', () => {
    const question = { mode: 's', blockSize: 512, sizeBytes: 2n ** 20n } as const;
    for (const superblock of [
      freshSuperblock(512, 10n),
      { ...GOOD, magic: 0, version: 0 },
      { ...GOOD, magic: 7 },
    ]) {
      expect(predictLoad(superblock, { ...question, logicalBlockSizeBytes: 1024 })).toEqual({
        kind: 'refuses',
        message: 'Block size is smaller than device logical block size',
      });
    }
    expect(predictLoad(freshSuperblock(512, 10n), { ...question, logicalBlockSizeBytes: 512 })).toEqual({
      kind: 'loads',
    });
  });

  it('formats where magic and version are zero, whatever else there is', () => {
    const superblock = { ...GOOD, magic: 0, version: 0, block_size: 77, n_blocks: 2n ** 64n - 1n, pad: 3 };
    for (const mode of ['p', 's'] as const) {
      expect(predictLoad(superblock, { mode, blockSize: 512, sizeBytes: 2n ** 20n })).toEqual({
        kind: 'formats',
        nBlocks: 1985n,
      });
    }
  });

  it('does not format a second time where a format was cut short', () => {
    const torn = { ...GOOD, magic: 0 };
    for (const mode of ['p', 's'] as const) {
      expect(predictLoad(torn, { mode, blockSize: 4096, sizeBytes: GOOD_BYTES })).toEqual({
        kind: 'refuses',
        message: 'Invalid magic in the superblock',
      });
    }
  });

  it('in ssd mode looks at the size of the device before it reads the superblock', () => {
    for (const superblock of [GOOD, { ...GOOD, magic: 0, version: 0 }, { ...GOOD, magic: 5 }]) {
      for (const sizeBytes of [8191n, 2n ** 60n]) {
        expect(predictLoad(superblock, { mode: 's', blockSize: 4096, sizeBytes })).toEqual({
          kind: 'refuses',
          message: 'Invalid device size',
        });
      }
    }
    // In pmem mode the size is looked at only when it formats.
    expect(predictLoad(GOOD, { mode: 'p', blockSize: 4096, sizeBytes: 2n ** 60n })).toEqual({
      kind: 'loads',
    });
  });

  // §1.4 lists the bitmap's limit under "extra ssd limits", and in pmem mode there is no dirty bitmap.
  it('in pmem mode formats a device that is too large for the dirty bitmap of ssd mode', () => {
    const blank = { ...GOOD, magic: 0, version: 0 };
    const sizeBytes = 2n ** 47n + (2n ** 43n - 3n) * 512n + 512n;
    expect(predictLoad(blank, { mode: 's', blockSize: 512, sizeBytes })).toEqual({
      kind: 'refuses',
      message: 'Invalid device size',
    });
    expect(predictLoad(blank, { mode: 'p', blockSize: 512, sizeBytes })).toEqual({
      kind: 'formats',
      nBlocks: 2n ** 43n - 3n,
    });
  });
});

it('calls usable what loads with the same block size, and only that', () => {
  const questions = fc.record({
    superblock: fc.record({
      magic: fc.constantFrom(MAGIC, MAGIC, MAGIC, MAGIC, 0, 1),
      version: fc.constantFrom(1, 1, 1, 1, 0, 2),
      block_size: fc.constantFrom(...BLOCK_SIZES, ...BLOCK_SIZES, 0, 3000),
      pad: fc.nat(),
      n_blocks: fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 40n), fc.bigInt(0n, 2n ** 64n - 1n)),
      seq_count: fc.bigInt(0n, 2n ** 64n - 1n),
      reserved: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    }),
    sizeBytes: fc.oneof(
      fc.bigInt(64n, 2n ** 20n),
      fc.bigInt(64n, 2n ** 52n),
      fc.constantFrom(8191n, 8192n, 131071n, 131072n),
    ),
    mode: fc.constantFrom('p', 's'),
  });
  let usable = 0;
  fc.assert(
    fc.property(questions, ({ superblock, sizeBytes, mode }) => {
      const verdict = judgeSuperblock(superblock, sizeBytes);
      const blockSize = superblock.block_size;
      const answer = predictLoad(superblock, { mode, blockSize, sizeBytes, pageSizeBytes: 65536 });
      usable += verdict.kind === 'usable' ? 1 : 0;
      expect(answer.kind === 'loads').toBe(verdict.kind === 'usable');
    }),
    { numRuns: 5000 },
  );
  expect(usable).toBeGreaterThan(200);
});

it('calls a cache usable that is larger than ssd mode takes: it can still be read', () => {
  const superblock = freshSuperblock(512, 2n ** 43n);
  const sizeBytes = 2n ** 53n;
  expect(judgeSuperblock(superblock, sizeBytes)).toMatchObject({ kind: 'usable' });
  const question = { blockSize: 512, sizeBytes } as const;
  expect(predictLoad(superblock, { ...question, mode: 'p' })).toEqual({ kind: 'loads' });
  expect(predictLoad(superblock, { ...question, mode: 's' })).toEqual({
    kind: 'refuses',
    message: 'Invalid device size',
  });
});

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
