import { dmsetupWords, statusNow } from '../../dm/index.js';
import { requireNoError } from '../drain.js';
import { cacheOf, type RemovalContext, type RunnableStep } from './context.js';
import { runDrain } from './drain-rounds.js';
import { runCertificate, runCrossCheck, runDelete, runInvalidate, runRecord } from './finish-steps.js';
import { runJudge, runLoad, runResume, runSuspend } from './swap-steps.js';
import { runCompare, runEvidence, writeCount } from './take-evidence.js';
import type { RemovalStepId } from './types.js';

type Unnumbered = Omit<RunnableStep, 'number' | 'command'> & {
  readonly words?: readonly string[];
  readonly write?: string;
};

/**
 * The steps of a removal, as they were asked for.
 *
 * @param commandLine turns the words of a dmsetup command into the line that is shown.
 */
export function removalSteps(
  context: RemovalContext,
  commandLine: (words: readonly string[]) => string,
): RunnableStep[] {
  const all = [...(context.cache === null ? [] : swapSteps(context)), ...finishSteps(context)];
  return all.map(({ words, write, ...step }, index) => ({
    ...step,
    number: index + 1,
    command: words === undefined ? (write ?? null) : commandLine(words),
  }));
}

function swapSteps(context: RemovalContext): Unnumbered[] {
  const { subject, request } = context;
  const { mapping } = subject;
  const isProved = request.verify !== 'none';
  const isCompared = isProved && request.verify !== 'metadata' && request.drain;
  const message = { words: dmsetupWords.message(mapping, 'flush') };
  return [
    {
      id: 'look',
      title: 'look: it is live, without error, and nothing waits',
      run: async () => {
        const status = await statusNow(context.dm, cacheOf(context));
        requireNoError(cacheOf(context), status);
        context.writesAtEvidence = context.evidence === null ? writeCount(status) : null;
        return null;
      },
    },
    ...only(isProved && context.evidence === null, {
      id: 'evidence',
      title: 'read what is only in the cache, and a digest of each block',
      run: (step) => runEvidence(context, step),
    }),
    ...only(request.drain, {
      id: 'drain',
      title: 'write it back while I/O goes on',
      ...message,
      run: (step) => runDrain(context, step),
    }),
    ...only(isCompared, {
      id: 'compare',
      title: 'hold the origin against the evidence while I/O goes on',
      run: (step) => runCompare(context, step),
    }),
    ...only(isCompared, {
      id: 'drain-again',
      title: 'write back what was written meanwhile',
      ...message,
      run: (step) => runDrain(context, step),
    }),
    {
      id: 'flush-on-suspend',
      title: 'tell the target to write back the rest when it is suspended',
      words: dmsetupWords.message(mapping, 'flush_on_suspend'),
      run: async () => {
        await context.dm.message(mapping, 'flush_on_suspend');
        return null;
      },
    },
    {
      id: 'load',
      title: 'load the linear table of the origin beside the running one',
      words: dmsetupWords.load(mapping, subject.linear),
      run: () => runLoad(context),
    },
    {
      id: 'suspend',
      title: 'suspend: I/O waits from here on, and the rest is written back',
      words: dmsetupWords.suspend(mapping, { skipLockfs: true }),
      run: () => runSuspend(context),
    },
    {
      id: 'judge',
      title: 'read the status of the writecache: error 0, and all blocks free',
      words: ['status', '--noflush', '--', mapping],
      run: () => runJudge(context),
    },
    {
      id: 'resume',
      title: 'resume onto the origin: I/O goes on',
      words: dmsetupWords.resume(mapping, {
        readAheadSectors:
          context.cache === null ? undefined : context.environment.readAheadSectors(context.cache.device),
      }),
      run: () => runResume(context),
    },
  ];
}

function finishSteps(context: RemovalContext): Unnumbered[] {
  const { subject, request, journal } = context;
  const isProved = request.verify !== 'none' && journal.certificate === null;
  return [
    ...only(isProved, {
      id: 'cross-check',
      title: 'hold both devices against the evidence and the prediction',
      run: (step) => runCrossCheck(context, step),
    }),
    ...only(isProved, {
      id: 'certificate',
      title: 'keep the certificate',
      run: () => runCertificate(context),
    }),
    {
      id: 'record',
      title: 'note in the record of the pair that the cache was removed',
      run: () => runRecord(context),
    },
    ...only(request.invalidate, {
      id: 'invalidate',
      title: 'keep a copy of the superblock and zero it',
      write: `write zeros (4096 bytes) at sector ${String(subject.startSector)} of ${context.environment.identity(subject.cacheNumber).path}`,
      run: () => runInvalidate(context),
    }),
    ...only(request.ending !== 'keep', {
      id: 'delete',
      title: 'remove the mapping',
      words: dmsetupWords.remove(subject.mapping),
      run: () => runDelete(context),
    }),
  ];
}

function only(isWanted: boolean, step: Unnumbered & { readonly id: RemovalStepId }): Unnumbered[] {
  return isWanted ? [step] : [];
}
