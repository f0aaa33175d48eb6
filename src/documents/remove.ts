import { z } from 'zod';
import { certificateSchema } from '../crosscheck/certificate.js';
import {
  REMOVAL_STEPS,
  type RemovalEvent,
  type RemovalNote,
  type RemovalResult,
  type RemovalStep,
} from '../procedure/removal/types.js';
import type { WritecacheStatus } from '../table/index.js';
import { dirtyBlocks, noteSchema } from './change.js';
import { errorSchema, type ErrorDocument } from './error.js';
import { toJson } from './json.js';

const stepSchema = z.strictObject({
  /** Stable. */
  step: z.enum(REMOVAL_STEPS),
  /** From 1, among the steps of this removal. */
  number: z.int().positive(),
  title: z.string(),
  /** A dmsetup command, or a device write in words; null for a look. */
  command: z.string().nullable(),
});

const count = z.int().nonnegative();

/** `wcache remove --json`. */
export const removeDocumentSchema = z.strictObject({
  name: z.string(),
  /** False after `--dry-run`. */
  done: z.boolean(),
  steps: z.array(stepSchema),
  /** What is under the name now; null after `--dry-run`. */
  ending: z.enum(['linear', 'deleted']).nullable(),
  /** Whether an earlier, interrupted run was finished. */
  resumed: z.boolean(),
  /** Paths of the devices, where they have any. */
  origin: z.string().nullable(),
  cache: z.string().nullable(),
  /** Null where the cache was gone already when this run began. */
  dirty_blocks_before: count.nullable(),
  total_blocks: count.nullable(),
  /** Null after `--dry-run` and with `--verify none`. */
  certificate: certificateSchema.nullable(),
  certificate_path: z.string().nullable(),
  /** Where the superblock was kept before it was invalidated. */
  backup_path: z.string().nullable(),
  elapsed_ms: count,
  drain_ms: count,
  /** How long I/O stood still. */
  stall_ms: count,
  verify_ms: count,
  notes: z.array(noteSchema),
});
export type RemoveDocument = z.infer<typeof removeDocumentSchema>;

/** `wcache remove --undo --json`: an interrupted removal was taken back. */
export const removeUndoDocumentSchema = z.strictObject({
  name: z.string(),
  undone: z.literal(true),
  message: z.string(),
});
export type RemoveUndoDocument = z.infer<typeof removeUndoDocumentSchema>;

const at = { step: z.enum(REMOVAL_STEPS), number: z.int().positive() };

/** One line of `wcache remove --json --events`. The last one is `result` or `error`. */
export const removeEventDocumentSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('begin'), ...stepSchema.shape }),
  z.strictObject({ event: z.literal('done'), ...at, detail: z.string().nullable() }),
  z.strictObject({ event: z.literal('failed'), ...at, message: z.string() }),
  z.strictObject({
    event: z.literal('drain'),
    ...at,
    dirty_blocks: count,
    writeback_blocks: count,
    total_blocks: count,
    dirty_blocks_at_start: count,
    elapsed_ms: count,
    /** By which the dirty blocks become fewer; 0 or less when they do not. Null before it can be told. */
    blocks_per_second: z.number().nullable(),
    /** Null where that cannot be told, or would be never. */
    remaining_ms: count.nullable(),
    /** Since there was last a new low of dirty blocks. */
    stalled_ms: count,
  }),
  z.strictObject({ event: z.literal('read'), ...at, done_blocks: count, total_blocks: count }),
  z.strictObject({ event: z.literal('note'), ...noteSchema.shape }),
  z.strictObject({ event: z.literal('undo'), message: z.string() }),
  z.strictObject({ event: z.literal('result'), ...removeDocumentSchema.shape }),
  z.strictObject({ event: z.literal('undone'), ...removeUndoDocumentSchema.shape }),
  z.strictObject({ event: z.literal('error'), error: errorSchema }),
]);
export type RemoveEventDocument = z.infer<typeof removeEventDocumentSchema>;

/** What is known of a removal before it begins. */
export interface RemovalPlan {
  readonly name: string;
  readonly origin: string | null;
  readonly cache: string | null;
  readonly before: WritecacheStatus | null;
  readonly steps: readonly RemovalStep[];
  readonly notes: readonly RemovalNote[];
}

/** The document of a removal; `result` is null where nothing was done. */
export function removeDocument(plan: RemovalPlan, result: RemovalResult | null): RemoveDocument {
  const { before, origin, cache } = plan;
  const times = result?.times;
  return {
    name: plan.name,
    done: result !== null,
    steps: plan.steps.map(stepDocument),
    ending: result?.ending ?? null,
    resumed: result?.resumed ?? false,
    origin: origin ?? result?.certificate?.origin.path ?? null,
    cache: cache ?? result?.certificate?.cache.path ?? null,
    dirty_blocks_before: before === null ? null : dirtyBlocks(before),
    total_blocks: before?.total_blocks ?? null,
    certificate: result?.certificate ?? null,
    certificate_path: result?.certificatePath ?? null,
    backup_path: result?.backupPath ?? null,
    elapsed_ms: whole(times?.totalMs ?? 0),
    drain_ms: whole(times?.drainMs ?? 0),
    stall_ms: whole(times?.stallMs ?? 0),
    verify_ms: whole(times?.verifyMs ?? 0),
    notes: (result ?? plan).notes.map(({ code, message }) => ({ code, message })),
  };
}

/** The line of an event. */
export function removeEventDocument(event: RemovalEvent): RemoveEventDocument {
  switch (event.type) {
    case 'begin':
      return { event: 'begin', ...stepDocument(event.step) };
    case 'done':
      return { event: 'done', ...place(event.step), detail: event.detail };
    case 'failed':
      return { event: 'failed', ...place(event.step), message: event.message };
    case 'drain':
      return { event: 'drain', ...place(event.step), ...drainFields(event.progress) };
    case 'read':
      return {
        event: 'read',
        ...place(event.step),
        done_blocks: event.doneBlocks,
        total_blocks: event.totalBlocks,
      };
    case 'note':
      return { event: 'note', code: event.code, message: event.message };
    case 'undo':
      return { event: 'undo', message: event.message };
  }
}

type DrainEvent = Extract<RemovalEvent, { readonly type: 'drain' }>;

function drainFields(progress: DrainEvent['progress']) {
  return {
    dirty_blocks: progress.dirtyBlocks,
    writeback_blocks: progress.writebackBlocks,
    total_blocks: progress.totalBlocks,
    dirty_blocks_at_start: progress.startDirtyBlocks,
    elapsed_ms: whole(progress.elapsedMs),
    blocks_per_second:
      progress.blocksPerSecond === null ? null : Math.round(progress.blocksPerSecond * 10) / 10,
    remaining_ms: progress.remainingMs === null ? null : whole(progress.remainingMs),
    stalled_ms: whole(progress.stalledMs),
  };
}

function stepDocument({ id, number, title, command }: RemovalStep) {
  return { step: id, number, title, command };
}

/** The line that ends the events: of a result, of what was taken back, or of an error. */
export function removeLastLine(document: unknown): string {
  const fields = { ...(document as RemoveDocument | RemoveUndoDocument | ErrorDocument) };
  const event = 'error' in fields ? 'error' : 'undone' in fields ? 'undone' : 'result';
  return toJson({ event, ...fields }, 0);
}

function place({ id, number }: RemovalStep) {
  return { step: id, number };
}

function whole(milliseconds: number): number {
  return Math.round(milliseconds);
}
