import { Worker } from 'node:worker_threads';
import type { SharedDevice } from '../device/block-device.js';
import { ExitStatus, InterruptedError, OperationError, WrongDeviceError } from '../errors.js';
import { packagedFile } from '../packaged.js';
import type { ScanOptions, ScanProgress } from './chunks.js';
import type { CountQuestion } from './count-entries.js';
import { takeNotes, type SearchQuestion } from './copy-search.js';
import type { JudgedCopies } from './judged-copies.js';

/** What the thread is given. */
export interface ThreadWork {
  readonly device: SharedDevice;
  readonly startBytes: bigint;
  readonly nBlocks: number;
  readonly search: SearchQuestion;
}

/** What the thread says. */
export type ThreadMessage =
  | { readonly kind: 'notes'; readonly notes: Uint8Array }
  | {
      readonly kind: 'done';
      readonly stale: number;
      readonly identical: number;
      readonly leftOut: Uint32Array;
    }
  | { readonly kind: 'progress'; readonly progress: ScanProgress }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly code: string;
      readonly hint: string | undefined;
      readonly exitStatus: ExitStatus;
    };

/** Another thread that searches its part of the origin blocks for copies, and adds them to those it was made with. */
export class SearchThread {
  /** The buckets that it left out. Throws what the device throws. */
  readonly result: Promise<Uint32Array>;
  /** Called with how far it is. */
  onProgress: ((progress: ScanProgress) => void) | undefined;
  readonly #worker: Worker;

  constructor(search: SearchQuestion, { device, startBytes, nBlocks }: CountQuestion, copies: JudgedCopies) {
    if (device.shared === undefined) throw new Error(`${device.name} can't be read by another thread`);
    const work: ThreadWork = { device: device.shared, startBytes, nBlocks, search };
    // None of the options of the process: they may be a debugger's or a test's.
    this.#worker = new Worker(packagedFile('dist/src/scan/search-worker.js'), {
      workerData: work,
      execArgv: [],
    });
    this.result = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'notes') {
          takeNotes(message.notes, copies);
        } else if (message.kind === 'done') {
          copies.stale += message.stale;
          copies.identical += message.identical;
          resolve(message.leftOut);
        } else if (message.kind === 'progress') {
          this.onProgress?.(message.progress);
        } else {
          const { code, hint, exitStatus } = message;
          const Failure = exitStatus === ExitStatus.wrongDevice ? WrongDeviceError : OperationError;
          reject(new Failure(message.message, hint === undefined ? { code } : { code, hint }));
        }
      });
      this.#worker.on('error', reject);
      this.#worker.on('exit', () => {
        reject(new Error('a thread of the scan ended before its work was done'));
      });
    });
    // The main thread meets the same failure, and may leave before it asks for this one.
    this.result.catch(() => undefined);
  }

  /** Stops it, whatever it is doing, and waits until it reads nothing any more. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/**
 * Waits for threads, and tells the progress of the one that is farthest behind. Throws as they do, and
 * {@link InterruptedError} when the signal fires.
 */
export async function allDone(
  threads: readonly SearchThread[],
  { signal, onProgress }: ScanOptions,
): Promise<Uint32Array[]> {
  const left = new Map<SearchThread, ScanProgress>();
  for (const thread of threads) {
    thread.onProgress = (progress): void => {
      left.set(thread, progress);
      const [slowest] = [...left.values()].sort((a, b) => remaining(b) - remaining(a));
      if (slowest !== undefined) onProgress?.(slowest);
    };
    thread.result.then(
      () => left.delete(thread),
      () => undefined,
    );
  }
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = (): void => {
      reject(new InterruptedError('Reading was interrupted.', { code: 'interrupted' }));
    };
  });
  stopped.catch(() => undefined);
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await Promise.race([Promise.all(threads.map(({ result }) => result)), stopped]);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function remaining({ doneBytes, totalBytes }: ScanProgress): number {
  return totalBytes - doneBytes;
}
