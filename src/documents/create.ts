import { z } from 'zod';
import type { CreateRequest, Note, PreparedCreate } from '../procedure/create-request.js';
import { buildParameters } from '../table/index.js';
import type { LiveCache } from '../dm/index.js';
import { noteSchema } from './change.js';
import { formatDocument, formatDocumentSchema } from './format.js';
import { cacheStateSchema } from './inspect.js';
import { integer, jsonInteger } from './json.js';

/** `wcache create --json`. */
export const createDocumentSchema = z
  .strictObject({
    name: z.string().describe('The mapping.'),
    uuid: z.string().describe('Of the mapping.'),
    done: z.boolean().describe('False with --dry-run: nothing was done.'),
    changed: z.boolean().describe('False where the mapping was there already, just so, and with --dry-run.'),
    mode: z
      .enum(['p', 's'])
      .describe('p: pmem mode, on persistent memory. s: ssd mode, on an ordinary block device.'),
    origin: z.string().describe('The origin, as it was named.'),
    cache: z.string().describe('The cache device, as it was named.'),
    length_sectors: jsonInteger.describe('How large the mapping is, in sectors of 512 bytes.'),
    block_size: z.int().describe('Bytes.'),
    total_blocks: z.int().describe('Blocks of the cache; with --dry-run as they will be.'),
    free_blocks: z.int().describe('Blocks that hold nothing; with --dry-run as they will be.'),
    previous_state: cacheStateSchema
      .nullable()
      .describe(
        'What was on the cache device before, as wcache-inspect(8) tells states; null where nothing was looked at.',
      ),
    table: z.string().describe("The table's parameters, as dmsetup takes them."),
    format: formatDocumentSchema
      .nullable()
      .describe('What wcache writes to the cache device itself before; null where it writes nothing.'),
    commands: z.array(z.string()).describe('The dmsetup commands that were run, or would be.'),
    notes: z.array(noteSchema).describe('What is worth knowing of it.'),
  })
  .describe('A writecache that was created, or would be.');
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
