import { describe, expect, it } from 'vitest';
import type { TableOptions } from '../../../src/table/index.js';
import { CURRENT, LINUX_4_18, LINUX_6_1, type Behaviour, type Pace } from '../../../src/target/index.js';
import { checkRules, type Rule } from '../../../src/target/rules/index.js';
import { BLOCK, record, recordRandom, type Recorded, type Recording } from './workload.js';

/** Kernels that go on where real ones would die (W3), so that a long workload has an end. */
const SURVIVES = { ...CURRENT, diesOfDuplicates: false };
const SEEDS = [1, 2, 3];
const slow: Pace = { copyEndsAtMs: ({ blocks }, nowMs) => nowMs + 700 * blocks };

function broken(recorded: Recorded): Rule[] {
  return [...new Set(checkRules(recorded, recorded.events).violations.map(({ rule }) => rule))].sort();
}

/** The rules that long random workloads break. */
function brokenAtRandom(recording: Omit<Recording, 'seed' | 'steps'>): Rule[] {
  const rules = SEEDS.flatMap((seed) => broken(recordRandom({ ...recording, seed, steps: 250 })));
  return [...new Set(rules)].sort();
}

const OPTIONS: Readonly<Record<string, TableOptions>> = {
  'the defaults': {},
  'a commit after every write': { autocommit_blocks: 0 },
  'a commit after every two blocks': { autocommit_blocks: 2 },
  'low watermarks': { high_watermark: 30, low_watermark: 10 },
  'everything written back at once': { high_watermark: 0, low_watermark: 0 },
  'a full cache': { high_watermark: 100, low_watermark: 100 },
  'a start sector': { start_sector: 8n },
  'a maximal age': { max_age: 500 },
  'few jobs': { writeback_jobs: 1, high_watermark: 20, low_watermark: 0 },
  'a cleaner': { cleaner: true },
  'metadata only': { metadata_only: true },
};

describe.each(['s', 'p'] as const)('the reference target in mode %s', (mode) => {
  it.each(Object.entries(OPTIONS))('keeps to all rules with %s', (_, options) => {
    for (const seed of SEEDS) {
      const recorded = recordRandom({ mode, behaviour: SURVIVES, options, seed, steps: 250 });
      expect(checkRules(recorded, recorded.events)).toEqual({ violations: [], undecided: [] });
    }
  });
});

it('the reference target in mode p keeps to all rules where it flushes the origin instead of FUA writes', () => {
  const options = { fua: false, high_watermark: 30, low_watermark: 10 };
  expect(brokenAtRandom({ mode: 'p', behaviour: SURVIVES, options })).toEqual([]);
});

describe('copies that take time', () => {
  const options = { high_watermark: 30, low_watermark: 10, autocommit_blocks: 1 };

  it('break no rule in pmem mode', () => {
    expect(brokenAtRandom({ mode: 'p', behaviour: SURVIVES, options, pace: slow })).toEqual([]);
  });

  it('break no rule in ssd mode where a flush does not forget overwrites', () => {
    const behaviour = { ...SURVIVES, forgetsOverwrites: false };
    expect(brokenAtRandom({ mode: 's', behaviour, options, pace: slow })).toEqual([]);
  });

  it('break in ssd mode the promise of a flush that finds nothing but blocks under way', () => {
    const others = brokenAtRandom({ mode: 's', behaviour: SURVIVES, options, pace: slow }).filter(
      (rule) => rule !== 'R3',
    );
    expect(others).toEqual([]);
    const recorded = record({ mode: 's', behaviour: CURRENT, pace: slow }, (target) => {
      target.write(3, new Uint8Array(BLOCK).fill(1));
      target.flush();
      target.write(3, new Uint8Array(BLOCK).fill(2));
      target.message('cleaner');
      target.flush();
    });
    expect(broken(recorded)).toEqual(['R3']);
  });
});

describe('older and broken kernels', () => {
  const unlike = (difference: Partial<Behaviour>): Behaviour => ({ ...SURVIVES, ...difference });
  it.each<[string, Omit<Recording, 'seed' | 'steps'>, Rule[]]>([
    [
      'flush before the data are there',
      { mode: 's', behaviour: unlike({ waitsBeforeFlush: false }) },
      ['R1', 'R3'],
    ],
    ['do not commit FUA writes', { mode: 's', behaviour: unlike({ commitsFua: 'pmem-mode' }) }, ['R3']],
    ['never commit FUA writes', { mode: 'p', behaviour: unlike({ commitsFua: 'never' }) }, ['R3']],
    [
      'forget the origin in a flush',
      { mode: 's', behaviour: unlike({ flushesOrigin: false }), options: { cleaner: true } },
      ['R3'],
    ],
    [
      'write the superblock with its region',
      { mode: 's', behaviour: unlike({ superblockWrite: 'region' }) },
      [],
    ],
    ['read the metadata at load', { mode: 's', behaviour: unlike({ readsMetadataAt: 'load' }) }, []],
    [
      'are those without the fixes of 2026',
      { mode: 's', behaviour: { ...LINUX_6_1, diesOfDuplicates: false } },
      ['R3'],
    ],
    ['are the first of all, in ssd mode', { mode: 's', behaviour: LINUX_4_18 }, ['R1', 'R3']],
    ['are the first of all, in pmem mode', { mode: 'p', behaviour: LINUX_4_18 }, ['R3']],
  ])('that %s', (_, recording, rules) => {
    expect(brokenAtRandom(recording)).toEqual(rules);
  });
});
