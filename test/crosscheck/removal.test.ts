import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateSchema, Comparison, readWindow } from '../../src/crosscheck/index.js';
import { Rig, type RigOptions } from './rig.js';
import { Player, steps, type Step } from './workload.js';

const ORIGIN_BLOCKS = 24;
const RUNS = 80;

const rigs: fc.Arbitrary<RigOptions> = fc.record({
  mode: fc.constantFrom('s' as const, 'p' as const),
  blockSize: fc.constantFrom(512, 4096),
  // Of few blocks many are used again, and some writes go around the cache.
  nBlocks: fc.constantFrom(4, 9, 40),
  originBlocks: fc.constant(ORIGIN_BLOCKS),
  startSector: fc.constantFrom(0, 1, 8, 100),
});

/** A removal as `wcache remove` does it, with programs that go on all the time. */
async function removal(
  options: RigOptions,
  plan: {
    readonly before: Step[];
    readonly meanwhile: Step[];
    readonly last: Step[];
    readonly compares: boolean;
  },
) {
  const rig = new Rig(options);
  const player = new Player(rig);
  player.play(plan.before);
  const counted = rig.counters;
  rig.commit();
  const evidence = await rig.evidence();
  const comparison = new Comparison(evidence);
  player.play(plan.meanwhile);
  if (plan.compares) {
    await comparison.compareWrittenBack(rig.cache, rig.origin);
    rig.drain();
    await comparison.compare(rig.origin);
  }
  const before = rig.metadata();
  const atLoad = rig.counters;
  player.play(plan.last);
  rig.remove();
  const atEnd = rig.counters;
  const pastCache =
    atLoad.writes_around === atEnd.writes_around && atLoad.discards === atEnd.discards ? 'none' : 'some';
  const { cache, origin, startSector } = rig;
  const window = readWindow({ cache, origin, startSector, comparison, before, budgetMs: 60_000, pastCache });
  const isIdle = counted.writes === atEnd.writes && counted.discards === atEnd.discards;
  const certificate = await rig.judge(evidence, {
    ...{ comparison, window, writesSinceEvidence: isIdle ? 'none' : 'some' },
  });
  return { rig, evidence, window, certificate: certificateSchema.parse(certificate), isIdle };
}

describe('a removal by the reference', () => {
  it('is proved whole where nothing is written after the evidence', async () => {
    await fc.assert(
      fc.asyncProperty(rigs, steps(ORIGIN_BLOCKS, 40), fc.boolean(), async (options, before, compares) => {
        const plan = { before, meanwhile: [], last: [], compares };
        const { certificate, evidence, isIdle } = await removal(options, plan);
        expect(isIdle).toBe(true);
        expect(certificate.problems).toEqual([]);
        expect(certificate.undecided).toEqual([]);
        expect(certificate.ok).toBe(true);
        const { live, proved, proved_newer: newer, examined } = certificate.blocks;
        expect({ proved, newer, examined }).toEqual({ proved: live, newer: 0, examined: live });
        expect(live).toBe(evidence.counts.live);
        expect(certificate.metadata.compared).toBe('byte-for-byte');
        expect(certificate.superblock.as_predicted).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('is never called a loss, whatever is written meanwhile', async () => {
    const parts = [steps(ORIGIN_BLOCKS, 25), steps(ORIGIN_BLOCKS, 25), steps(ORIGIN_BLOCKS, 25)] as const;
    await fc.assert(
      fc.asyncProperty(rigs, ...parts, fc.boolean(), async (options, before, meanwhile, last, compares) => {
        const { certificate, window } = await removal(options, { before, meanwhile, last, compares });
        expect(window).toMatchObject({ complete: true, failure: null, notFree: 0, lateLost: [] });
        expect(certificate.problems).toEqual([]);
        const { blocks } = certificate;
        expect(blocks.proved + blocks.proved_newer + blocks.undecided - window.lateUndecided.length).toBe(
          blocks.live,
        );
      }),
      { numRuns: 2 * RUNS },
    );
  });

  it('without evidence is proved where no copy is older than the origin', async () => {
    await fc.assert(
      fc.asyncProperty(rigs, steps(ORIGIN_BLOCKS, 40), async (options, before) => {
        const rig = new Rig(options);
        new Player(rig).play(before.filter(({ kind }) => kind !== 'discard'));
        const { writes_around: around } = rig.counters;
        rig.remove();
        const certificate = await rig.judge(null);
        expect(certificate.problems).toEqual([]);
        expect(certificate.metadata.compared).toBe('by-rule');
        if (around === rig.counters.writes_around && Number(around) === 0) {
          // What a free entry was used again for, is newer than what it held.
          expect(certificate.blocks.proved).toBe(certificate.blocks.live);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
