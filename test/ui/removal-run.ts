import type { DrainProgress } from '../../src/procedure/drain-meter.js';
import type { RemovalEvent, RemovalStep, RemovalStepId } from '../../src/procedure/removal/types.js';
import type { RemovalView } from '../../src/ui/removal-view.js';

const STEPS: readonly (readonly [RemovalStepId, string, string | null])[] = [
  ['look', 'look: it is live, without error, and nothing waits', null],
  ['evidence', 'read what is only in the cache, and a digest of each block', null],
  ['drain', 'write it back while I/O goes on', 'dmsetup message wc 0 flush'],
  ['compare', 'hold the origin against the evidence while I/O goes on', null],
  ['drain-again', 'write back what was written meanwhile', 'dmsetup message wc 0 flush'],
  [
    'flush-on-suspend',
    'tell the target to write back the rest when it is suspended',
    'dmsetup message wc 0 flush_on_suspend',
  ],
  [
    'load',
    'load the linear table of the origin beside the running one',
    "dmsetup load --table '0 524288 linear 98:0 0' -- wc",
  ],
  [
    'suspend',
    'suspend: I/O waits from here on, and the rest is written back',
    'dmsetup suspend --nolockfs -- wc',
  ],
  [
    'judge',
    'read the status of the writecache: error 0, and all blocks free',
    'dmsetup status --noflush -- wc',
  ],
  ['resume', 'resume onto the origin: I/O goes on', 'dmsetup resume -- wc'],
  ['cross-check', 'hold both devices against the evidence and the prediction', null],
  ['certificate', 'keep the certificate', null],
];

/** The steps of a made-up removal. */
export const STEPS_OF_RUN: readonly RemovalStep[] = STEPS.map(([id, title, command], index) => ({
  id,
  number: index + 1,
  title,
  command,
}));

export function step(id: RemovalStepId): RemovalStep {
  const found = STEPS_OF_RUN.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
}

export function drainProgress(changes: Partial<DrainProgress> = {}): DrainProgress {
  return {
    dirtyBlocks: 3000,
    writebackBlocks: 64,
    totalBlocks: 8160,
    startDirtyBlocks: 8000,
    elapsedMs: 10_000,
    blocksPerSecond: 500,
    remainingMs: 6000,
    stalledMs: 0,
    ...changes,
  };
}

export const begin = (id: RemovalStepId): RemovalEvent => ({ type: 'begin', step: step(id) });
export const done = (id: RemovalStepId, detail: string | null = null): RemovalEvent => ({
  type: 'done',
  step: step(id),
  detail,
});
export const drain = (changes: Partial<DrainProgress> = {}, id: RemovalStepId = 'drain'): RemovalEvent => ({
  type: 'drain',
  step: step(id),
  progress: drainProgress(changes),
});
export const read = (id: RemovalStepId, doneBlocks: number, totalBlocks: number): RemovalEvent => ({
  type: 'read',
  step: step(id),
  doneBlocks,
  totalBlocks,
});
export const noted = (code: string, message: string): RemovalEvent => ({ type: 'note', code, message });
export const undo = (message: string): RemovalEvent => ({ type: 'undo', message });
export const failure = (id: RemovalStepId, message: string): RemovalEvent => ({
  type: 'failed',
  step: step(id),
  message,
});

/** A removal in which all goes well: its events, each with the milliseconds that passed before it. */
export const GOOD_RUN: readonly (readonly [number, RemovalEvent])[] = [
  [0, begin('look')],
  [5, done('look')],
  [0, begin('evidence')],
  [400, read('evidence', 2000, 8000)],
  [400, read('evidence', 8000, 8000)],
  [0, done('evidence', '8,000 live blocks, 8,000 digests')],
  [0, begin('drain')],
  [50, drain({ dirtyBlocks: 8000, blocksPerSecond: null, remainingMs: null })],
  [10_000, drain()],
  [5000, drain({ dirtyBlocks: 500, remainingMs: 1000 })],
  [1000, done('drain', 'nothing is dirty')],
  [0, begin('compare')],
  [300, read('compare', 8000, 8000)],
  [0, noted('overwritten-meanwhile', '3 blocks had other content by then.')],
  [0, done('compare', '7,997 blocks proved')],
  [0, begin('flush-on-suspend')],
  [5, done('flush-on-suspend')],
  [0, begin('load')],
  [5, done('load')],
  [0, begin('suspend')],
  [120, done('suspend')],
  [0, begin('judge')],
  [10, done('judge', 'error 0, all 8,160 blocks free; the last blocks were compared')],
  [0, begin('resume')],
  [20, done('resume', 'I/O stood still for 150 ms')],
  [0, begin('cross-check')],
  [100, read('cross-check', 3, 3)],
  [0, done('cross-check', '8,000 blocks proved')],
  [0, begin('certificate')],
  [1, done('certificate', '/var/lib/wcache/removals/wc-0123456789ab-20261122T164100000Z.certificate.json')],
];

/** Feeds events to a view, and lets time pass between them. */
export async function play(
  events: readonly (readonly [number, RemovalEvent])[],
  view: RemovalView,
  pass: (milliseconds: number) => Promise<void>,
): Promise<void> {
  for (const [milliseconds, event] of events) {
    await pass(milliseconds);
    view.show(event);
  }
}
