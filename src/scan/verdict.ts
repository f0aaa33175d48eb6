import { formatCount, formatSize } from '../units.js';
import type { Activation } from './activation.js';
import type { CheckResult } from './check-device.js';
import { isOk } from './check.js';
import type { Inspection } from './inspect.js';

/** The judgement of a check in one sentence: state, what the kernel will do, what is at stake. */
export function verdict({ inspection, problems, activation, blockSize }: CheckResult): string {
  const damage = isOk(problems) ? '' : `${problems[0]?.code ?? 'problem'}; `;
  const stake = atStake(inspection, isOk(problems));
  return `${inspection.state}: ${damage}${kernelWill(activation, blockSize)}; ${stake}`;
}

/** Blocks that are only in the cache; null where its entries can't be read, so that nobody knows. */
export function liveBlocks({ state, entries }: Inspection): number | null {
  if (entries !== null) {
    return entries.live;
  }
  return state === 'blank' || state === 'torn' ? 0 : null;
}

function atStake(inspection: Inspection, isSound: boolean): string {
  const live = liveBlocks(inspection);
  if (live === null || (inspection.state === 'blank' && !isSound)) {
    return 'what is at stake cannot be told';
  }
  if (live === 0) {
    return 'no block is at stake';
  }
  const bytes = BigInt(live) * BigInt(inspection.geometry?.blockSize ?? 0);
  return `${formatCount(live)} ${live === 1 ? 'block' : 'blocks'} (${formatSize(bytes)}) at stake`;
}

function kernelWill(activation: Activation, blockSize: number): string {
  switch (activation.outcome) {
    case 'refused':
      return `the kernel will refuse it ("${activation.kernelMessage}")`;
    case 'formatted':
      return `the kernel will format it with ${formatCount(activation.nBlocks)} blocks of ${String(blockSize)} bytes`;
    case 'activated': {
      const dropped = [
        activation.droppedUncommitted > 0 ? `${formatCount(activation.droppedUncommitted)} uncommitted` : '',
        activation.droppedStale > 0 ? `${formatCount(activation.droppedStale)} stale` : '',
      ].filter((part) => part !== '');
      const drops =
        dropped.length === 0
          ? ''
          : `, dropping ${dropped.join(' and ')} ${
              activation.droppedUncommitted + activation.droppedStale === 1 ? 'entry' : 'entries'
            }`;
      return activation.error === 1
        ? `the kernel will activate it in error ("two identical entries")${drops}`
        : `the kernel will activate it${drops}`;
    }
  }
}
