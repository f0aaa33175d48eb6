import { Worker } from 'node:worker_threads';
import type { SharedDevice } from '../device/block-device.js';
import { OperationError } from '../errors.js';
import { packagedFile } from '../packaged.js';
import type { CountQuestion } from './count-entries.js';
import { takeNotes, type SearchQuestion } from './copy-search.js';
import type { JudgedCopies } from './judged-copies.js';

/** What the thread is given. */
export interface ThreadWork {
  readonly device: SharedDevice;
  readonly startBytes: bigint;
  readonly nBlocks: number;
  readonly search: SearchQuestion;
  readonly wantsAll: boolean;
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
  | { readonly kind: 'failed'; readonly message: string; readonly code: string };

/** Another thread that searches its part of the origin blocks for copies, and adds them to those it was made with. */
export class SearchThread {
  /** The buckets that it left out. Throws {@link OperationError} where the device could not be read. */
  readonly result: Promise<Uint32Array>;
  readonly #worker: Worker;

  constructor(search: SearchQuestion, { device, startBytes, nBlocks }: CountQuestion, copies: JudgedCopies) {
    if (device.shared === undefined) throw new Error(`${device.name} can't be read by another thread`);
    const work: ThreadWork = {
      ...{ device: device.shared, startBytes, nBlocks, search, wantsAll: copies.wantsAll },
    };
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
        } else {
          reject(new OperationError(message.message, { code: message.code }));
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
