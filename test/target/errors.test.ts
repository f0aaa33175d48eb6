import { expect, it } from 'vitest';
import { FaultyDevice, MemoryDevice } from '../../src/device/index.js';
import { CURRENT, ReferenceTarget, TargetIoError, TargetRefusal } from '../../src/target/index.js';
import { BLOCK, SmallCache } from './small-cache.js';

function withFaults(mode: 'p' | 's', forgetsInError = true) {
  const origin = new FaultyDevice(new MemoryDevice(64 * BLOCK));
  const cache = new FaultyDevice(new MemoryDevice(16 * BLOCK));
  const table = { mode, origin: '', cache: '', block_size: BLOCK, options: {} };
  const behaviour = { ...CURRENT, forgetsInError };
  const target = ReferenceTarget.load(table, { origin, cache }, { behaviour });
  target.resume();
  return { origin, cache, target };
}

const EVERYWHERE = [{ offsetBytes: 0, lengthBytes: 64 * BLOCK, on: 'write' as const }];
const DATA = new Uint8Array(BLOCK).fill(7);

it.each(['s', 'p'] as const)(
  'stays in error after a failed writeback, with every block still cached, in mode %s',
  (mode) => {
    const { origin, target } = withFaults(mode);
    target.write(5, DATA);
    origin.setFaults({ ranges: EVERYWHERE });
    expect(() => {
      target.message('flush');
    }).toThrow(TargetIoError);
    origin.setFaults({});
    expect(target.status()).toMatchObject({ error: true, free_blocks: 14, writeback_blocks: 0 });
    for (const request of [
      () => {
        target.write(5, DATA);
      },
      () => {
        target.flush();
      },
      () => {
        target.discard(5, 1);
      },
    ]) {
      expect(request).toThrow(TargetIoError);
    }
    const seen = new Uint8Array(BLOCK);
    target.read(5, seen);
    expect(seen).toEqual(DATA);
  },
);

it.each([
  [true, 15, 0],
  [false, 14, 7],
])(
  'forgets its blocks at a resume in error where the kernel is built so: %s',
  (forgetsInError, free, value) => {
    const { origin, target } = withFaults('s', forgetsInError);
    target.write(5, DATA);
    origin.setFaults({ ranges: EVERYWHERE });
    expect(() => {
      target.message('flush');
    }).toThrow('EIO');
    target.suspend();
    target.resume();
    expect(target.status()).toMatchObject({ error: true, free_blocks: free });
    const seen = new Uint8Array(BLOCK);
    target.read(5, seen);
    expect(seen[0]).toBe(value);
  },
);

it('gets into error when a commit fails, not when a write of data does', () => {
  const { cache, target } = withFaults('s');
  cache.setFaults({
    ranges: [{ ...EVERYWHERE[0], offsetBytes: BLOCK, lengthBytes: 15 * BLOCK, on: 'write' }],
  });
  expect(() => {
    target.write(5, DATA);
  }).toThrow(TargetIoError);
  expect(target.error).toBeNull();
  cache.setFaults({ ranges: EVERYWHERE.map((each) => ({ ...each, lengthBytes: 16 * BLOCK })) });
  expect(() => {
    target.flush();
  }).toThrow(TargetIoError);
  expect(target.error).toBe('error writing metadata');
});

it('comes up with nothing cached, and in error, where the metadata cannot be read', () => {
  const { cache, target } = withFaults('s');
  target.write(5, DATA);
  target.suspend();
  cache.setFaults({ ranges: [{ offsetBytes: 0, lengthBytes: BLOCK, on: 'read' }] });
  target.resume();
  expect(target.error).toBe('unable to read metadata');
  expect(target.status().free_blocks).toBe(15);
});

it('keeps the later of two identical entries, and is in error until the next activation', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 4 });
  cache.write(7, 1);
  cache.write(8, 2);
  cache.target.suspend();
  // The second entry says the same as the first.
  cache.cache.bytes.copyWithin(64 + 16, 64, 64 + 16);
  cache.target.resume();
  expect(cache.target.error).toBe('two identical entries');
  expect(cache.entries()).toEqual(['7 free', '7@0', 'unused', 'unused']);
  expect(cache.read(7)).toEqual([2]);
  cache.use(cache.load());
  expect(cache.target.error).toBeNull();
});

it('refuses what the kernel refuses, with its words', () => {
  const cache = new MemoryDevice(16 * BLOCK);
  cache.bytes[0] = 1;
  const table = { mode: 's' as const, origin: '', cache: '', block_size: BLOCK, options: {} };
  const load = (): unknown => ReferenceTarget.load(table, { origin: new MemoryDevice(BLOCK), cache });
  expect(load).toThrow(TargetRefusal);
  expect(load).toThrow('Invalid magic in the superblock');
});

it('answers a flush message with EBUSY while it is suspended', () => {
  const cache = new SmallCache({ mode: 's', nBlocks: 4 });
  cache.target.suspend();
  expect(() => {
    cache.target.message('flush');
  }).toThrow('EBUSY');
});

it.each([
  [true, [1, 2, 2, 1, 0]],
  [false, [1, 2, 2, 1, 2]],
])(
  'loses the end of a write that is cut behind cached blocks, where it does (W11): %s',
  (losesTail, onOrigin) => {
    const behaviour = { ...CURRENT, losesTail, cutsBeforeOrigin: !losesTail };
    const cache = new SmallCache({ mode: 'p', nBlocks: 8, target: { behaviour } });
    for (const sector of [10, 13]) cache.write(sector, 1);
    cache.target.suspend();
    cache.use(cache.load({ metadata_only: true }));
    cache.write(10, 2, { blocks: 5 });
    cache.target.message('flush');
    expect(cache.onOrigin(10, 5).map((value, block) => (block === 0 || block === 3 ? 1 : value))).toEqual(
      onOrigin,
    );
  },
);

it('loses the writes between load and resume where the metadata is read at load', () => {
  const lost = (['load', 'resume'] as const).map((readsMetadataAt) => {
    const behaviour = { ...CURRENT, readsMetadataAt };
    const cache = new SmallCache({ mode: 's', nBlocks: 4, target: { behaviour } });
    cache.write(7, 1);
    const second = cache.load();
    cache.write(8, 2);
    cache.target.suspend();
    cache.use(second);
    return cache.read(7, 2);
  });
  expect(lost).toEqual([
    [0, 0],
    [1, 2],
  ]);
});
