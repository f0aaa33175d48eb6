import { z } from 'zod';
import type { LiveCache } from '../dm/index.js';
import type { ObservedCaches, WaitingCacheFacts } from '../procedure/observe-caches.js';
import { integer, jsonInteger } from './json.js';

/** `error` whether it is suspended or not; `waiting`: a table that was loaded and never made live. */
export const liveStateSchema = z.enum(['active', 'suspended', 'error', 'waiting']);
export type LiveState = z.infer<typeof liveStateSchema>;

/** Of what {@link mappingFields} gives. */
export const mappingShape = {
  name: z.string(),
  /** Where it differs from the name. */
  kernel_name: z.string().optional(),
  uuid: z.string(),
  major: z.int(),
  minor: z.int(),
};

/** Of what {@link cacheFields} gives. */
export const cacheShape = {
  managed_by: z.literal('lvm').nullable(),
  start: jsonInteger,
  length_sectors: jsonInteger,
  mode: z.enum(['p', 's']),
  origin: z.string(),
  origin_path: z.string().nullable(),
  cache: z.string(),
  cache_path: z.string().nullable(),
  block_size: z.int(),
};

export const listEntrySchema = z.strictObject({
  ...mappingShape,
  state: liveStateSchema,
  ...cacheShape,
  /** The block counts are null while the table waits: it has none yet. */
  total_blocks: jsonInteger.nullable(),
  dirty_blocks: jsonInteger.nullable(),
});
export type ListEntry = z.infer<typeof listEntrySchema>;

/** `wcache list --json`: all writecaches, by name. */
export const listDocumentSchema = z.array(listEntrySchema);
export type ListDocument = z.infer<typeof listDocumentSchema>;

export function listDocument({ live, waiting }: ObservedCaches): ListDocument {
  const entries = [
    ...live.map((cache): ListEntry => ({
      ...mappingFields(cache),
      state: stateOf(cache),
      ...cacheFields(cache),
      total_blocks: cache.status.total_blocks,
      dirty_blocks: cache.status.total_blocks - cache.status.free_blocks,
    })),
    ...waiting.map((cache): ListEntry => ({
      ...mappingFields(cache),
      state: 'waiting',
      ...cacheFields(cache),
      total_blocks: null,
      dirty_blocks: null,
    })),
  ];
  return entries.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

export function stateOf({ device, status }: LiveCache): LiveState {
  if (status.error) return 'error';
  return device.suspended ? 'suspended' : 'active';
}

/** Which mapping it is, with the names that every document has for that. */
export function mappingFields({ name, device }: Pick<LiveCache, 'name' | 'device'>) {
  return {
    name,
    ...(device.name === name ? {} : { kernel_name: device.name }),
    uuid: device.uuid,
    major: device.major,
    minor: device.minor,
  };
}

/** What is in front of what, with the names that every document has for that. */
export function cacheFields(cache: LiveCache | WaitingCacheFacts) {
  const { line, table } = cache;
  return {
    managed_by: cache.lvm === null ? null : ('lvm' as const),
    start: integer(line.startSector),
    length_sectors: integer(line.lengthSectors),
    mode: table.mode,
    origin: table.origin,
    origin_path: cache.originPath,
    cache: table.cache,
    cache_path: cache.cachePath,
    block_size: table.block_size,
  };
}
