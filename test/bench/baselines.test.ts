import { mkdtempSync, openSync, rmSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, inspectAnswer } from '../../bench/answers.js';
import { classifyImage } from '../../bench/classify.js';
import { compile, type Compiled } from '../../bench/compiled.js';
import { ORIGIN_BYTES, writeImage, type Content } from '../../bench/image.js';
import { Processes } from '../../bench/processes.js';
import { withDevice } from '../../src/device/index.js';
import { dataOffsetBytes, inspectDocument } from '../../src/documents/inspect.js';
import { encodeEntry, ENTRY_BYTES, SUPERBLOCK_BYTES, type Entry } from '../../src/format/index.js';
import { inspect, requireEntries, selectEntries } from '../../src/scan/index.js';
import { EntryLines } from '../../src/ui/entry-lines.js';

/** More than the C programs read at once, and no whole number of that. */
const N_BLOCKS = 70_001;
const CONTENTS: readonly Content[] = ['mixed', 'draws', 'permutation', 'free', 'zeros'];

let folder: string;
let image: string;
let programs: Compiled;
let processes: Processes;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcache-baselines-'));
  image = join(folder, 'cache.img');
  programs = compile(folder);
  processes = new Processes(programs.run, folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function ourAnswer() {
  return withDevice(image, { access: 'read' }, async (device) =>
    inspectAnswer(JSON.stringify(inspectDocument(await inspect(device), []))),
  );
}

function ourLines(): Promise<string> {
  return withDevice(image, { access: 'read' }, async (device) => {
    const inspection = requireEntries(await inspect(device));
    const { blockSize, nBlocks } = inspection.geometry;
    const dataStartBytes = dataOffsetBytes(inspection, 0);
    const lines = new EntryLines({ format: 'csv', dataStartBytes, blockSize, nBlocks });
    let text = lines.title;
    for await (const batch of selectEntries(device, inspection, {})) {
      text += Buffer.from(lines.lines(batch)).toString('latin1');
    }
    return text;
  });
}

function writeEntries(entries: readonly Entry[]): void {
  const fd = openSync(image, 'r+');
  entries.forEach((entry, index) =>
    writeSync(fd, encodeEntry(entry), 0, ENTRY_BYTES, SUPERBLOCK_BYTES + index * ENTRY_BYTES),
  );
  closeSync(fd);
}

describe('the C baselines', () => {
  it.each(CONTENTS)('find in the image "%s" what wcache finds', async (content) => {
    writeImage(image, N_BLOCKS, content);
    const { repeats, identical, ...ours } = await ourAnswer();
    expect(answerOf(processes, [programs.scan, image])).toMatchObject(ours);
    expect(answerOf(processes, [programs.copies, image, String(ORIGIN_BYTES)])).toMatchObject({
      ...ours,
      repeats,
    });
    expect(answerOf(processes, [programs.judge, image, String(ORIGIN_BYTES)])).toMatchObject({
      ...ours,
      repeats,
      identical,
    });
  });

  it.each(CONTENTS)('classify the image "%s" as both kernels do', async (content) => {
    writeImage(image, N_BLOCKS, content);
    const { ns, ...theirs } = answerOf(processes, [programs.scan, image]);
    expect(ns).toBeGreaterThan(0);
    expect(await classifyImage(image, 'wasm')).toEqual(theirs);
    expect(await classifyImage(image, 'plain')).toEqual(theirs);
  });

  it('are given what they are told they are', async () => {
    writeImage(image, N_BLOCKS, 'mixed');
    const { free, committed, uncommitted, repeats } = await ourAnswer();
    expect([free, committed, uncommitted].map((count) => Math.round((count / N_BLOCKS) * 20))).toEqual([
      2, 9, 9,
    ]);
    expect(repeats).toBe(0);
    writeImage(image, N_BLOCKS, 'draws');
    expect((await ourAnswer()).repeats).toBeGreaterThan(0);
    writeImage(image, N_BLOCKS, 'zeros');
    expect((await ourAnswer()).repeats).toBe(N_BLOCKS - 1);
  });

  it('print the same bytes', async () => {
    writeImage(image, N_BLOCKS, 'mixed');
    const most = 2n ** 64n - 1n;
    writeEntries([
      { original_sector: most, seq_count: most },
      { original_sector: most - 1n, seq_count: most - 1n },
      { original_sector: 0n, seq_count: 2n ** 53n + 1n },
      { original_sector: 2n ** 40n, seq_count: 0n },
    ]);
    expect(processes.take([programs.csv, image]).stdout).toBe(await ourLines());
  });
});

describe('what a process takes', () => {
  it('is its own, and its status is kept', () => {
    const words = [process.execPath, '-e', 'Buffer.alloc(2 ** 28, 1); process.exitCode = 6'];
    const taken = processes.take(words, { statuses: [6] });
    expect(taken.peakBytes).toBeGreaterThan(2 ** 28);
    expect(taken.cpuMs).toBeGreaterThan(0);
    expect(() => processes.take(words)).toThrow('ended with 6');
    expect(processes.take(['true']).peakBytes).toBeLessThan(2 ** 25);
  });

  it('can be kept to one processor', () => {
    const words = [process.execPath, '-p', 'os.availableParallelism()'];
    expect(processes.take(words, { onOne: true }).stdout).toBe('1\n');
  });
});
