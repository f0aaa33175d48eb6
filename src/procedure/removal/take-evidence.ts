import { Comparison, takeEvidence, writeEvidence } from '../../crosscheck/index.js';
import { OperationError } from '../../errors.js';
import type { WritecacheStatus } from '../../table/index.js';
import { countOf } from '../../units.js';
import { cacheOf, levelOf, note, tell, type RemovalContext, type WriteCount } from './context.js';
import { removalFiles } from './journal.js';
import type { RemovalStep } from './types.js';

/** What the target counts; null for versions before 1.6.0, which do not. */
export function writeCount({ counters }: WritecacheStatus): WriteCount | null {
  if (counters === null) return null;
  const { writes, writes_around: around, discards } = counters;
  return { writes, around, discards };
}

/**
 * Reads what is live, and keeps it in a file, so that a run that comes after a killed one can still judge. Writes were counted
 * before, and the mapping is made to commit first: whatever was counted is in the metadata when that is read.
 */
export async function runEvidence(context: RemovalContext, step: RemovalStep): Promise<string> {
  const { environment, subject, request, options } = context;
  const started = performance.now();
  await commit(context);
  const device = environment.open(subject.cacheNumber, 'read');
  try {
    const pending: Promise<void>[] = [];
    const evidence = await takeEvidence(device, {
      startSector: subject.startSector,
      level: levelOf(request),
      ...(options.signal && { signal: options.signal }),
      onProgress: (doneBlocks, totalBlocks) => {
        pending.push(tell(context, { type: 'read', step, doneBlocks, totalBlocks }));
      },
    });
    await Promise.all(pending);
    context.evidence = evidence;
    context.comparison = new Comparison(evidence);
  } finally {
    device.close();
  }
  keepEvidence(context);
  context.times.verifyMs += performance.now() - started;
  const { blocks, counts } = context.evidence;
  return `${countOf(counts.live, 'live block')}, ${countOf(blocks.count, 'digest')}`;
}

/** Throws {@link OperationError} `commit-failed` with the device that is to blame, as far as can be known. */
async function commit(context: RemovalContext): Promise<void> {
  const cache = cacheOf(context);
  try {
    context.environment.commit(cache.device);
  } catch (cause) {
    throw new OperationError(
      `${cache.name} cannot commit what was written to it. ${await context.environment.blame(cache)}`,
      {
        code: 'commit-failed',
        hint: `Do not suspend and resume it. Mend the device, then: wcache recover ${context.subject.typed}`,
        cause,
      },
    );
  }
}

function keepEvidence({ evidence, subject, environment }: RemovalContext): void {
  if (evidence === null) return;
  const { evidence: path } = removalFiles(subject.mapping, environment.removalsFolder);
  try {
    writeEvidence(path, evidence);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError(`The evidence could not be kept in ${path}: ${reason}.`, {
      code: 'evidence-failed',
      hint: 'Make room there, or ask for less of it with --verify metadata or --verify none.',
      cause,
    });
  }
}

/** Holds the origin against the evidence, while I/O goes on. */
export async function runCompare(context: RemovalContext, step: RemovalStep): Promise<string> {
  const { comparison, environment, subject, options } = context;
  if (comparison === null) return 'nothing to compare';
  const started = performance.now();
  const device = environment.open(subject.originNumber, 'read');
  try {
    const pending: Promise<void>[] = [];
    await comparison.compare(device, {
      ...(options.signal && { signal: options.signal }),
      onProgress: (doneBlocks, totalBlocks) => {
        pending.push(tell(context, { type: 'read', step, doneBlocks, totalBlocks }));
      },
    });
    await Promise.all(pending);
  } finally {
    device.close();
  }
  context.times.verifyMs += performance.now() - started;
  const { provedBlocks, openBlocks, unreadableBlocks } = comparison;
  if (unreadableBlocks > 0) {
    throw new OperationError(
      `${countOf(unreadableBlocks, 'block')} that ${unreadableBlocks === 1 ? 'was' : 'were'} written back to the origin of ${subject.name} cannot be read from it (${environment.identity(subject.originNumber).path}).`,
      { code: 'origin-unreadable', hint: 'Mend the origin first; the cache stays in front of it.' },
    );
  }
  if (openBlocks > 0) {
    await note(
      context,
      'overwritten-meanwhile',
      `${countOf(openBlocks, 'block')} of the evidence had other content on the origin by then, and will be looked at again.`,
    );
  }
  return `${countOf(provedBlocks, 'block')} proved`;
}
