import { parentPort, workerData } from 'node:worker_threads';
import { FileDevice } from '../device/file-device.js';
import { WcacheError } from '../errors.js';
import type { ScanProgress } from './chunks.js';
import { CopySearch } from './copy-search.js';
import { JudgedCopies } from './judged-copies.js';
import { Passes } from './passes.js';
import type { ThreadMessage, ThreadWork } from './search-thread.js';

/* The program of a search thread: its part of the search, and what it finds as messages. */

function say(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

function onProgress(progress: ScanProgress): void {
  say({ kind: 'progress', progress });
}

async function search({ device, startBytes, nBlocks, search }: ThreadWork): Promise<void> {
  const copies = new JudgedCopies(true);
  const own = new CopySearch(search, copies, (notes) => {
    // A copy: the memory that they lie in is the kernel's.
    say({ kind: 'notes', notes: notes.slice() });
  });
  // Not closed here: the descriptor is the main thread's.
  const file = new FileDevice({ ...device, access: 'read' });
  const passes = new Passes({ device: file, startBytes, nBlocks }, { onProgress }, own.memory.buffers);
  for await (const run of passes.run()) own.take(run);
  const leftOut = await own.finish(() => passes.run());
  say({ kind: 'done', stale: copies.stale, identical: copies.identical, leftOut });
}

try {
  await search(workerData as ThreadWork);
} catch (error) {
  if (!(error instanceof WcacheError)) throw error;
  const { message, code, hint, exitStatus } = error;
  say({ kind: 'failed', message, code, hint, exitStatus });
}
