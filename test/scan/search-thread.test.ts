import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { FileDevice } from '../../src/device/file-device.js';
import { InterruptedError, OperationError, WrongDeviceError } from '../../src/errors.js';
import type { ScanProgress } from '../../src/scan/chunks.js';
import { takeNotes, type SearchQuestion } from '../../src/scan/copy-search.js';
import { JudgedCopies } from '../../src/scan/judged-copies.js';
import { SearchThread, allDone, type ThreadMessage, type ThreadWork } from '../../src/scan/search-thread.js';
import { expectRejection, makeImage } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'wcache-thread-'));
const path = join(folder, 'cache');
const N_BLOCKS = 200_000;
// Each block twice: the entries with even numbers lose.
writeFileSync(
  path,
  makeImage({
    blockSize: 512,
    seqCount: 10n,
    entries: Array.from({ length: N_BLOCKS }, (_, index) => [BigInt(index >> 1), BigInt(index & 1)] as const),
  }),
);
const fd = openSync(path, 'r');
afterAll(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  vi.doUnmock('node:worker_threads');
  vi.resetModules();
});

const search: SearchQuestion = {
  ...{ seqCount: 10n, blockSize: 512, nBlocks: N_BLOCKS, noteFrom: 2n ** 64n - 1n, part: 0, parts: 1 },
  ...{ baseBytes: 32 << 20, mostBytes: 32 << 20, kernel: undefined },
};

/** The device, or one that promises to be longer than it is. */
function device(lengthBytes = 64 + 16 * N_BLOCKS): FileDevice {
  return new FileDevice({ fd, name: 'cache', sizeBytes: BigInt(lengthBytes), access: 'read' });
}

describe('a search thread', () => {
  it('finds what there is to find', async () => {
    const copies = new JudgedCopies(true);
    const question = { device: device(), startBytes: 0n, nBlocks: N_BLOCKS, blockSize: 512, seqCount: 10n };
    const thread = new SearchThread(search, question, copies);
    expect(await thread.result).toEqual(new Uint32Array());
    expect(copies).toMatchObject({ stale: N_BLOCKS / 2, identical: 0 });
    expect(copies.staleExamples[7]).toEqual({ index: 14, original_sector: 7n, seq_count: 0n });
    await thread.end();
  });

  it('fails as its device does', async () => {
    const long = { startBytes: 1n << 40n, nBlocks: N_BLOCKS, blockSize: 512, seqCount: 10n };
    const thread = new SearchThread(search, { ...long, device: device(2 ** 41) }, new JudgedCopies(true));
    await expectRejection(thread.result, WrongDeviceError, 'device-ended', /cache/);
    await thread.end();
  });

  it('is missed where it is ended before its time', async () => {
    const question = { device: device(), startBytes: 0n, nBlocks: N_BLOCKS, blockSize: 512, seqCount: 10n };
    const thread = new SearchThread(search, question, new JudgedCopies(true));
    await thread.end();
    await expect(thread.result).rejects.toThrow(/ended before/);
  });

  it('cannot be had where another thread could not read', () => {
    const direct = new FileDevice({ fd, name: 'disk', sizeBytes: 1n, access: 'read', direct: true });
    const question = { device: direct, startBytes: 0n, nBlocks: 1, blockSize: 512, seqCount: 1n };
    expect(() => new SearchThread(search, question, new JudgedCopies(true))).toThrow(/disk/);
  });
});

describe('its program', () => {
  /** Runs it in this thread; returns what it says. */
  async function run(work: ThreadWork): Promise<ThreadMessage[]> {
    const said: ThreadMessage[] = [];
    const parentPort = { postMessage: (message: ThreadMessage) => said.push(structuredClone(message)) };
    vi.doMock('node:worker_threads', () => ({ parentPort, workerData: work }));
    await import('../../src/scan/search-worker.js');
    return said;
  }

  const work: ThreadWork = {
    device: { fd, name: 'cache', sizeBytes: BigInt(64 + 16 * N_BLOCKS) },
    ...{ startBytes: 0n, nBlocks: N_BLOCKS, search },
  };

  it('says what it notes, and in the end how many copies lose', async () => {
    const said = await run(work);
    expect(said.at(-1)).toEqual({
      kind: 'done',
      stale: N_BLOCKS / 2,
      identical: 0,
      leftOut: new Uint32Array(),
    });
    const copies = new JudgedCopies(true);
    for (const message of said) if (message.kind === 'notes') takeNotes(message.notes, copies);
    expect(copies.staleExamples.map(({ index }) => index)).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
  });

  it('says how far it is', async () => {
    const now = vi.spyOn(performance, 'now');
    let at = 0;
    now.mockImplementation(() => (at += 50));
    const told = (await run(work)).filter(({ kind }) => kind === 'progress');
    now.mockRestore();
    expect(told.length).toBeGreaterThan(3);
  });

  it('says why it failed', async () => {
    const said = await run({
      ...work,
      device: { ...work.device, sizeBytes: 2n ** 41n },
      startBytes: 2n ** 40n,
    });
    expect(said).toMatchObject([{ kind: 'failed', code: 'device-ended', exitStatus: 4 }]);
  });
});

describe('waiting for threads', () => {
  class Fake {
    onProgress: ((progress: ScanProgress) => void) | undefined;
    resolve: (leftOut: Uint32Array) => void = () => undefined;
    reject: (error: Error) => void = () => undefined;
    readonly result = new Promise<Uint32Array>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  function fakes(): { readonly fakes: readonly [Fake, Fake]; readonly threads: SearchThread[] } {
    const both = [new Fake(), new Fake()] as const;
    return { fakes: both, threads: both as unknown as SearchThread[] };
  }

  it('tells the progress of the one that has most left', async () => {
    const { fakes: both, threads } = fakes();
    const told: number[] = [];
    const done = allDone(threads, { onProgress: ({ doneBytes }) => told.push(doneBytes) });
    both[0].onProgress?.({ doneBytes: 5, totalBytes: 10 });
    both[1].onProgress?.({ doneBytes: 9, totalBytes: 10 });
    both[0].resolve(Uint32Array.of(1));
    await both[0].result;
    both[1].onProgress?.({ doneBytes: 10, totalBytes: 10 });
    both[1].resolve(Uint32Array.of(2));
    expect(await done).toEqual([Uint32Array.of(1), Uint32Array.of(2)]);
    expect(told).toEqual([5, 5, 10]);
  });

  it('ends with the signal, and with the first that fails', async () => {
    const { threads } = fakes();
    await expectRejection(
      allDone(threads, { signal: AbortSignal.abort() }),
      InterruptedError,
      'interrupted',
      /interrupted/,
    );
    const controller = new AbortController();
    const waiting = allDone(threads, { signal: controller.signal });
    controller.abort();
    await expectRejection(waiting, InterruptedError, 'interrupted', /interrupted/);
    const other = fakes();
    other.fakes[1].reject(new OperationError('It failed.', { code: 'io-error' }));
    await expectRejection(allDone(other.threads, {}), OperationError, 'io-error', /failed/);
  });
});
