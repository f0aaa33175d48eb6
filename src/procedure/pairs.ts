import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { shareIdentity, type DeviceIdentity } from '../device/identity.js';
import { OperationError } from '../errors.js';
import { writeDurably } from './write-durably.js';

/**
 * Which cache belongs to which origin. Nothing on the cache device tells (kernel-target.md §6, W7), and a cache that is
 * attached to another disk writes its blocks over that one's data; so wcache keeps a record of each pair, by names that
 * survive a reboot.
 */
export const PAIRS_FOLDER = '/var/lib/wcache/pairs';

const deviceSchema = z.object({
  /** Names that no other device has: serial numbers, UUIDs. */
  ids: z.array(z.string()),
  /** For people only: what it was called, how large it was. */
  path: z.string(),
  size_bytes: z.string().regex(/^\d+$/),
  model: z.string().nullable(),
});

const pairSchema = z.object({
  format: z.literal(1),
  /** The mapping's, and the file's name. */
  uuid: z.string().regex(/^WCACHE-[0-9a-f]{32}$/),
  name: z.string(),
  created: z.iso.datetime(),
  mode: z.enum(['p', 's']),
  block_size: z.int(),
  start_sector: z.string().regex(/^\d+$/),
  origin: deviceSchema,
  cache: deviceSchema,
  /** Whether the mapping has been live: since then there is a superblock on the cache, unless something wiped it. */
  used: z.boolean().optional(),
  /** Of a pair that is no more: when the cache was removed, and where the proof is that nothing was left in it. */
  removed: z.object({ at: z.iso.datetime(), certificate: z.string().nullable() }).optional(),
});
export type Pair = z.infer<typeof pairSchema>;

export interface Pairs {
  readonly pairs: readonly Pair[];
  /** Files that hold no record that can be read. */
  readonly unreadable: readonly string[];
}

/** A new name for a mapping, by which it is known as wcache's. */
export function newMappingUuid(): string {
  return `WCACHE-${randomUUID().replaceAll('-', '')}`;
}

/** All records. A folder that is not there has none. */
export function readPairs(folder = PAIRS_FOLDER): Pairs {
  const pairs: Pair[] = [];
  const unreadable: string[] = [];
  for (const name of recordNames(folder)) {
    const path = join(folder, name);
    try {
      pairs.push(pairSchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
    } catch {
      unreadable.push(path);
    }
  }
  return { pairs, unreadable };
}

/**
 * Keeps a record, and forgets older ones of the same cache. Written whole or not at all, and durable when it returns.
 *
 * @returns what puts the former records back.
 * @throws {@link OperationError} `record-failed`
 */
export function writePair(pair: Pair, folder = PAIRS_FOLDER): () => void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const former = readPairs(folder).pairs.filter(
      (older) => older.uuid === pair.uuid || isOfCache(older, pair.cache, pair.start_sector) === 'same',
    );
    keep(pair, folder);
    for (const { uuid } of former) {
      if (uuid !== pair.uuid) rmSync(recordPath(uuid, folder), { force: true });
    }
    return () => {
      rmSync(recordPath(pair.uuid, folder), { force: true });
      for (const older of former) keep(older, folder);
    };
  } catch (cause) {
    throw new OperationError(`The record of the pair could not be kept in ${folder}.`, {
      code: 'record-failed',
      hint: 'The cache itself is not affected; only the guard against a wrong pair is missing.',
      cause,
    });
  }
}

function keep(pair: Pair, folder: string): void {
  writeDurably(recordPath(pair.uuid, folder), `${JSON.stringify(pair, null, 2)}\n`);
}

/** Notes in a mapping's record that its cache was removed. Does nothing where there is no record. */
export function markRemoved(
  uuid: string,
  removed: NonNullable<Pair['removed']>,
  folder = PAIRS_FOLDER,
): void {
  amend(uuid, { removed }, folder, 'The removal itself is done. Make room, and run the same command again.');
}

/** Notes in a mapping's record that it has been live. Does nothing where there is no record. */
export function markUsed(uuid: string, folder = PAIRS_FOLDER): void {
  amend(uuid, { used: true }, folder, 'The cache itself is not affected.');
}

/** Throws {@link OperationError} `record-failed`. */
function amend(
  uuid: string,
  change: Partial<Pick<Pair, 'removed' | 'used'>>,
  folder: string,
  hint: string,
): void {
  const pair = readPairs(folder).pairs.find((each) => each.uuid === uuid);
  if (pair === undefined) return;
  try {
    keep({ ...pair, ...change }, folder);
  } catch (cause) {
    throw new OperationError(`The record of the pair could not be changed in ${folder}.`, {
      code: 'record-failed',
      hint,
      cause,
    });
  }
}

function recordPath(uuid: string, folder: string): string {
  return join(folder, `${uuid}.json`);
}

/** The record of a cache, if there is one; identities that cannot be compared are no match. */
export function findPairOfCache(
  pairs: readonly Pair[],
  cache: Pick<DeviceIdentity, 'ids'>,
  startSector: bigint,
): Pair | undefined {
  return pairs.find(
    (pair) => pair.removed === undefined && isOfCache(pair, cache, String(startSector)) === 'same',
  );
}

/** The records in which this origin has a cache; not those of caches that were removed. */
export function findPairsOfOrigin(pairs: readonly Pair[], origin: Pick<DeviceIdentity, 'ids'>): Pair[] {
  return pairs.filter((pair) => pair.removed === undefined && shareIdentity(pair.origin, origin) === 'same');
}

function isOfCache(
  pair: Pair,
  cache: Pick<DeviceIdentity, 'ids'>,
  startSector: string,
): 'same' | 'different' | 'unknown' {
  return pair.start_sector === startSector ? shareIdentity(pair.cache, cache) : 'different';
}

function recordNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}
