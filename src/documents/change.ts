import { z } from 'zod';
import type { WritecacheStatus } from '../table/index.js';

export const noteSchema = z.strictObject({ code: z.string(), message: z.string() });

/** The verbs that act on a live cache and leave its table as it is. */
export const CHANGE_ACTIONS = ['flush', 'clean', 'message', 'suspend', 'resume', 'stats-reset'] as const;
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];

/** `wcache flush`, `clean`, `message`, `suspend`, `resume` and `stats reset` with `--json`. */
export const changeDocumentSchema = z.strictObject({
  name: z.string(),
  action: z.enum(CHANGE_ACTIONS),
  /** False after `--dry-run`. */
  done: z.boolean(),
  /** False where it was so already. */
  changed: z.boolean(),
  /** The commands that were, or would be, run. */
  commands: z.array(z.string()),
  dirty_blocks_before: z.int().nonnegative(),
  /** Null after `--dry-run`. */
  dirty_blocks_after: z.int().nonnegative().nullable(),
  total_blocks: z.int().nonnegative(),
  elapsed_ms: z.int().nonnegative(),
});
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
