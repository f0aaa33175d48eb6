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

const swapFields = {
  name: z.string(),
  /** False after `--dry-run`. */
  done: z.boolean(),
  /** False where it was so already. */
  changed: z.boolean(),
  commands: z.array(z.string()),
  table_before: z.string(),
  table_after: z.string(),
  dirty_blocks_before: z.int().nonnegative(),
  /** Null where nothing was swapped. */
  dirty_blocks_after: z.int().nonnegative().nullable(),
};

/** `wcache set --json`. */
export const setDocumentSchema = z.strictObject({
  ...swapFields,
  /** One fragment for each option: `high_watermark: 50, now 60`. */
  differences: z.array(z.string()),
});
export type SetDocument = z.infer<typeof setDocumentSchema>;

const deviceHealthSchema = z.strictObject({
  role: z.enum(['origin', 'cache']),
  path: z.string().nullable(),
  /** A read of it failed just now; null where it could not be tried. */
  read_fails: z.boolean().nullable(),
  kernel_log: z.array(z.string()),
});

/** `wcache recover --json`. */
export const recoverDocumentSchema = z.strictObject({
  ...swapFields,
  /** Written and never committed: the swap commits them, or they are lost. Null where that cannot be told. */
  uncommitted_blocks: z.int().nonnegative().nullable(),
  /** Of these, what could not be committed; null before it is done, and where it cannot be told. */
  lost_blocks: z.int().nonnegative().nullable(),
  conclusion: z.string(),
  devices: z.array(deviceHealthSchema),
  kernel_log: z.array(z.string()),
});
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
