import { formatCount, formatSize } from '../units.js';
import type { Activation } from './activation.js';
import type { CheckResult } from './check-device.js';
import { isOk } from './check.js';

/** The judgement of a check in one sentence: state, what the kernel will do, what is at stake. */
export function verdict({ inspection, problems, activation }: CheckResult): string {
  const damage = isOk(problems) ? '' : `${problems[0]?.code ?? 'problem'}; `;
  const live = inspection.entries?.live ?? 0;
  const stake =
    live === 0
      ? 'no block is at stake'
      : `${formatCount(live)} ${live === 1 ? 'block' : 'blocks'} (${formatSize(
          BigInt(live) * BigInt(inspection.geometry?.blockSize ?? 0),
        )}) at stake`;
  return `${inspection.state}: ${damage}${kernelWill(activation)}; ${stake}`;
}

function kernelWill(activation: Activation): string {
  switch (activation.outcome) {
    case 'refused':
      return `the kernel will refuse it ("${activation.kernelMessage}")`;
    case 'formatted':
      return `the kernel will format it with ${formatCount(activation.nBlocks)} blocks`;
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
