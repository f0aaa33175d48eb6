import { describe, expect, it } from 'vitest';
import type { TableOptions } from '../../../src/table/index.js';
import { CURRENT, LINUX_6_1, type Pace } from '../../../src/target/index.js';
import type { WorkloadStep } from '../../../src/target/explorer/index.js';
import {
  cacheWith,
  discard,
  exploreSmall,
  flush,
  randomSteps,
  write,
  writeBack,
  type Small,
} from './scenarios.js';

const held = { hold: true };
const fua = { fua: true };
/** Copies to the origin that do not end while a scenario lasts. */
const slow: Pace = { copyEndsAtMs: (_, nowMs) => nowMs + 1e6 };
const SURVIVES = { ...CURRENT, diesOfDuplicates: false };

/** What a power cut loses, in brief. */
function losses(small: Small): string[] {
  const { findings } = exploreSmall(small, { maxFindings: 1000 });
  return [...new Set(findings.map(({ sector, found }) => `${String(sector)}: ${found}`))];
}

describe('a target that is known to lose data', () => {
  it('is found by committing held writes that no flush covered', () => {
    const steps = [write(3, 2, held), flush];
    const small = { mode: 's', steps } as const;
    expect(losses({ ...small, behaviour: { ...CURRENT, waitsBeforeFlush: false } })).toEqual([
      // What the blocks held at first: nothing but zeros, and not what the origin has.
      '3: zeros',
      '4: zeros',
    ]);
    expect(losses(small)).toEqual([]);
  });

  it('is found by a held overwrite of another sector’s old block', () => {
    // The committed entry names a block in which data of another sector are left.
    const steps = [write(9), flush, writeBack, write(1), write(2), write(5), write(3, 1, held), flush];
    const behaviour = { ...CURRENT, waitsBeforeFlush: false };
    expect(losses({ mode: 's', steps, behaviour })).toEqual(["3: sector 9's version 1"]);
    expect(losses({ mode: 's', steps })).toEqual([]);
  });

  it('is found by FUA writes that are not committed', () => {
    const steps = [write(3, 2, fua)];
    expect(losses({ mode: 's', steps, behaviour: { ...CURRENT, commitsFua: 'pmem-mode' } })).toEqual([
      '3: version 0',
      '4: version 0',
    ]);
    expect(losses({ mode: 'p', steps, behaviour: { ...CURRENT, commitsFua: 'never' } })).toEqual([
      '3: version 0',
      '4: version 0',
    ]);
    for (const mode of ['s', 'p'] as const) expect(losses({ mode, steps })).toEqual([]);
  });

  it.each<[string, Partial<Small>]>([
    ['past a cleaner', { steps: [write(8), flush], options: { cleaner: true } }],
    [
      'around a full cache',
      {
        steps: [write(0, 4), flush, write(8), flush],
        options: { high_watermark: 100, low_watermark: 100 },
        pace: slow,
      },
    ],
  ])('is found by writes %s that a flush forgets', (_, part) => {
    const small: Small = { mode: 's', steps: [], ...part };
    expect(losses({ ...small, behaviour: { ...CURRENT, flushesOrigin: false } })).toEqual(['8: version 0']);
    expect(losses(small)).toEqual([]);
  });

  it('is found by a flush that looks for overwritten blocks where there are none, as all are being copied', () => {
    const steps: WorkloadStep[] = [write(3), flush, write(3), { op: 'message', name: 'cleaner' }, flush];
    expect(losses({ mode: 's', steps, pace: slow })).toEqual(['3: version 1']);
    const mended = { ...CURRENT, forgetsOverwrites: false };
    expect(losses({ mode: 's', steps, pace: slow, behaviour: mended })).toEqual([]);
    // The blocks go back to the list when they are copied: with no such copy under way nothing is lost.
    expect(losses({ mode: 's', steps })).toEqual([]);
  });

  it('is told with the writes that survived', () => {
    const behaviour = { ...CURRENT, commitsFua: 'pmem-mode' } as const;
    const { findings, run } = exploreSmall({ mode: 's', steps: [write(3, 1, fua)], behaviour });
    const acknowledged = run.events.findIndex(({ op }) => op === 'acknowledge');
    expect(findings[0]).toEqual({
      crashPoint: acknowledged + 1,
      survived: [],
      sector: 3,
      expected: 'version 1',
      found: 'version 0',
    });
  });
});

describe('a superblock that is written with its region and a flush', () => {
  it('loses nothing', () => {
    const behaviour = { ...SURVIVES, superblockWrite: 'region' } as const;
    for (let seed = 1; seed <= 3; seed += 1) {
      expect(losses({ mode: 's', steps: randomSteps(seed, 12), behaviour })).toEqual([]);
    }
  });
});

describe('two identical entries', () => {
  it('put the first activation in error and leave the second clean, with the same data', () => {
    const steps = [write(3), write(9), write(2, 2), flush];
    const { findings, imagesInError } = exploreSmall({ mode: 's', steps, cacheBlocks: 8 });
    expect(findings).toEqual([]);
    expect(imagesInError).toBeGreaterThan(0);
  });
});

const OPTIONS: Readonly<Record<string, TableOptions>> = {
  'the defaults': {},
  'a commit after every write': { autocommit_blocks: 0 },
  'a full cache': { high_watermark: 100, low_watermark: 100 },
  'early writeback': { high_watermark: 30, low_watermark: 0, autocommit_blocks: 2 },
  'all writes around, behind a start sector': { start_sector: 3n, metadata_only: true },
  'a cleaner': { cleaner: true },
};

/** Of every kind one, on sectors where they meet. */
const KINDS: readonly WorkloadStep[] = [
  write(2, 3),
  write(3, 2, held),
  write(4, 1, fua),
  flush,
  discard(3, 2),
  writeBack,
];

describe.each(['s', 'p'] as const)('in mode %s', (mode) => {
  it('a format loses nothing, and is either undone or done', () => {
    const { findings, images } = exploreSmall({ mode, steps: [], cacheBlocks: 8 }, { samples: 500 });
    expect(findings).toEqual([]);
    expect(images).toBeGreaterThan(mode === 's' ? 2 : 100);
  });

  it('a resume loses nothing of what a power cut left', () => {
    // Stale, identical, uncommitted and free ones, in both sectors of the metadata: each is written anew.
    const free = Array.from({ length: 30 }, () => [0, -1] as const);
    const first = [
      [3, 1],
      [5, 2],
      [7, 3],
      [9, 4],
      [11, 1],
    ] as const;
    const last = [
      [3, 2],
      [5, 2],
      [7, 1],
      [9, -1],
      [12, 3],
    ] as const;
    const entries = [...first, ...free, ...last];
    const small = { mode, steps: [], cache: cacheWith(entries, 3n) };
    const { findings, imagesInError, crashPoints } = exploreSmall(small, { samples: 200 });
    expect(findings).toEqual([]);
    expect(imagesInError).toBeGreaterThan(0);
    expect(crashPoints).toBeGreaterThan(2);
  });

  it('three steps of any kind lose nothing', () => {
    for (const first of KINDS) {
      for (const second of KINDS) {
        for (const third of KINDS) {
          const steps = [first, second, third];
          const small = { mode, steps, cacheBlocks: 3, isFormatted: true, behaviour: SURVIVES };
          expect(exploreSmall(small, { exhaustiveLimit: 64, samples: 4 }).findings).toEqual([]);
        }
      }
    }
  });

  it.each(Object.entries(OPTIONS))('steps at random lose nothing with %s', (_, options) => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const small = { mode, steps: randomSteps(seed, 16), options, behaviour: SURVIVES };
      const explored = exploreSmall(small, { exhaustiveLimit: 64, samples: 16 });
      expect(explored.findings).toEqual([]);
      expect(explored.run.endedBy).toBeNull();
    }
  });

  it('steps at random lose nothing while copies take time', () => {
    const pace: Pace = { copyEndsAtMs: ({ blocks }, nowMs) => nowMs + 700 * blocks };
    const options = { high_watermark: 30, low_watermark: 0, autocommit_blocks: 1 };
    for (let seed = 100; seed <= 105; seed += 1) {
      const steps = randomSteps(seed, 20);
      const small = { mode, steps, options, pace, isFormatted: true, behaviour: SURVIVES };
      expect(exploreSmall(small, { exhaustiveLimit: 32, samples: 8 }).findings).toEqual([]);
    }
  });

  it('kernels without the fixes of 2026 lose nothing either, as long as nobody writes with FUA', () => {
    const behaviour = { ...LINUX_6_1, diesOfDuplicates: false };
    for (let seed = 21; seed <= 24; seed += 1) {
      const small = { mode, steps: randomSteps(seed, 16, { fua: false }), behaviour };
      expect(exploreSmall(small, { exhaustiveLimit: 64, samples: 16 }).findings).toEqual([]);
    }
  });
});
