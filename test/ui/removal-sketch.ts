import type { Certificate } from '../../src/crosscheck/index.js';
import type { RemovalPlan } from '../../src/documents/index.js';
import type { RemovalResult } from '../../src/procedure/removal/types.js';
import { parseStatus, parseTargetVersion } from '../../src/table/index.js';
import { STEPS_OF_RUN } from './removal-run.js';

const SUPERBLOCK = {
  magic: '0x23489321',
  version: 1,
  block_size: 4096,
  n_blocks: 8160,
  seq_count: '101',
};

/** A certificate of a removal in which all was proved. */
export function certificate(changes: Partial<Certificate> = {}): Certificate {
  return {
    format: 1,
    made: '2026-11-22T16:41:00.000Z',
    name: 'wc',
    cache: { path: '/dev/ubdb', ids: [], start_sector: '0' },
    origin: { path: '/dev/ubda', ids: [] },
    level: 'full',
    evidence_taken: '2026-11-22T16:40:00.000Z',
    superblock: { before: SUPERBLOCK, after: SUPERBLOCK, as_predicted: true },
    metadata: {
      entries: 8160,
      free: 8160,
      committed: 0,
      uncommitted: 0,
      compared: 'byte-for-byte',
      differing: 0,
    },
    blocks: {
      live: 702,
      examined: 702,
      proved: 702,
      proved_newer: 0,
      proved_late: 0,
      undecided: 0,
      lost: 0,
      not_written_back: 0,
      unreadable: 0,
    },
    problems: [],
    undecided: [],
    ok: true,
    ...changes,
  };
}

/** One in which a block was lost, and entries are committed still. */
export function badCertificate(): Certificate {
  return certificate({
    ok: false,
    blocks: {
      live: 702,
      examined: 702,
      proved: 699,
      proved_newer: 0,
      proved_late: 0,
      undecided: 1,
      lost: 2,
      not_written_back: 0,
      unreadable: 0,
    },
    problems: [
      {
        code: 'block-lost',
        count: 2,
        message: '2 blocks are not on the origin as the cache has them, and nothing else was written since.',
        examples: [
          { original_sector: '2048', index: 7, seq_count: '100' },
          { original_sector: '18014398509481976', index: null, seq_count: null },
        ],
      },
    ],
    undecided: [{ code: 'written-later', count: 1, message: 'it was written meanwhile.', examples: [] }],
  });
}

const before = parseStatus('0 8160 7458 0 0 0 0 0 0 0 0 0 0 0', parseTargetVersion('1.6.0'));

export const PLAN: RemovalPlan = {
  name: 'wc',
  origin: '/dev/ubda',
  cache: '/dev/ubdb',
  before,
  steps: STEPS_OF_RUN,
  notes: [],
};

export function result(changes: Partial<RemovalResult> = {}): RemovalResult {
  return {
    name: 'wc',
    ending: 'linear',
    resumed: false,
    before,
    certificate: certificate(),
    certificatePath: '/var/lib/wcache/removals/wc-0123456789ab-20261122T164100000Z.certificate.json',
    backupPath: null,
    times: { totalMs: 2345.6, drainMs: 1100.2, stallMs: 143.4, verifyMs: 600.9 },
    notes: [],
    ...changes,
  };
}
