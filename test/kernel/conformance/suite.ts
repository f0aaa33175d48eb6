import { Bench } from './bench.js';
import { GLANCE_CASES } from './glance-cases.js';
import { IDENTITY_CASES } from './identity-cases.js';
import { LIVE_CASES } from './live-cases.js';
import { LOAD_CASES } from './load-cases.js';
import { ERROR_CASES } from './error-cases.js';
import { SLOT_CASES } from './slot-cases.js';
import { SWAP_CASES } from './swap-cases.js';
import type { Platform } from './platform.js';

/** One thing that every device-mapper behind the port must do, of the kernel or of this process. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: (bench: Bench) => Promise<void>;
}

export interface CaseResult {
  readonly name: string;
  /** Why it failed; null if it did not. */
  readonly failure: string | null;
  /** All that was asked and answered. */
  readonly transcript: readonly string[];
  readonly milliseconds: number;
}

/** What mappings do is the same for both modes of a target, and is asked in ssd mode alone. */
export function casesFor(mode: 'p' | 's'): readonly ConformanceCase[] {
  const ofMappings = mode === 's' ? [...IDENTITY_CASES, ...GLANCE_CASES, ...SLOT_CASES] : [];
  return [...ofMappings, ...LOAD_CASES, ...LIVE_CASES, ...SWAP_CASES, ...ERROR_CASES];
}

/** Runs a case on a platform without mappings and with blank devices. */
export async function runCase(one: ConformanceCase, platform: Platform): Promise<CaseResult> {
  const bench = new Bench(platform);
  const started = performance.now();
  const failure = await one.run(bench).then(
    () => null,
    (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  return {
    name: one.name,
    failure,
    transcript: bench.transcript.lines,
    milliseconds: Math.round(performance.now() - started),
  };
}
