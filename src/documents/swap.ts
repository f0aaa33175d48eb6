import { z } from 'zod';
import type { LiveCache } from '../dm/index.js';
import type { Diagnosis } from '../procedure/diagnose.js';
import {
  buildParameters,
  describeDifference,
  type WritecacheStatus,
  type WritecacheTable,
} from '../table/index.js';
import { dirtyBlocks } from './change.js';

const count = z.int().nonnegative();

const swapFields = {
  name: z.string().describe('The mapping.'),
  done: z.boolean().describe('False with --dry-run: nothing was done.'),
  changed: z.boolean().describe('False where it was so already, and nothing was to be done.'),
  commands: z.array(z.string()).describe('The dmsetup commands that were run, or would be.'),
  table_before: z
    .string()
    .describe('The parameters of the table that was live before, as dmsetup prints them.'),
  table_after: z.string().describe('The parameters of the table that is live now, or would be.'),
  dirty_blocks_before: count.describe(
    'Blocks that were not free before it, as the status line counts them; no measure of a cache in error.',
  ),
  dirty_blocks_after: count
    .nullable()
    .describe('Blocks that are not free after it; null where no table was swapped.'),
};

/** `wcache set --json`. */
export const setDocumentSchema = z
  .strictObject({
    ...swapFields,
    differences: z
      .array(z.string())
      .describe('What is different, in words for people, one for each option: `high_watermark: 50, now 60`.'),
  })
  .describe('How options of a live cache were changed: its table was swapped for another one.');
export type SetDocument = z.infer<typeof setDocumentSchema>;

const deviceHealthSchema = z.strictObject({
  role: z.enum(['origin', 'cache']).describe('Which of the two devices it is.'),
  path: z.string().nullable().describe('Null where the device has no node in /dev.'),
  read_fails: z
    .boolean()
    .nullable()
    .describe('Whether a read of it failed just now; null where that could not be tried.'),
  kernel_log: z
    .array(z.string())
    .describe("The last errors that the kernel's log has of the device, at most 5, the newest last."),
});

/** `wcache recover --json`. */
export const recoverDocumentSchema = z
  .strictObject({
    ...swapFields,
    uncommitted_blocks: count
      .nullable()
      .describe(
        'Blocks that were written and never committed: the swap commits them, or they are lost. Null where that cannot be told.',
      ),
    lost_blocks: count
      .nullable()
      .describe(
        'How many of them could not be committed; null before it is done, and where that cannot be told.',
      ),
    conclusion: z.string().describe('What is wrong with the cache and its devices, in words.'),
    devices: z.array(deviceHealthSchema).describe('What is known of the two devices.'),
    kernel_log: z
      .array(z.string())
      .describe(
        'What the target logged last, at most 5 lines, the newest last. It names no mapping: they may be of another writecache.',
      ),
  })
  .describe(
    'How a cache in error was made to run again, by a fresh instance of the target, and why it had the error.',
  );
export type RecoverDocument = z.infer<typeof recoverDocumentSchema>;

export interface Swap {
  readonly cache: LiveCache;
  readonly table: WritecacheTable;
  readonly done: boolean;
  readonly changed: boolean;
  readonly commands: readonly string[];
  readonly after: WritecacheStatus | null;
}

export interface RecoveredBlocks {
  readonly uncommittedBlocks: number | null;
  readonly lostBlocks: number | null;
}

export function setDocument(swap: Swap): SetDocument {
  return { ...fieldsOf(swap), differences: describeDifference(swap.cache.table, swap.table) };
}

export function recoverDocument(
  swap: Swap,
  diagnosis: Diagnosis,
  { uncommittedBlocks, lostBlocks }: RecoveredBlocks,
): RecoverDocument {
  return {
    ...fieldsOf(swap),
    uncommitted_blocks: uncommittedBlocks,
    lost_blocks: lostBlocks,
    conclusion: diagnosis.conclusion,
    devices: diagnosis.devices.map(({ role, path, readFails, log }) => ({
      role,
      path,
      read_fails: readFails,
      kernel_log: [...log],
    })),
    kernel_log: [...diagnosis.log],
  };
}

function fieldsOf({ cache, table, done, changed, commands, after }: Swap) {
  return {
    name: cache.name,
    done,
    changed,
    commands: [...commands],
    table_before: buildParameters(cache.table),
    table_after: buildParameters(table),
    dirty_blocks_before: dirtyBlocks(cache.status),
    dirty_blocks_after: after === null ? null : dirtyBlocks(after),
  };
}
