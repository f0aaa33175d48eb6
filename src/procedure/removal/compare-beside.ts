import { setTimeout as sleep } from 'node:timers/promises';
import { WcacheError } from '../../errors.js';
import { tell, type RemovalContext } from './context.js';
import type { RemovalStep } from './types.js';

/** Between two looks at what has been written back by now. */
const PAUSE_MS = 500;
/** A drain that is over before this needs no help. */
const FIRST_PAUSE_MS = 1000;

/**
 * Compares what is written back already while the drain of the rest goes on, so that little is left to be read behind it. What
 * it cannot read or does not come to is left to the steps that follow.
 *
 * @param drained fires when the drain is over.
 */
export async function compareBeside(
  context: RemovalContext,
  step: RemovalStep,
  drained: AbortSignal,
): Promise<void> {
  const { comparison, environment, subject, options } = context;
  if (comparison === null || comparison.openBlocks === 0) return;
  const until = AbortSignal.any([drained, ...(options.signal === undefined ? [] : [options.signal])]);
  await pause(FIRST_PAUSE_MS, until);
  if (isAborted(until)) return;
  const cache = environment.open(subject.cacheNumber, 'read');
  try {
    const origin = environment.open(subject.originNumber, 'read');
    try {
      for (;;) {
        await comparison.compareWrittenBack(cache, origin, { signal: until });
        const { provedBlocks: doneBlocks, openBlocks } = comparison;
        await tell(context, { type: 'read', step, doneBlocks, totalBlocks: doneBlocks + openBlocks });
        await pause(PAUSE_MS, until);
        if (isAborted(until) || openBlocks === 0) break;
      }
    } finally {
      origin.close();
    }
  } catch (error) {
    if (!(error instanceof WcacheError)) throw error;
  } finally {
    cache.close();
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}
