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

const count = z.int().nonnegative();
const stepNumber = z.int().positive().describe('From 1, among the steps of this removal.');
const stepName = z
  .enum(REMOVAL_STEPS)
  .describe('Which step it is: a word for programs, which does not change.');

const stepSchema = z.strictObject({
  step: stepName,
  number: stepNumber,
  title: z.string().describe('What it does, in words.'),
  command: z.string().nullable().describe('A dmsetup command, or a device write in words; null for a look.'),
});

/** `wcache remove --json`. */
export const removeDocumentSchema = z
  .strictObject({
    name: z.string().describe('The mapping.'),
    done: z.boolean().describe('False with --dry-run: nothing was done.'),
    steps: z.array(stepSchema).describe('The steps in their order.'),
    ending: z
      .enum(['linear', 'deleted'])
      .nullable()
      .describe(
        'What is under the name now. linear: the origin alone. deleted: nothing. Null with --dry-run.',
      ),
    resumed: z.boolean().describe('Whether an earlier, interrupted run was finished.'),
    origin: z.string().nullable().describe('The path of the origin; null where it has none.'),
    cache: z.string().nullable().describe('The path of the cache device; null where it has none.'),
    dirty_blocks_before: count
      .nullable()
      .describe(
        'Blocks that were not free before; null where the cache was gone already when this run began.',
      ),
    total_blocks: count
      .nullable()
      .describe('Blocks of the cache; null where it was gone already when this run began.'),
    certificate: certificateSchema
      .nullable()
      .describe('What was proved; null with --dry-run and with --verify none.'),
    certificate_path: z
      .string()
      .nullable()
      .describe('The file in which the certificate is kept; null where there is none.'),
    backup_path: z
      .string()
      .nullable()
      .describe(
        'The file in which the superblock was kept before it was invalidated; null where it was not.',
      ),
    elapsed_ms: count.describe('How long all of it took, in milliseconds.'),
    drain_ms: count.describe('How long the writing back while I/O went on took, in milliseconds.'),
    stall_ms: count.describe('How long I/O stood still, in milliseconds.'),
    verify_ms: count.describe('How long the reading for the proof took, in milliseconds.'),
    notes: z.array(noteSchema).describe('What is worth knowing of it.'),
  })
  .describe('How a writecache was taken off its origin, and what proves that nothing was lost.');
export type RemoveDocument = z.infer<typeof removeDocumentSchema>;

/** `wcache remove --undo --json`: an interrupted removal was taken back. */
export const removeUndoDocumentSchema = z
  .strictObject({
    name: z.string().describe('The mapping.'),
    undone: z.literal(true).describe('The writecache goes on.'),
    message: z.string().describe('What was done, in words.'),
  })
  .describe('An interrupted removal that was taken back.');
export type RemoveUndoDocument = z.infer<typeof removeUndoDocumentSchema>;

const at = { step: stepName, number: stepNumber };

/** One line of `wcache remove --json --events`. The last one is `result` or `error`. */
export const removeEventDocumentSchema = z
  .discriminatedUnion('event', [
    z
      .strictObject({ event: z.literal('begin').describe('A step begins.'), ...stepSchema.shape })
      .describe('A step begins.'),
    z
      .strictObject({
        event: z.literal('done').describe('A step is done.'),
        ...at,
        detail: z
          .string()
          .nullable()
          .describe('What came of it, in words; null where there is nothing to tell.'),
      })
      .describe('A step is done.'),
    z
      .strictObject({
        event: z.literal('failed').describe('A step failed.'),
        ...at,
        message: z.string().describe('Why, in words.'),
      })
      .describe('A step failed.'),
    z
      .strictObject({
        event: z.literal('drain').describe('How far the writing back is.'),
        ...at,
        dirty_blocks: count.describe('Blocks that are not free yet.'),
        writeback_blocks: count.describe('Blocks that are being written back.'),
        total_blocks: count.describe('Blocks of the cache.'),
        dirty_blocks_at_start: count.describe('Blocks that were not free when the drain began.'),
        elapsed_ms: count.describe('Since the drain began, in milliseconds.'),
        blocks_per_second: z
          .number()
          .nullable()
          .describe(
            'By how many the dirty blocks become fewer in a second; 0 or less when they do not. Null before it can be told.',
          ),
        remaining_ms: count
          .nullable()
          .describe(
            'What is left at this pace, in milliseconds; null where that cannot be told, or would be never.',
          ),
        stalled_ms: count.describe(
          'Since the dirty blocks were last fewer than ever before, in milliseconds.',
        ),
      })
      .describe('How far the writing back is.'),
    z
      .strictObject({
        event: z.literal('read').describe('How far the reading for the proof is.'),
        ...at,
        done_blocks: count.describe('Blocks that are read.'),
        total_blocks: count.describe('Blocks that are to be read.'),
      })
      .describe('How far the reading for the proof is.'),
    z
      .strictObject({ event: z.literal('note').describe('Something worth knowing.'), ...noteSchema.shape })
      .describe('Something worth knowing.'),
    z
      .strictObject({
        event: z.literal('undo').describe('Something is done to get back to a safe state after a failure.'),
        message: z.string().describe('What, in words.'),
      })
      .describe('Something is done to get back to a safe state after a failure.'),
    z
      .strictObject({
        event: z.literal('result').describe('The last line: it is removed.'),
        ...removeDocumentSchema.shape,
      })
      .describe('The last line: it is removed.'),
    z
      .strictObject({
        event: z.literal('undone').describe('The last line: the removal was taken back.'),
        ...removeUndoDocumentSchema.shape,
      })
      .describe('The last line: the removal was taken back.'),
    z
      .strictObject({ event: z.literal('error').describe('The last line: it failed.'), error: errorSchema })
      .describe('The last line: it failed.'),
  ])
  .describe('What happens during a removal, one event on each line.');
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
