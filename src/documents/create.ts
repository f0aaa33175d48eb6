import { z } from 'zod';
import type { CreateRequest, Note, PreparedCreate } from '../procedure/create-request.js';
import { buildParameters } from '../table/index.js';
import type { LiveCache } from '../dm/index.js';
import { noteSchema } from './change.js';
import { formatDocument, formatDocumentSchema } from './format.js';
import { cacheStateSchema } from './inspect.js';
import { integer, jsonInteger } from './json.js';

/** `wcache create --json`. */
export const createDocumentSchema = z.strictObject({
  name: z.string(),
  uuid: z.string(),
  /** False after `--dry-run`. */
  done: z.boolean(),
  /** False where the mapping was there already, just so. */
  changed: z.boolean(),
  mode: z.enum(['p', 's']),
  origin: z.string(),
  cache: z.string(),
  length_sectors: jsonInteger,
  block_size: z.int(),
  total_blocks: z.int(),
  free_blocks: z.int(),
  /** What was on the cache device before; null where nothing was looked at. */
  previous_state: cacheStateSchema.nullable(),
  /** The table's parameters. */
  table: z.string(),
  /** What wcache writes itself before; null where it writes nothing. */
  format: formatDocumentSchema.nullable(),
  commands: z.array(z.string()),
  notes: z.array(noteSchema),
});
export type CreateDocument = z.infer<typeof createDocumentSchema>;

export interface CreateOutcome {
  readonly prepared: PreparedCreate;
  readonly commands: readonly string[];
  /** The mapping as it came up; null where nothing was done. */
  readonly cache: LiveCache | null;
  readonly notes: readonly Note[];
}

export function createDocument({ prepared, commands, cache, notes }: CreateOutcome): CreateDocument {
  const { request, mapping, table, check, formatPlan, expected } = prepared;
  return {
    name: request.name,
    uuid: mapping.uuid,
    done: cache !== null,
    changed: cache !== null,
    mode: table.mode,
    origin: request.origin,
    cache: request.cache,
    length_sectors: integer(mapping.line.lengthSectors),
    block_size: table.block_size,
    total_blocks: cache?.status.total_blocks ?? expected.totalBlocks,
    free_blocks: cache?.status.free_blocks ?? expected.freeBlocks,
    previous_state: check.inspection.state,
    table: buildParameters(table),
    format:
      formatPlan === null
        ? null
        : formatDocument(request.cache, formatPlan, check.inspection.state, cache !== null),
    commands: [...commands],
    notes: notes.map(({ code, message }) => ({ code, message })),
  };
}

/** For a mapping that was there already, just as it was asked for. */
export function alreadyMadeDocument(
  request: CreateRequest,
  cache: LiveCache,
  notes: readonly Note[],
): CreateDocument {
  return {
    name: request.name,
    uuid: cache.device.uuid,
    done: true,
    changed: false,
    mode: cache.table.mode,
    origin: request.origin,
    cache: request.cache,
    length_sectors: integer(cache.line.lengthSectors),
    block_size: cache.table.block_size,
    total_blocks: cache.status.total_blocks,
    free_blocks: cache.status.free_blocks,
    previous_state: null,
    table: buildParameters(cache.table),
    format: null,
    commands: [],
    notes: notes.map(({ code, message }) => ({ code, message })),
  };
}
