import type {
  Certificate,
  Comparison,
  Evidence,
  VerifyLevel,
  WindowReading,
} from '../../crosscheck/index.js';
import type { DiskActivity } from '../../device/disk-activity.js';
import type { DeviceMapper, LiveCache, SuspendGuard } from '../../dm/index.js';
import type { TargetLine } from '../../table/index.js';
import type { RemovalEnvironment } from './environment.js';
import type { Journal } from './journal.js';
import type { RemovalEvent, RemovalNote, RemovalRequest, RemovalStep } from './types.js';

/** What a removal hears from outside while it runs. */
export interface RemovalOptions {
  /** Stops it where it may stop; what comes after the suspend is done to the end of the resume. */
  readonly signal?: AbortSignal | undefined;
  readonly observe?: ((event: RemovalEvent) => void | Promise<void>) | undefined;
}

/** How many blocks were written to and discarded from a mapping since its table came up. */
export interface WriteCount {
  readonly writes: bigint;
  /** Of those, the ones that went around the cache. */
  readonly around: bigint;
  readonly discards: bigint;
}

/** A mapping that a removal is about, by what stays true when its table has changed. */
export interface RemovalSubject {
  /** The kernel's name of it, and as people write it. */
  readonly mapping: string;
  readonly name: string;
  /** As it is typed in a shell. */
  readonly typed: string;
  readonly originNumber: string;
  readonly cacheNumber: string;
  readonly startSector: bigint;
  readonly mode: 'p' | 's';
  /** The line that maps the origin alone. */
  readonly linear: TargetLine;
}

/** What the steps of one removal have in common. */
export interface RemovalContext {
  readonly dm: DeviceMapper;
  readonly environment: RemovalEnvironment;
  readonly subject: RemovalSubject;
  readonly request: RemovalRequest;
  options: RemovalOptions;
  /** The writecache as it was looked at; null where an earlier run has replaced it already. */
  readonly cache: LiveCache | null;
  journal: Journal;

  evidence: Evidence | null;
  comparison: Comparison | null;
  /** The metadata as it was right before the suspend; null where it is too large, or not asked for. */
  metadataBefore: Uint8Array | null;
  /** Counted before that was read. */
  writesAtLoad: WriteCount | null;
  window: WindowReading | null;
  /** When the evidence was taken; null where the target does not count or an earlier run took it. */
  writesAtEvidence: WriteCount | null;
  writesAtSuspend: WriteCount | null;
  activityAtSuspend: DiskActivity | null;
  guard: SuspendGuard | null;
  /** By the clock of `performance`. */
  suspendedAtMs: number;
  /** At which the drains wrote back at best; null before one had something to do. */
  blocksPerSecond: number | null;
  /** So many were written back at once in no more than the stall that is allowed. */
  fittingBlocks: number;
  /** The kernel holds up whoever touches the mapping, for good. */
  isHung: boolean;
  readonly times: { drainMs: number; stallMs: number; verifyMs: number };
  certificate: Certificate | null;
  certificatePath: string | null;
  backupPath: string | null;
  ending: 'linear' | 'deleted';
  readonly notes: RemovalNote[];
}

/** A step with what it does; it returns what there is to tell of it. */
export interface RunnableStep extends RemovalStep {
  readonly run: (step: RemovalStep) => Promise<string | null>;
}

export async function tell(context: RemovalContext, event: RemovalEvent): Promise<void> {
  await context.options.observe?.(event);
}

export async function note(context: RemovalContext, code: string, message: string): Promise<void> {
  context.notes.push({ code, message });
  await tell(context, { type: 'note', code, message });
}

/** How much is compared, in a step that compares something. */
export function levelOf({ verify }: RemovalRequest): VerifyLevel {
  return verify === 'none' || verify === 'auto' ? 'metadata' : verify;
}

/** The cache that a step before the resume works on. */
export function cacheOf({ cache }: RemovalContext): LiveCache {
  if (cache === null) throw new Error('a step that needs the writecache was run without one');
  return cache;
}
