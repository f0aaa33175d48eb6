import { readMetadata, readWindow, WindowVerdict, type WindowReading } from '../../crosscheck/index.js';
import { alignedBuffer } from '../../device/aligned-buffer.js';
import { statusNow, type MappedDevice } from '../../dm/index.js';
import { OperationError, ProblemFoundError } from '../../errors.js';
import { reloadIsSafe, type TargetLine, type WritecacheStatus } from '../../table/index.js';
import { countOf, formatElapsed } from '../../units.js';
import { cacheOf, type RemovalContext } from './context.js';
import { suspendWatched } from './suspend-watched.js';
import { writeCount } from './take-evidence.js';

const PROBE_BYTES = 4096;

/** However long the stall may be, reading in it gets this much. */
const LEAST_WINDOW_MS = 300;

/** Loads the linear table, reads it back, and looks at the metadata once more, so that what comes after is known. */
export async function runLoad(context: RemovalContext): Promise<null> {
  const { dm, subject, environment, request } = context;
  await dm.load(subject.mapping, subject.linear);
  requireLinear(context, await dm.table(subject.mapping, 'inactive'));
  if (request.verify === 'none' || request.verify === 'metadata') return null;
  context.writesAtLoad = writeCount(await statusNow(dm, cacheOf(context)));
  const device = environment.open(subject.cacheNumber, 'read');
  try {
    context.metadataBefore = readMetadata(device, subject.startSector);
  } finally {
    device.close();
  }
  return null;
}

/** Throws {@link OperationError} `table-differs` unless a table is the linear one of this removal. */
export function requireLinear(context: RemovalContext, lines: readonly TargetLine[]): void {
  if (isLinear(context, lines)) return;
  throw new OperationError(
    `The table of ${context.subject.name} is not the linear one that was meant: ${lines.map(({ target, parameters }) => `${target} ${parameters}`).join(', ')}.`,
    { code: 'table-differs' },
  );
}

export function isLinear(
  { subject: { linear } }: Pick<RemovalContext, 'subject'>,
  lines: readonly TargetLine[],
): boolean {
  const [line] = lines;
  return (
    lines.length === 1 &&
    line?.target === 'linear' &&
    line.parameters === linear.parameters &&
    line.lengthSectors === linear.lengthSectors
  );
}

/** Suspends, which writes back what is left. File systems need not be frozen: their I/O waits, and goes on after it. */
export async function runSuspend(context: RemovalContext): Promise<null> {
  context.suspendedAtMs = performance.now();
  const cache = cacheOf(context);
  const isSafe = reloadIsSafe(context.environment.kernel, cache.targetVersion) === 'yes';
  context.guard = await suspendWatched(context, isSafe ? cache.line : null);
  return null;
}

/**
 * Judges what the suspend left, while nothing can be written: the error field first, because free = total alone proves
 * nothing (kernel-target.md §3), then the blocks that are not proved yet.
 *
 * @throws {@link OperationError} `suspend-error`, `not-flushed`; {@link ProblemFoundError} `block-lost`.
 */
export async function runJudge(context: RemovalContext): Promise<string> {
  const { dm, environment, request } = context;
  const cache = cacheOf(context);
  const status = await statusNow(dm, cache);
  requireWrittenBack(context, status);
  context.writesAtSuspend = writeCount(status);
  context.activityAtSuspend = environment.activity(cache.device);
  requireReadableOrigin(context);
  if (request.verify === 'none' || request.verify === 'metadata') {
    return `error 0, all ${countOf(status.total_blocks, 'block')} free`;
  }
  readInWindow(context);
  if (context.window !== null) requireAllOnOrigin(cache.name, context.window);
  return `error 0, all ${countOf(status.total_blocks, 'block')} free; ${context.window?.complete === true ? 'the last blocks were compared' : 'the last blocks are compared after the resume'}`;
}

/** Throws {@link ProblemFoundError} `not-written-back`, `block-lost` for what was found while nothing could be written;
 * {@link OperationError} `origin-unreadable`. */
function requireAllOnOrigin(name: string, { notFree, unreadable, lateLost, verdicts }: WindowReading): void {
  if (unreadable > 0) {
    throw new OperationError(
      `${countOf(unreadable, 'block')} of ${name} that ${unreadable === 1 ? 'was' : 'were'} written back could not be read again: the origin or the cache device fails.`,
      { code: 'origin-unreadable', hint: 'Mend the device first; the cache stays in front of the origin.' },
    );
  }
  if (notFree > 0) {
    throw new ProblemFoundError(
      `The status of ${name} says that all is written back, and the metadata on the cache device has ${countOf(notFree, 'entry', 'entries')} that ${notFree === 1 ? 'is' : 'are'} not free.`,
      { code: 'not-written-back' },
    );
  }
  const lost = lateLost.length + verdicts.filter((verdict) => verdict === WindowVerdict.lost).length;
  if (lost === 0) return;
  const [first] = lateLost;
  const example = first === undefined ? '' : ` (one at sector ${first.original_sector})`;
  throw new ProblemFoundError(
    `${countOf(lost, 'block')} of ${name} ${lost === 1 ? 'is' : 'are'} not on the origin as the cache has ${lost === 1 ? 'it' : 'them'}, though the target says that all was written back${example}.`,
    {
      code: 'block-lost',
      hint: 'The origin did not keep what was written to it. Do not use the cache device for anything else: the blocks are still in its data area.',
    },
  );
}

/**
 * A look at the origin's first block: where everything was compared before, nothing else would tell that it has failed since.
 * Throws {@link OperationError} `origin-unreadable`.
 */
function requireReadableOrigin({ environment, subject }: RemovalContext): void {
  const origin = environment.open(subject.originNumber, 'read');
  try {
    const bytes = origin.sizeBytes < BigInt(PROBE_BYTES) ? Number(origin.sizeBytes) : PROBE_BYTES;
    origin.read(alignedBuffer(bytes), 0);
  } catch (cause) {
    const { path } = environment.identity(subject.originNumber);
    throw new OperationError(`The origin of ${subject.name} cannot be read: ${path}.`, {
      code: 'origin-unreadable',
      hint: 'Mend the origin first; the cache stays in front of it.',
      cause,
    });
  } finally {
    origin.close();
  }
}

function requireWrittenBack(
  context: RemovalContext,
  { error, total_blocks, free_blocks }: WritecacheStatus,
): void {
  const { name } = cacheOf(context);
  if (error) {
    throw new OperationError(`The target met an error while it wrote back what was left in ${name}.`, {
      code: 'suspend-error',
    });
  }
  const dirty = total_blocks - free_blocks;
  if (dirty === 0) return;
  // Somebody else's suspend has used the flag of flush_on_suspend up.
  throw new OperationError(
    `${countOf(dirty, 'block')} of ${name} ${dirty === 1 ? 'was' : 'were'} not written back by the suspend.`,
    { code: 'not-flushed', hint: 'Somebody else suspended it meanwhile. Run the same command again.' },
  );
}

function readInWindow(context: RemovalContext): void {
  const { environment, subject, request, comparison } = context;
  const elapsedMs = performance.now() - context.suspendedAtMs;
  const cache = environment.open(subject.cacheNumber, 'read');
  try {
    const origin = environment.open(subject.originNumber, 'read');
    try {
      context.window = readWindow({
        ...{ cache, origin, comparison, startSector: subject.startSector, before: context.metadataBefore },
        budgetMs: Math.max(LEAST_WINDOW_MS, request.maxStallMs - elapsedMs),
        pastCache: pastCache(context),
      });
    } finally {
      origin.close();
    }
  } finally {
    cache.close();
  }
}

function pastCache({
  writesAtLoad: before,
  writesAtSuspend: now,
}: RemovalContext): 'none' | 'some' | 'unknown' {
  if (before === null || now === null) return 'unknown';
  return before.around === now.around && before.discards === now.discards ? 'none' : 'some';
}

/** Makes the linear table live. A dmsetup that fails after the kernel has done it (over a node in /dev) does no harm. */
export async function runResume(context: RemovalContext): Promise<string> {
  const { dm, environment, subject } = context;
  const cache = cacheOf(context);
  const ahead = environment.readAheadSectors(cache.device);
  try {
    await dm.resume(subject.mapping, { readAheadSectors: ahead });
  } catch (error) {
    if (!(await runsLinear(context))) throw error;
  }
  context.times.stallMs = performance.now() - context.suspendedAtMs;
  await context.guard?.release();
  context.guard = null;
  if (!(await runsLinear(context))) {
    throw new OperationError(`${subject.name} did not come up on the origin as it should.`, {
      code: 'not-confirmed-live',
    });
  }
  return `I/O stood still for ${formatElapsed(context.times.stallMs)}`;
}

async function runsLinear(context: RemovalContext): Promise<boolean> {
  const { dm, subject } = context;
  const device: MappedDevice | null = await dm.info(subject.mapping);
  if (device === null || device.suspended || device.hasInactiveTable) return false;
  return isLinear(context, await dm.table(subject.mapping, 'live'));
}
