import { z } from 'zod';
import type { WritecacheStatus } from '../table/index.js';

export const noteSchema = z.strictObject({
  code: z.string().describe('What is noted: a word for programs, which does not change.'),
  message: z.string().describe('The same in words.'),
});

const count = z.int().nonnegative();

/** The verbs that act on a live cache and leave its table as it is. */
export const CHANGE_ACTIONS = ['flush', 'clean', 'message', 'suspend', 'resume', 'stats-reset'] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** `wcache flush`, `clean`, `message`, `suspend`, `resume` and `stats reset` with `--json`. */
export const changeDocumentSchema = z
  .strictObject({
    name: z.string().describe('The mapping.'),
    action: z.enum(CHANGE_ACTIONS).describe('What was done, or would be with --dry-run.'),
    done: z.boolean().describe('False with --dry-run: nothing was done.'),
    changed: z.boolean().describe('False where it was so already, and nothing was to be done.'),
    commands: z.array(z.string()).describe('The dmsetup commands that were run, or would be.'),
    dirty_blocks_before: count.describe(
      'Blocks that were not free before it, as the status line counts them.',
    ),
    dirty_blocks_after: count.nullable().describe('The same after it; null with --dry-run.'),
    total_blocks: count.describe('Blocks of the cache.'),
    elapsed_ms: count.describe('How long it took, in milliseconds.'),
  })
  .describe('What a command did that acts on a live cache and leaves its table as it is.');
export type ChangeDocument = z.infer<typeof changeDocumentSchema>;

export interface Change {
  readonly name: string;
  readonly action: ChangeAction;
  readonly changed: boolean;
  readonly commands: readonly string[];
  readonly before: WritecacheStatus;
  /** Null where nothing was done. */
  readonly after: WritecacheStatus | null;
  readonly elapsedMs?: number;
}

export function changeDocument(change: Change): ChangeDocument {
  const { name, action, changed, commands, before, after, elapsedMs = 0 } = change;
  return {
    name,
    action,
    done: after !== null,
    changed,
    commands: [...commands],
    dirty_blocks_before: dirtyBlocks(before),
    dirty_blocks_after: after === null ? null : dirtyBlocks(after),
    total_blocks: before.total_blocks,
    elapsed_ms: Math.round(elapsedMs),
  };
}

export function dirtyBlocks({ total_blocks, free_blocks }: WritecacheStatus): number {
  return total_blocks - free_blocks;
}
