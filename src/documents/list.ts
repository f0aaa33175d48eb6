import { z } from 'zod';
import type { LiveCache } from '../dm/index.js';
import type { ObservedCaches, WaitingCacheFacts } from '../procedure/observe-caches.js';
import { integer, jsonInteger } from './json.js';

export const liveStateSchema = z
  .enum(['active', 'suspended', 'error', 'waiting'])
  .describe(
    'error: it met an error, whether it is suspended or not. waiting: a table was loaded and never made live.',
  );
export type LiveState = z.infer<typeof liveStateSchema>;

/** Of what {@link mappingFields} gives. */
export const mappingShape = {
  name: z.string().describe('The mapping.'),
  kernel_name: z
    .string()
    .optional()
    .describe('How the kernel has the name, with characters written as \\xNN; only where that differs.'),
  uuid: z.string().describe('Of the mapping; empty where it has none.'),
  major: z.int().describe("The major of the mapping's device number."),
  minor: z.int().describe("The minor of the mapping's device number."),
};

/** Of what {@link cacheFields} gives. */
export const cacheShape = {
  managed_by: z
    .literal('lvm')
    .nullable()
    .describe('lvm: LVM made the mapping and must change it. Null: nobody else does.'),
  start: jsonInteger.describe(
    "The first sector of its line in the mapping's table, in sectors of 512 bytes.",
  ),
  length_sectors: jsonInteger.describe('How much of the origin is cached, in sectors of 512 bytes.'),
  mode: z
    .enum(['p', 's'])
    .describe('p: pmem mode, on persistent memory. s: ssd mode, on an ordinary block device.'),
  origin: z.string().describe('The origin as the table has it: MAJOR:MINOR.'),
  origin_path: z.string().nullable().describe('Its path; null where it has no node in /dev.'),
  cache: z.string().describe('The cache device as the table has it: MAJOR:MINOR.'),
  cache_path: z.string().nullable().describe('Its path; null where it has no node in /dev.'),
  block_size: z.int().describe('Bytes.'),
};

export const listEntrySchema = z.strictObject({
  ...mappingShape,
  state: liveStateSchema,
  ...cacheShape,
  total_blocks: jsonInteger
    .nullable()
    .describe('Blocks of the cache; null while the table waits: it has none yet.'),
  dirty_blocks: jsonInteger
    .nullable()
    .describe('Blocks that are not free, as the status line counts them; null while the table waits.'),
});
export type ListEntry = z.infer<typeof listEntrySchema>;

/** `wcache list --json`: all writecaches, by name. */
export const listDocumentSchema = z
  .array(listEntrySchema)
  .describe('All writecaches of the machine, by name.');
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
