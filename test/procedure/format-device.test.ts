import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  FaultyDevice,
  MemoryDevice,
  RecordingDevice,
  type BlockDevice,
  type DeviceRecord,
} from '../../src/device/index.js';
import { InterruptedError, OperationError, WrongDeviceError } from '../../src/errors.js';
import { planFormat, planZero, runFormat } from '../../src/procedure/format-device.js';
import { inspect } from '../../src/scan/index.js';
import { DIRTY, imageBytes } from '../cli/images.js';

/** Formats a copy of an image and returns every write and flush, in order. */
async function record(
  before: Uint8Array,
  startSector: bigint,
  blockSize: number,
): Promise<readonly DeviceRecord[]> {
  const device = new RecordingDevice(new MemoryDevice(before.slice()));
  await runFormat(device, planFormat(device, startSector, blockSize));
  return device.records;
}

/** The writes between flushes: those of one group may reach the medium in any order, or not at all. */
function groups(records: readonly DeviceRecord[]): { offsetBytes: bigint; data: Uint8Array }[][] {
  const all: { offsetBytes: bigint; data: Uint8Array }[][] = [[]];
  for (const one of records) {
    if (one.op === 'flush') all.push([]);
    else if (one.op === 'write') all.at(-1)?.push(...inPieces(one));
    else throw new Error('a format discards nothing');
  }
  return all;
}

/** A device writes sectors whole, and the sectors of one write in any order. */
function inPieces({ offsetBytes, data }: { offsetBytes: bigint; data: Uint8Array }) {
  const pieces: { offsetBytes: bigint; data: Uint8Array }[] = [];
  for (let at = 0; at < data.length; at += 512) {
    pieces.push({ offsetBytes: offsetBytes + BigInt(at), data: data.subarray(at, at + 512) });
  }
  return pieces;
}

/** A device of 64 GiB. It keeps only what is not all ones: the first chunk of the metadata and the last one. */
function largeDevice(observe: (step: 'write' | 'flush') => void = () => undefined): BlockDevice {
  const memory = new MemoryDevice(1);
  const chunks = new Map<bigint, Uint8Array>();
  return {
    ...{ name: 'large', sizeBytes: 1n << 36n, logicalBlockSizeBytes: 512 },
    read: (target, offset) => {
      const kept = chunks.get(BigInt(offset));
      if (kept === undefined) target.fill(0xff);
      else target.set(kept.subarray(0, target.length));
    },
    write: (source, offset) => {
      observe('write');
      if (source[0] !== 0xff || source.at(-1) !== 0xff) chunks.set(BigInt(offset), source.slice());
    },
    flush: () => {
      observe('flush');
    },
    discard: memory.discard.bind(memory),
    close: memory.close.bind(memory),
  };
}

/** Makes every chunk seem to take so long that the event loop is served after it. */
function turnAfterEveryChunk(): void {
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 30));
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Has one of the flushes fail a turn of the event loop after it began; `failed` tells that it has. */
function failLater(device: BlockDevice, failingFlush: number, onBegin: () => void = () => undefined) {
  const seen = { failed: false };
  let flushes = 0;
  device.flushAsync = async () => {
    flushes += 1;
    if (flushes !== failingFlush) return;
    onBegin();
    await nextTurn();
    seen.failed = true;
    throw new OperationError('lost', { code: 'io-error' });
  };
  return seen;
}

/** What nobody handled, from now on to the end of the test. */
function unhandledRejections(): unknown[] {
  const reasons: unknown[] = [];
  const note = (reason: unknown): void => {
    reasons.push(reason);
  };
  process.on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('unhandledRejection', note);
  });
  return reasons;
}

describe('runFormat', () => {
  it.each([
    ['a blank device', new Uint8Array(1 << 18)],
    ['a clean cache', imageBytes({ sizeBytes: 1 << 18 })],
    ['a dirty cache that may go', imageBytes({ ...DIRTY, sizeBytes: 1 << 18 })],
    ['garbage', new Uint8Array(1 << 18).fill(0x5a)],
  ])('leaves %s blank, torn or finished whenever the power fails', async (what, before) => {
    const recorded = groups(await record(before, 0n, 4096));
    const wasDirty = what.includes('dirty');
    const states = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(recorded.length - 1),
        fc.infiniteStream(fc.boolean()),
        async (groupsDone, reached) => {
          const bytes = before.slice();
          recorded
            .slice(0, groupsDone)
            .flat()
            .forEach(({ offsetBytes, data }) => {
              bytes.set(data, Number(offsetBytes));
            });
          for (const { offsetBytes, data } of recorded[groupsDone] ?? []) {
            if (reached.next().value === true) bytes.set(data, Number(offsetBytes));
          }
          const found = await inspect(new MemoryDevice(bytes));
          states.add(found.state);
          // Before the first write has reached the medium, everything is still as it was.
          const untouched = groupsDone === 0 && bytes.every((byte, at) => byte === before[at]);
          if (untouched) return;
          expect(['blank', 'torn', 'clean']).toContain(found.state);
          if (found.state === 'clean' && groupsDone > 1) {
            expect(Number(found.entries?.free)).toBe(63);
          }
          const device = new MemoryDevice(bytes);
          await runFormat(device, planFormat(device, 0n, 4096));
          expect(bytes.subarray(0, 4096)).toEqual(imageBytes({ sizeBytes: 1 << 18 }).subarray(0, 4096));
        },
      ),
      { numRuns: 300 },
    );
    expect([...states]).toContain('blank');
    expect([...states]).toContain('torn');
    expect(wasDirty ? states.has('dirty') || states.size >= 3 : states.has('clean')).toBe(true);
  });

  it('fails at every operation with a clear error, and a second run finishes', async () => {
    const expected = imageBytes({ sizeBytes: 1 << 18, startSector: 8 });
    for (let operations = 0; ; operations += 1) {
      const memory = new MemoryDevice(new Uint8Array(1 << 18));
      const faulty = new FaultyDevice(memory, { failAfterOperations: operations });
      let failed = false;
      try {
        await runFormat(faulty, planFormat(faulty, 8n, 4096));
      } catch (error) {
        expect(error).toBeInstanceOf(OperationError);
        failed = true;
      }
      expect(['blank', 'torn', 'clean']).toContain((await inspect(memory, { startSector: 8n })).state);
      await runFormat(memory, planFormat(memory, 8n, 4096));
      expect(memory.bytes).toEqual(expected);
      if (!failed) {
        expect(operations).toBeGreaterThan(6);
        return;
      }
    }
  });

  it('stops where it is told to, in a state that is no cache', async () => {
    const device = new MemoryDevice(imageBytes({ sizeBytes: 1 << 24, blockSize: 512 }));
    const controller = new AbortController();
    const running = runFormat(device, planFormat(device, 0n, 512), { signal: controller.signal });
    controller.abort();
    await expect(running).rejects.toThrow(InterruptedError);
    expect((await inspect(device)).state).toBe('torn');
  });

  it('does not wait for a device that flushes for long when it is told to stop', async () => {
    const device: BlockDevice = new MemoryDevice(1 << 20);
    let flushes = 0;
    const controller = new AbortController();
    device.flushAsync = () => {
      flushes += 1;
      // The first is of the blank superblock; the second one never ends.
      if (flushes === 1) return Promise.resolve();
      setImmediate(() => {
        controller.abort();
      });
      return new Promise(() => undefined);
    };
    const running = runFormat(device, planFormat(device, 0n, 512), { signal: controller.signal });
    await expect(running).rejects.toThrow(InterruptedError);
    expect((await inspect(device)).state).toBe('torn');
  });

  it('fails where a flush that was waited for late has failed', async () => {
    const device: BlockDevice = new MemoryDevice(1 << 20);
    let flushes = 0;
    device.flushAsync = () => {
      flushes += 1;
      return flushes === 2
        ? Promise.reject(new OperationError('lost', { code: 'io-error' }))
        : Promise.resolve();
    };
    await expect(runFormat(device, planFormat(device, 0n, 512))).rejects.toThrow('lost');
    expect((await inspect(device)).state).toBe('torn');
  });

  it.each([
    ['the blanking flush', planFormat],
    ['the only flush of a plan that blanks', planZero],
  ])('does not wait for %s when it is told to stop', async (_what, planned) => {
    const device: BlockDevice = new MemoryDevice(imageBytes({ ...DIRTY, sizeBytes: 1 << 18 }));
    const controller = new AbortController();
    device.flushAsync = () => {
      setImmediate(() => {
        controller.abort();
      });
      return new Promise(() => undefined);
    };
    const running = runFormat(device, planned(device, 0n, 4096), { signal: controller.signal });
    await expect(running).rejects.toThrow(InterruptedError);
    expect((await inspect(device)).state).toBe('blank');
  });

  it.each([
    ['without a signal', undefined],
    ['with a signal that never comes', new AbortController().signal],
  ])('fails where a flush fails while it writes on, %s', async (_what, signal) => {
    const unhandled = unhandledRejections();
    turnAfterEveryChunk();
    let writesAfter = 0;
    const device = largeDevice(() => {
      if (flush.failed) writesAfter += 1;
    });
    const flush = failLater(device, 2);
    await expect(runFormat(device, planFormat(device, 0n, 4096), { signal })).rejects.toMatchObject({
      name: 'OperationError',
      code: 'io-error',
    });
    // It failed long before it was waited for.
    expect(writesAfter).toBeGreaterThan(10);
    expect(unhandled).toEqual([]);
  });

  it.each([
    ['the first flush', 1],
    ['a flush that it did not wait for yet', 2],
  ])('handles that %s fails after it was told to stop', async (_what, failingFlush) => {
    const unhandled = unhandledRejections();
    const controller = new AbortController();
    const device = largeDevice();
    const flush = failLater(device, failingFlush, () => {
      controller.abort();
    });
    const running = runFormat(device, planFormat(device, 0n, 4096), { signal: controller.signal });
    await expect(running).rejects.toThrow(InterruptedError);
    await nextTurn();
    await nextTurn();
    expect(flush.failed).toBe(true);
    expect(unhandled).toEqual([]);
  });

  it('flushes now and then while it writes much, and tells how far it is', async () => {
    const steps: string[] = [];
    const shares: number[] = [];
    turnAfterEveryChunk();
    const device = largeDevice((step) => {
      steps.push(step);
    });
    await runFormat(device, planFormat(device, 0n, 4096), {
      onProgress: ({ doneBytes, totalBytes }) => {
        shares.push(doneBytes / totalBytes);
      },
    });
    // 256 MiB in pieces of 1 MiB: no more than 64 of them between two flushes.
    const runs = steps.join(' ').split('flush');
    expect(runs.length).toBeGreaterThan(6);
    for (const run of runs) expect(run.split('write').length - 1).toBeLessThanOrEqual(64);
    expect(shares.length).toBeGreaterThan(100);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('notices a device that does not keep what is written', async () => {
    const memory = new MemoryDevice(1 << 18);
    const forgetful = new RecordingDevice(memory);
    forgetful.write = (source, offset) => {
      if (source.length > 64) {
        memory.write(
          source.map((byte) => byte & 0x7f),
          offset,
        );
      } else memory.write(source, offset);
    };
    await expect(runFormat(forgetful, planFormat(forgetful, 0n, 4096))).rejects.toMatchObject({
      code: 'verify-failed',
    });
  });

  it('touches nothing outside the metadata', async () => {
    const before = new Uint8Array(1 << 18).fill(0xab);
    const records = await record(before, 9n, 512);
    const end = 9n * 512n + 8192n;
    for (const one of records) {
      if (one.op !== 'write') continue;
      expect(one.offsetBytes).toBeGreaterThanOrEqual(9n * 512n);
      expect(one.offsetBytes + BigInt(one.data.length)).toBeLessThanOrEqual(end);
    }
  });
});

describe('plans', () => {
  it('refuse what no cache fits on', () => {
    expect(() => planFormat(new MemoryDevice(8191), 0n, 4096)).toThrow(WrongDeviceError);
    expect(() => planFormat(new MemoryDevice(8192), 1n, 4096)).toThrow(WrongDeviceError);
    expect(() => planFormat(new MemoryDevice(512), 100n, 512)).toThrow(/0 bytes from start sector 100/);
    expect(() => planZero(new MemoryDevice(512), 1n)).toThrow(WrongDeviceError);
  });
});
