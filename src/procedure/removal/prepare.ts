import { readFileSync } from 'node:fs';
import {
  certificateSchema,
  Comparison,
  readEvidence,
  type Certificate,
  type Evidence,
} from '../../crosscheck/index.js';
import { unmangleName } from '../../device/dm-names.js';
import {
  findCache,
  noSuchMapping,
  type DeviceMapper,
  type LiveCache,
  type MappedDevice,
} from '../../dm/index.js';
import { shellLine } from '../../exec.js';
import { BusyError, OperationError, WcacheError, WrongDeviceError } from '../../errors.js';
import { requireNoError } from '../drain.js';
import { requireNotLvm } from '../lvm-refusal.js';
import { nameAsTyped } from '../name-as-typed.js';
import type { RemovalContext, RemovalSubject, RunnableStep } from './context.js';
import type { RemovalEnvironment } from './environment.js';
import { inUse } from './finish-steps.js';
import {
  bootId,
  isBehindResume,
  isOfEarlierStart,
  readJournal,
  removalFiles,
  type Journal,
} from './journal.js';
import { removalSteps } from './steps.js';
import { isFailing, restore } from './restore.js';
import { goBack } from './undo.js';
import type { RemovalNote, RemovalRequest } from './types.js';

/** A removal that nothing speaks against. */
export interface PreparedRemoval {
  /** Null where an earlier run has replaced the writecache already, and this one finishes. */
  readonly cache: LiveCache | null;
  readonly name: string;
  readonly steps: readonly RunnableStep[];
  readonly notes: readonly RemovalNote[];
  readonly context: RemovalContext;
}

export interface PrepareOptions {
  readonly environment: RemovalEnvironment;
  /** How a dmsetup command is shown; its bare words unless told. */
  readonly commandLine?: (words: readonly string[]) => string;
  /** Only looks, and leaves what an interrupted run has left. */
  readonly dryRun?: boolean;
}

/** Up to so much is compared in full unless told. */
const FULL_BYTES = 1024 ** 3;

/**
 * Looks whether a cache can be removed safely. Takes back what an interrupted run has left first, so that the steps begin from
 * a writecache that runs; or prepares to finish one that had come further.
 *
 * @param mapping the kernel's name of it.
 * @throws {@link WrongDeviceError} `no-such-mapping`, `not-a-writecache`, `managed-by-lvm`, `several-targets`;
 *   {@link OperationError} `in-error`, `suspended`; {@link BusyError} `table-waits`, `own-files`, `in-use`.
 */
export async function prepareRemoval(
  dm: DeviceMapper,
  mapping: string,
  request: RemovalRequest,
  options: PrepareOptions,
): Promise<PreparedRemoval> {
  const { environment } = options;
  const journal = readJournal(mapping, environment.removalsFolder);
  const device = await dm.info(mapping);
  if (isToFinish(journal, device) && (await isReplaced(dm, device))) {
    return finishing(dm, journal, request, options);
  }
  if (device === null) throw noSuchMapping(mapping);
  if (options.dryRun !== true && (await isFailing(dm, device, journal))) {
    await restore(dm, device, journal, environment);
  }
  const found = await findCache(dm, mapping);
  requireNotLvm(found, 'remove');
  requireNoOwnFiles(found, request, environment);
  const own = journal !== null && isOfThis(journal, device) ? journal : null;
  const isBack = await takeBack(dm, found, own, options);
  const cache = isBack ? await findCache(dm, mapping) : found;
  requireNoError(cache, cache.status);
  if (request.ending === 'delete' && cache.device.openCount > 0) throw inUse(cache.name);
  const evidence = own === null || request.verify === 'none' ? null : earlierEvidence(cache, environment);
  const context = newContext(dm, cache, settled(request, cache), { environment, evidence });
  const notes = isBack
    ? [
        {
          code: 'interrupted-before',
          message: `An earlier removal of ${cache.name} was interrupted; this one begins again.`,
        },
      ]
    : [];
  return prepared(context, options, notes);
}

function prepared(
  context: RemovalContext,
  { commandLine = (words) => shellLine(['dmsetup', ...words]) }: PrepareOptions,
  notes: readonly RemovalNote[],
): PreparedRemoval {
  context.notes.push(...notes);
  const { cache, subject } = context;
  return { cache, name: subject.name, steps: removalSteps(context, commandLine), notes, context };
}

/** What was asked for, with what depends on the cache decided. */
function settled(request: RemovalRequest, { status, table, device }: LiveCache): RemovalRequest {
  const dirtyBytes = (status.total_blocks - status.free_blocks) * table.block_size;
  const verify = request.verify === 'auto' ? (dirtyBytes <= FULL_BYTES ? 'full' : 'sample') : request.verify;
  const ending = request.ending === 'auto' && device.openCount > 0 ? 'keep' : request.ending;
  return { ...request, verify, ending };
}

/** Throws {@link BusyError} `own-files` where the suspend could make wait who is to end it. */
function requireNoOwnFiles(
  { name, device }: LiveCache,
  { overrides }: RemovalRequest,
  environment: RemovalEnvironment,
): void {
  const found = overrides.includes('own-files') ? [] : environment.ownFiles(device);
  if (found.length === 0) return;
  throw new BusyError(`${name} carries what this very machine needs to bring it back: ${found.join(', ')}.`, {
    code: 'own-files',
    hint: 'While it is suspended, reading that waits for ever. Remove it from a rescue system; or give --override own-files if you know that all of it is in memory.',
  });
}

/**
 * Whether something was left by an interrupted run, which is taken back then. Throws {@link BusyError} `table-waits` for a
 * table that is none of ours, {@link OperationError} `suspended` where somebody else has suspended it.
 */
async function takeBack(
  dm: DeviceMapper,
  cache: LiveCache,
  journal: Journal | null,
  { environment, dryRun = false }: PrepareOptions,
): Promise<boolean> {
  const { device, name } = cache;
  if (!device.suspended && !device.hasInactiveTable) return journal !== null;
  const waiting = device.hasInactiveTable ? await dm.table(device.name, 'inactive') : [];
  const [line] = waiting;
  const linear = linearOf(cache);
  const isOurs = line?.target === 'linear' && line.parameters === linear.parameters && waiting.length === 1;
  if (device.hasInactiveTable && !isOurs) {
    throw new BusyError(
      `${name} has another table waiting in its inactive slot: ${waiting.map(({ target }) => target).join(', ')}.`,
      {
        code: 'table-waits',
        hint: `Somebody is changing it, or was interrupted. If that is over, drop it: dmsetup clear ${nameAsTyped(cache)}`,
      },
    );
  }
  if (journal === null && !isOurs) {
    throw new OperationError(`${name} is suspended.`, {
      code: 'suspended',
      hint: `Let it run again first: wcache resume ${nameAsTyped(cache)}`,
    });
  }
  if (!dryRun) await goBack(dm, cache, environment);
  return true;
}

/** What the killed run had read, if it is still of this cache. */
function earlierEvidence(cache: LiveCache, environment: RemovalEnvironment): Evidence | null {
  try {
    const evidence = readEvidence(removalFiles(cache.device.name, environment.removalsFolder).evidence);
    const isSame =
      evidence.blockSize === cache.table.block_size &&
      evidence.superblock.n_blocks === BigInt(cache.status.total_blocks);
    return isSame ? evidence : null;
  } catch (error) {
    if (error instanceof WcacheError || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}

function linearOf({ line, table }: LiveCache): RemovalSubject['linear'] {
  return { ...line, target: 'linear', parameters: `${table.origin} 0` };
}

function newContext(
  dm: DeviceMapper,
  cache: LiveCache,
  request: RemovalRequest,
  { environment, evidence }: { environment: RemovalEnvironment; evidence: Evidence | null },
): RemovalContext {
  const { line, table, device } = cache;
  const startSector = table.options.start_sector ?? 0n;
  const deviceFields = (number: string): Journal['origin'] => {
    const { path, ids } = environment.identity(number);
    return { number, path, ids: [...ids] };
  };
  const journal: Journal = {
    format: 1,
    name: device.name,
    uuid: device.uuid,
    started: new Date().toISOString(),
    pid: process.pid,
    boot_id: bootId(),
    begun: { id: 'look', number: 1 },
    done: null,
    line: {
      start_sector: String(line.startSector),
      length_sectors: String(line.lengthSectors),
      parameters: line.parameters,
    },
    mode: table.mode,
    start_sector: String(startSector),
    origin: deviceFields(table.origin),
    cache: deviceFields(table.cache),
    verify: request.verify === 'auto' ? 'full' : request.verify,
    invalidate: request.invalidate,
    ending: request.ending,
    certificate: null,
    stall_ms: null,
  };
  const subject = {
    ...{ mapping: device.name, name: cache.name, typed: nameAsTyped(cache) },
    ...{ originNumber: table.origin, cacheNumber: table.cache, startSector, mode: table.mode },
    linear: linearOf(cache),
  };
  return { ...blank(), dm, environment, subject, request, cache, journal, evidence, ...compared(evidence) };
}

function compared(evidence: Evidence | null): Pick<RemovalContext, 'comparison'> {
  return { comparison: evidence === null ? null : new Comparison(evidence) };
}

function blank(): Omit<RemovalContext, 'dm' | 'environment' | 'subject' | 'request' | 'cache' | 'journal'> {
  return {
    ...{ options: {}, evidence: null, comparison: null, metadataBefore: null, window: null },
    ...{
      writesAtEvidence: null,
      writesAtLoad: null,
      writesAtSuspend: null,
      activityAtSuspend: null,
      guard: null,
      suspendedAtMs: 0,
    },
    ...{ blocksPerSecond: null, fittingBlocks: 0, isHung: false },
    times: { drainMs: 0, stallMs: 0, verifyMs: 0 },
    ...{ certificate: null, certificatePath: null, backupPath: null, ending: 'linear' as const, notes: [] },
  };
}

/** A journal of this very mapping, or of one that its last step has taken away. */
function isToFinish(journal: Journal | null, device: MappedDevice | null): journal is Journal {
  if (journal === null) return false;
  return device === null ? isBehindResume(journal) : isOfThis(journal, device);
}

/** Of the very mapping, and not of one that had its name before the machine was started again. */
function isOfThis(journal: Journal, { uuid }: MappedDevice): boolean {
  return journal.uuid === uuid && !isOfEarlierStart(journal);
}

/** Whether the writecache is not there any more: the mapping is linear, or gone. */
async function isReplaced(dm: DeviceMapper, device: MappedDevice | null): Promise<boolean> {
  if (device === null) return true;
  const live = device.hasLiveTable ? await dm.table(device.name, 'live') : [];
  return live.length === 1 && live[0]?.target === 'linear';
}

/** What was asked for then is done, and what is asked for now in addition. */
function finishing(
  dm: DeviceMapper,
  journal: Journal,
  request: RemovalRequest,
  options: PrepareOptions,
): PreparedRemoval {
  const { environment } = options;
  const name = unmangleName(journal.name);
  const subject: RemovalSubject = {
    ...{ mapping: journal.name, name, typed: nameAsTyped({ name, device: { name: journal.name } }) },
    ...{ originNumber: journal.origin.number, cacheNumber: journal.cache.number, mode: journal.mode },
    startSector: BigInt(journal.start_sector),
    linear: {
      startSector: BigInt(journal.line.start_sector),
      lengthSectors: BigInt(journal.line.length_sectors),
      target: 'linear',
      parameters: `${journal.origin.number} 0`,
    },
  };
  requireSameDevices(journal, environment);
  const merged: RemovalRequest = {
    ...request,
    verify: journal.verify,
    invalidate: journal.invalidate || request.invalidate,
    ending: request.ending === 'auto' ? journal.ending : request.ending,
  };
  let evidence: Evidence | null = null;
  try {
    evidence = readEvidence(removalFiles(journal.name, environment.removalsFolder).evidence);
  } catch {
    // Without it the cross-check judges what is on the devices, and says that it had nothing else.
  }
  const context: RemovalContext = {
    ...{ ...blank(), dm, environment, subject, cache: null, evidence, ...compared(evidence) },
    request: merged,
    journal: { ...journal, pid: process.pid, boot_id: bootId() },
    certificate: keptCertificate(journal),
    certificatePath: journal.certificate,
    times: { drainMs: 0, stallMs: journal.stall_ms ?? 0, verifyMs: 0 },
  };
  return prepared(context, options, [
    { code: 'finishing', message: `An earlier removal of ${name} was interrupted; this one finishes it.` },
  ]);
}

/** What the interrupted run had kept already. */
function keptCertificate({ certificate: path }: Journal): Certificate | null {
  if (path === null) return null;
  try {
    return certificateSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** Device numbers may mean others after a reboot. Throws {@link WrongDeviceError} `other-device`. */
function requireSameDevices(journal: Journal, environment: RemovalEnvironment): void {
  if (!isOfEarlierStart(journal)) return;
  const { origin, cache } = journal;
  for (const then of [origin, cache]) {
    const now = environment.identity(then.number);
    if (then.ids.length > 0 && then.ids.some((id) => now.ids.includes(id))) continue;
    throw new WrongDeviceError(
      `The machine was started again since, and ${then.number} cannot be told to be the device that was ${then.path} then.`,
      {
        code: 'other-device',
        hint: `Judge the pair by itself: wcache verify ${cache.path} ${origin.path}`,
      },
    );
  }
}
