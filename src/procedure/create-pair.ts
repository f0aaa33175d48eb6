import { readdirSync } from 'node:fs';
import { bestPath, deviceIdentity, shareIdentity, type DeviceIdentity } from '../device/identity.js';
import type { FileSystem } from '../device/file-system.js';
import { withDevice } from '../device/with-device.js';
import { BusyError, WcacheError } from '../errors.js';
import { inspect, liveBlocks } from '../scan/index.js';
import type { CreateRequest, FoundDevice, Note } from './create-request.js';
import { findPairOfCache, findPairsOfOrigin, type Pair, type Pairs } from './pairs.js';

/** The names of an origin: those of the device and of the file system on it. */
export function originIds(identity: DeviceIdentity, fileSystem: FileSystem | null): string[] {
  const uuid = fileSystem?.uuid ?? null;
  return [...identity.ids, ...(uuid === null ? [] : [`fs-uuid:${uuid}`])];
}

export interface PairQuestion {
  readonly request: CreateRequest;
  readonly records: Pairs;
  readonly origin: FoundDevice;
  readonly originIds: readonly string[];
  readonly cache: FoundDevice;
  readonly startSector: bigint;
  /** Whether the cache has blocks that are newer than on its origin. */
  readonly isDirty: boolean;
  /** Whether the kernel will format the cache, unasked. */
  readonly isBlank: boolean;
}

/**
 * Guards against a cache on the wrong origin, and an origin without its right cache, as far as the records of earlier
 * creates tell. Without a record it can only say so.
 *
 * @throws {@link BusyError} `other-origin`, `other-cache`, `cache-went-blank`.
 */
export async function judgePair(question: PairQuestion): Promise<Note[]> {
  const { records } = question;
  return [
    ...records.unreadable.map((path) => ({
      code: 'unreadable-record',
      message: `The record ${path} cannot be read and was passed over.`,
    })),
    ...judgeOrigin(question),
    ...(await judgeOtherCaches(question)),
  ];
}

function judgeOrigin(question: PairQuestion): Note[] {
  const { request, records, origin, cache, startSector, isDirty } = question;
  if (!isDirty) return [];
  const pair = findPairOfCache(records.pairs, cache.identity, startSector);
  if (pair === undefined) {
    return [
      {
        code: 'no-record',
        message: `No record on this machine says which origin the blocks in ${cache.path} belong to; that it is ${origin.path} is your word alone.`,
      },
    ];
  }
  const shared = shareIdentity(pair.origin, { ids: question.originIds });
  if (shared === 'same') return [];
  const recorded = `the record of ${pair.name} from ${pair.created.slice(0, 10)} says that it belongs to ${described(pair.origin)}`;
  if (shared === 'different' && !request.overrides.includes('other-origin')) {
    throw new BusyError(`${cache.path} is not the cache of ${origin.path}: ${recorded}.`, {
      code: 'other-origin',
      hint: 'Attached to the wrong disk it destroys data there. If you know better, give --override other-origin.',
    });
  }
  return [
    {
      code: 'other-origin',
      message: `Of ${cache.path} ${recorded}, and ${origin.path} could not be told to be that.`,
    },
  ];
}

/** An origin whose former cache still has newer blocks is stale, and must not be used with another one. */
async function judgeOtherCaches(question: PairQuestion): Promise<Note[]> {
  const { request, records, origin, cache, startSector } = question;
  const notes: Note[] = [];
  for (const pair of findPairsOfOrigin(records.pairs, { ids: question.originIds })) {
    if (isRecordedCache(pair, cache, startSector)) {
      if (question.isBlank && pair.used === true && !request.format) throw wentBlank(pair, question);
      continue;
    }
    const left = await blocksLeftIn(pair);
    if (left === 0) continue;
    const what =
      left === null
        ? `and whether all of it was written back can't be told: it is not found here`
        : `which has ${String(left)} blocks that are newer than on ${origin.path}`;
    const message = `${origin.path} had another cache: ${described(pair.cache)} (record of ${pair.name} from ${pair.created.slice(0, 10)}), ${what}.`;
    if (!request.overrides.includes('other-cache')) {
      throw new BusyError(message, {
        code: 'other-cache',
        hint: 'Attach that cache and write it back first. If it was written back, or what is in it may go, give --override other-cache.',
      });
    }
    notes.push({ code: 'other-cache', message });
  }
  return notes;
}

/** A script at boot that attaches the cache would else make a stale origin live, with a new, empty cache before it. */
function wentBlank({ name, created }: Pair, { origin, cache }: PairQuestion): BusyError {
  return new BusyError(
    `${cache.path} is blank, and by the record of ${name} from ${created.slice(0, 10)} it is the cache of ${origin.path} and was not removed: if something wiped its superblock, ${origin.path} is old where blocks were only in the cache.`,
    {
      code: 'cache-went-blank',
      hint: 'If all was written back before, give --format for an empty cache. If not, write nothing to either device: the blocks may be there still.',
    },
  );
}

/** Where neither has a name that lasts, path and size have to do. */
function isRecordedCache(pair: Pair, cache: FoundDevice, startSector: bigint): boolean {
  if (pair.start_sector !== String(startSector)) return false;
  const shared = shareIdentity(pair.cache, cache.identity);
  const looksAlike = pair.cache.path === cache.path && pair.cache.size_bytes === String(cache.sizeBytes);
  return shared === 'same' || (shared === 'unknown' && looksAlike);
}

/** Live blocks in a recorded cache; null where it cannot be found or read. */
async function blocksLeftIn(pair: Pair): Promise<number | null> {
  const path = findDevice(pair.cache);
  if (path === null) return null;
  try {
    return await withDevice(path, { access: 'read' }, async (device) =>
      liveBlocks(await inspect(device, { startSector: BigInt(pair.start_sector), summaryOnly: true })),
    );
  } catch (error) {
    if (error instanceof WcacheError) return null;
    throw error;
  }
}

function findDevice({ ids }: Pick<DeviceIdentity, 'ids'>): string | null {
  for (const number of blockDeviceNumbers()) {
    const identity = deviceIdentity(number);
    if (identity !== null && shareIdentity({ ids }, identity) === 'same') return bestPath(number);
  }
  return null;
}

function blockDeviceNumbers(): string[] {
  try {
    return readdirSync('/sys/dev/block');
  } catch {
    return [];
  }
}

function described({ path, ids }: Pair['origin']): string {
  const [id] = ids;
  return id === undefined ? `what was ${path} then` : `${id} (${path} then)`;
}
