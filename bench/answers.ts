import type { Processes } from './processes.js';

/** What the programs `scan`, `copies` and `judge` of bench/c answer; each only what it looks for. */
export interface Answer {
  /** From opening the image to the end. */
  readonly ns: number;
  readonly free: number;
  readonly committed: number;
  readonly uncommitted: number;
  /** Of what is committed. */
  readonly maxSector: string;
  readonly maxSeqCount?: string;
  /** Committed entries whose sector another one before had. */
  readonly repeats?: number;
  /** How often two copies had the same seq_count. */
  readonly identical?: number;
}

export function answerOf(processes: Processes, words: readonly string[]): Answer {
  return JSON.parse(processes.take(words).stdout) as Answer;
}

/** That of `wcache inspect --json` in the words of the C programs. */
export function inspectAnswer(document: string): Omit<Answer, 'ns'> {
  const { entries } = JSON.parse(document) as {
    entries: Record<'free' | 'committed' | 'uncommitted' | 'stale' | 'identical', number> & {
      max_original_sector: string | null;
    };
  };
  return {
    free: entries.free,
    committed: entries.committed,
    uncommitted: entries.uncommitted,
    maxSector: entries.max_original_sector ?? '0',
    repeats: entries.stale,
    identical: entries.identical,
  };
}
