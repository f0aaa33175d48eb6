import { blockDeviceNumber } from '../device/device-number.js';
import { requireMappingName } from '../device/dm-names.js';
import {
  Dmsetup,
  provideTarget,
  releaseAll,
  requireRoot,
  takeLock,
  TARGET,
  thisKernel,
} from '../dm/index.js';
import { alreadyMadeDocument, createDocument, type CreateDocument } from '../documents/create.js';
import { BusyError, UsageError } from '../errors.js';
import { completeRecord, findAlreadyMade, removeHalfActivated } from '../procedure/create-again.js';
import { createCache, createSteps } from '../procedure/create-cache.js';
import { prepareCreate } from '../procedure/create-preflight.js';
import type { CreateRequest, PreparedCreate } from '../procedure/create-request.js';
import { NEWEST_TARGET_VERSION } from '../table/index.js';
import { createPlanText } from '../ui/change.js';
import { confirm, interruption } from './confirm.js';
import { commandsOf } from './runbook.js';

export interface CreateRun {
  readonly dryRun: boolean;
  /** Nobody is asked. */
  readonly yes: boolean;
  readonly note: (text: string) => void;
}

/** Makes a mapping, from the first look to the record of the pair; see the procedures for what each part throws. */
export async function runCreate(request: CreateRequest, run: CreateRun): Promise<CreateDocument> {
  let stop = interruption();
  try {
    return await createWith(request, run, {
      signal: stop.signal,
      agree: async (plan) => {
        run.note(createPlanText(plan));
        if (request.format && !run.yes) {
          // While it asks, Ctrl-C is the question's.
          stop.dispose();
          await confirm('What is on the cache device goes.');
          stop = interruption();
        }
        return stop.signal;
      },
    });
  } finally {
    stop.dispose();
  }
}

interface Consent {
  readonly signal: AbortSignal;
  /** Shows what will be done, and asks; nothing has been done yet. Returns the signal that counts from then on. */
  readonly agree: (plan: CreateDocument) => Promise<AbortSignal>;
}

async function createWith(
  request: CreateRequest,
  { dryRun }: CreateRun,
  { signal: before, agree }: Consent,
): Promise<CreateDocument> {
  requireRoot();
  requireReadAhead(request.readAhead);
  const name = requireMappingName(request.name);
  const dm = new Dmsetup();
  // A dry run changes nothing, and loading a module is a change.
  const loaded = dryRun ? await dm.targetVersion(TARGET) : await provideTarget(dm);
  const targetVersion = loaded ?? NEWEST_TARGET_VERSION;
  const machine = { targetVersion, kernel: thisKernel(), signal: before };
  const devices = [request.origin, request.cache].map((path) => blockDeviceNumber(path) ?? path);
  const locks = await takeLock([name, ...devices]);
  try {
    for (const lock of locks) dm.holdWith(lock);
    const existing = await findAlreadyMade(dm, request);
    if (existing !== null) {
      const notes = dryRun ? [] : await completeRecord(existing);
      return alreadyMadeDocument(request, existing, notes);
    }
    if (!dryRun) await removeHalfActivated(dm, request);
    const prepared = await prepareCreate(dm, request, machine);
    const commands = [
      ...(loaded === null ? ['modprobe dm-writecache'] : []),
      ...commandsOf(dm, createSteps(dm, prepared)),
    ];
    const plan = createDocument({ prepared, commands, cache: null, notes: prepared.notes });
    if (dryRun) return plan;
    const signal = await agree(plan);
    if (request.format) requireSame(prepared, await prepareCreate(dm, request, { ...machine, signal }));
    const { cache, notes } = await createCache(dm, prepared, { signal });
    return createDocument({ prepared, commands, cache, notes: [...prepared.notes, ...notes] });
  } finally {
    releaseAll(locks);
  }
}

/** For the time that it took to agree. */
function requireSame(shown: PreparedCreate, now: PreparedCreate): void {
  const isSame =
    shown.cache.deviceNumber === now.cache.deviceNumber &&
    shown.origin.deviceNumber === now.origin.deviceNumber &&
    shown.check.inspection.state === now.check.inspection.state &&
    shown.check.inspection.superblock.seq_count === now.check.inspection.superblock.seq_count;
  if (isSame) return;
  throw new BusyError(`${now.cache.path} is not what it was when it was shown.`, {
    code: 'changed-meanwhile',
    hint: 'Something else writes to it. Nothing was done; find out what it is, and start again.',
  });
}

function requireReadAhead(text: string | undefined): void {
  if (text === undefined || /^(?:\+?\d{1,9}|auto|none)$/.test(text)) return;
  throw new UsageError(`"${text}" is not a read-ahead.`, {
    code: 'bad-read-ahead',
    hint: 'Write a number of sectors, + and the least number of sectors, auto or none.',
  });
}
