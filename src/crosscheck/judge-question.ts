import type { BlockDevice } from '../device/index.js';
import type { VerifyLevel } from './certificate.js';
import type { Comparison } from './comparison.js';
import type { Evidence } from './evidence.js';
import type { WindowReading } from './window-reading.js';

export interface JudgedDevice {
  readonly device: BlockDevice;
  readonly path: string;
  /** By which it is known again (DeviceIdentity). */
  readonly ids: readonly string[];
}

/** Whether anything was written or discarded; `unknown` where nobody counted. */
export type WritesSince = 'none' | 'some' | 'unknown';

export interface JudgeQuestion {
  /** Of the mapping; null where only devices were named. */
  readonly name: string | null;
  readonly cache: JudgedDevice;
  readonly origin: JudgedDevice;
  readonly startSector: bigint;
  readonly mode: 's' | 'p';
  readonly level: VerifyLevel;
  readonly evidence: Evidence | null;
  readonly comparison: Comparison | null;
  readonly window: WindowReading | null;
  /** Through the mapping, from before the evidence was taken to the suspend. Discards count. */
  readonly writesSinceEvidence: WritesSince;
  /** To the origin, from the suspend until now. */
  readonly writesSinceSuspend: WritesSince;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBlocks: number, totalBlocks: number) => void) | undefined;
}
