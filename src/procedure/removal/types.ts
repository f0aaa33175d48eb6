import type { Certificate, VerifyLevel } from '../../crosscheck/index.js';
import type { DrainProgress } from '../drain-meter.js';
import type { WritecacheStatus } from '../../table/index.js';

/** What becomes of the mapping: a linear one onto the origin, gone, or whatever suits how it is used. */
export type Ending = 'keep' | 'delete' | 'auto';

export interface RemovalRequest {
  /** Write back while I/O goes on, so that the suspend is short. */
  readonly drain: boolean;
  /** For the drain; null for no limit. */
  readonly timeoutMs: number | null;
  /** How long I/O may stand still for what the drain left over, as far as that can be foretold. */
  readonly maxStallMs: number;
  /** `auto` is `full` up to a size, else `sample`. */
  readonly verify: VerifyLevel | 'auto' | 'none';
  readonly invalidate: boolean;
  readonly ending: Ending;
  readonly overrides: readonly RemovalOverride[];
}

/** Words of `--override`, each named by the refusal that it overrides. */
export const REMOVAL_OVERRIDES = ['own-files'] as const;
export type RemovalOverride = (typeof REMOVAL_OVERRIDES)[number];

/** The steps in their order; a removal leaves out those that were not asked for. Stable: scripts and the journal name them. */
export const REMOVAL_STEPS = [
  'look',
  'evidence',
  'drain',
  'compare',
  'drain-again',
  'flush-on-suspend',
  'load',
  'suspend',
  'judge',
  'resume',
  'cross-check',
  'certificate',
  'record',
  'invalidate',
  'delete',
] as const;
export type RemovalStepId = (typeof REMOVAL_STEPS)[number];

/** One step as it is shown: what it is for, and the command or device write that it is. */
export interface RemovalStep {
  readonly id: RemovalStepId;
  /** From 1, among the steps of this removal. */
  readonly number: number;
  readonly title: string;
  /** A dmsetup command, or a device write in words; null for a look. */
  readonly command: string | null;
}

/** What a removal tells while it is under way, in order. */
export type RemovalEvent =
  | { readonly type: 'begin'; readonly step: RemovalStep }
  | { readonly type: 'done'; readonly step: RemovalStep; readonly detail: string | null }
  | { readonly type: 'failed'; readonly step: RemovalStep; readonly message: string }
  /** Of a drain. */
  | { readonly type: 'drain'; readonly step: RemovalStep; readonly progress: DrainProgress }
  /** Of reading: evidence, compare, cross-check. */
  | {
      readonly type: 'read';
      readonly step: RemovalStep;
      readonly doneBlocks: number;
      readonly totalBlocks: number;
    }
  | { readonly type: 'note'; readonly code: string; readonly message: string }
  /** What is done to get back to a safe state after a failure. */
  | { readonly type: 'undo'; readonly message: string };

export interface RemovalTimes {
  readonly totalMs: number;
  readonly drainMs: number;
  /** From before the suspend until after the resume: how long I/O stood still. 0 where there was none. */
  readonly stallMs: number;
  readonly verifyMs: number;
}

export interface RemovalNote {
  readonly code: string;
  readonly message: string;
}

export interface RemovalResult {
  readonly name: string;
  /** What is under the name now. */
  readonly ending: 'linear' | 'deleted';
  /** Whether an earlier, interrupted run was finished. */
  readonly resumed: boolean;
  readonly before: WritecacheStatus | null;
  readonly certificate: Certificate | null;
  readonly certificatePath: string | null;
  /** Where the superblock was kept before it was invalidated. */
  readonly backupPath: string | null;
  readonly times: RemovalTimes;
  readonly notes: readonly RemovalNote[];
}
