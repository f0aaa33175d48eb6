import { judge, type Certificate } from '../../crosscheck/index.js';
import { SECTOR_BYTES } from '../../format/index.js';
import { inspect } from '../../scan/index.js';
import { BusyError, OperationError, ProblemFoundError } from '../../errors.js';
import { countOf } from '../../units.js';
import { markRemoved } from '../pairs.js';
import { writeDurably } from '../write-durably.js';
import { levelOf, note, tell, type RemovalContext } from './context.js';
import { removalFiles, writeJournal } from './journal.js';
import type { RemovalStep } from './types.js';

/**
 * What is zeroed of a superblock that shall not be found again, as far as the device goes; the kernel formats one whose magic
 * and version are zero.
 */
const INVALIDATED_BYTES = 4096;

/** Judges the removal from what is on the devices now and what is known from before. */
export async function runCrossCheck(context: RemovalContext, step: RemovalStep): Promise<string> {
  const { environment, subject, request, options } = context;
  const started = performance.now();
  const cache = environment.open(subject.cacheNumber, 'read');
  try {
    const origin = environment.open(subject.originNumber, 'read');
    try {
      const pending: Promise<void>[] = [];
      context.certificate = await judge({
        name: subject.name,
        cache: { device: cache, ...environment.identity(subject.cacheNumber) },
        origin: { device: origin, ...environment.identity(subject.originNumber) },
        ...{ startSector: subject.startSector, mode: subject.mode, level: levelOf(request) },
        ...{ evidence: context.evidence, comparison: context.comparison, window: context.window },
        writesSinceEvidence: writesSinceEvidence(context),
        writesSinceSuspend: await writesSinceSuspend(context),
        ...(options.signal && { signal: options.signal }),
        onProgress: (doneBlocks, totalBlocks) => {
          pending.push(tell(context, { type: 'read', step, doneBlocks, totalBlocks }));
        },
      });
      await Promise.all(pending);
    } finally {
      origin.close();
    }
  } finally {
    cache.close();
  }
  context.times.verifyMs += performance.now() - started;
  const { blocks, problems } = context.certificate;
  const proved = blocks.proved + blocks.proved_newer + blocks.proved_late;
  const open = blocks.undecided === 0 ? '' : `, ${formatUndecided(context.certificate)}`;
  return problems.length === 0
    ? `${countOf(proved, 'block')} proved${open}`
    : `${countOf(problems.length, 'problem')} found`;
}

function formatUndecided({ blocks }: Certificate): string {
  return `${countOf(blocks.undecided, 'block')} undecided`;
}

function writesSinceEvidence({
  writesAtEvidence,
  writesAtSuspend,
}: RemovalContext): 'none' | 'some' | 'unknown' {
  if (writesAtEvidence === null || writesAtSuspend === null) return 'unknown';
  const isSame =
    writesAtEvidence.writes === writesAtSuspend.writes &&
    writesAtEvidence.discards === writesAtSuspend.discards;
  return isSame ? 'none' : 'some';
}

/** Of the mapping as it is now; of another one that came under its name, or of none, nothing is known. */
async function writesSinceSuspend(context: RemovalContext): Promise<'none' | 'some' | 'unknown'> {
  const { dm, environment, subject, activityAtSuspend: before } = context;
  const device = await dm.info(subject.mapping);
  const now = device === null ? null : environment.activity(device);
  if (before === null || now === null) return 'unknown';
  const isIdle = before.inFlight === 0n && now.inFlight === 0n;
  return isIdle && before.writes === now.writes && before.discards === now.discards ? 'none' : 'some';
}

/** Keeps the certificate; from here on the evidence is not needed any more. */
export function runCertificate(context: RemovalContext): Promise<string> {
  const { certificate, environment, subject } = context;
  const at = new Date();
  const path = removalFiles(subject.mapping, environment.removalsFolder).certificate(at);
  try {
    writeDurably(path, `${JSON.stringify(certificate, null, 2)}\n`);
    context.journal = { ...context.journal, certificate: path };
    writeJournal(context.journal, environment.removalsFolder);
  } catch (cause) {
    throw new OperationError(`The certificate could not be kept: ${path}.`, {
      code: 'certificate-failed',
      hint: 'The removal itself is done, and I/O goes on. Make room there, and run the same command again to finish.',
      cause,
    });
  }
  context.certificatePath = path;
  return Promise.resolve(path);
}

export function runRecord({ journal, environment, certificatePath }: RemovalContext): Promise<null> {
  const removed = { at: new Date().toISOString(), certificate: certificatePath };
  markRemoved(journal.uuid, removed, environment.pairsFolder);
  return Promise.resolve(null);
}

/**
 * Zeroes the superblock, so that nobody takes the cache for one that belongs to something; a copy is kept. Only where nothing
 * is left in it.
 *
 * @throws {@link ProblemFoundError} `still-dirty`, {@link OperationError} `backup-failed`.
 */
export async function runInvalidate(context: RemovalContext): Promise<string> {
  const { environment, subject, certificate } = context;
  const cache = environment.open(subject.cacheNumber, 'write');
  try {
    const { state, reason } = await inspect(cache, { startSector: subject.startSector, summaryOnly: true });
    if (state === 'blank') return 'it is blank already';
    if (state !== 'clean' || certificate?.ok === false) {
      throw new ProblemFoundError(`The superblock of the cache stays: it is ${state} (${reason}).`, {
        code: 'still-dirty',
        hint: 'See wcache check, and the certificate.',
      });
    }
    const offset = subject.startSector * BigInt(SECTOR_BYTES);
    const there = cache.sizeBytes - offset;
    const bytes = new Uint8Array(there < BigInt(INVALIDATED_BYTES) ? Number(there) : INVALIDATED_BYTES);
    cache.read(bytes, offset);
    context.backupPath = backUp(context, bytes);
    cache.write(bytes.fill(0), offset);
    cache.flush();
    return `kept in ${context.backupPath}`;
  } finally {
    cache.close();
  }
}

function backUp({ environment, subject }: RemovalContext, bytes: Uint8Array): string {
  const path = removalFiles(subject.mapping, environment.removalsFolder).superblock(new Date());
  try {
    writeDurably(path, bytes, 0o600);
    return path;
  } catch (cause) {
    throw new OperationError(`The superblock could not be copied to ${path}, and stays.`, {
      code: 'backup-failed',
      hint: 'The removal itself is done. Make room there, and run the same command again.',
      cause,
    });
  }
}

/** Takes the mapping away where nobody uses it. Throws {@link BusyError} `in-use` where that was asked for and somebody does. */
export async function runDelete(context: RemovalContext): Promise<string> {
  const { dm, subject, request } = context;
  const device = await dm.info(subject.mapping);
  try {
    if (device !== null && device.openCount > 0) throw inUse(subject.name);
    if (device !== null) await dm.remove(subject.mapping);
  } catch (error) {
    if (request.ending !== 'auto' || !(error instanceof BusyError)) throw error;
    await note(context, 'kept-in-use', `${subject.name} is in use by now, and stays as a linear mapping.`);
    return 'it stays';
  }
  context.ending = 'deleted';
  return 'it is gone';
}

export function inUse(name: string): BusyError {
  return new BusyError(`${name} is in use, and cannot be deleted.`, {
    code: 'in-use',
    hint: 'Unmount or close it first, or leave it as a linear mapping with --keep.',
  });
}
