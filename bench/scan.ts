import { deepStrictEqual } from 'node:assert/strict';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { alignedBuffer } from '../src/device/index.js';
import { answerOf } from './answers.js';
import { NO_COMPILER, type Bench } from './bench.js';
import { classifyImage, type KernelName } from './classify.js';
import { missing, row, speed, times, type Figure } from './figure.js';
import { writeImage } from './image.js';
import { inTurn, timed, type Contender } from './measure.js';

const WASM = 'scan, all classified, WebAssembly';
const READ = row('scan.read', WASM, 'aligned read alone', speed(0.55));
const C = row('scan.c', WASM, 'C scanner', speed(0.95));
const PLAIN = row('scan.plain', 'scan, all classified, plain TypeScript', 'C scanner', speed(0.2));

/**
 * How fast entries are read and classified, without a look for copies: a tenth free, half of the rest committed, in an order
 * that no processor foresees. All within a process, the C program by its own clock.
 */
export async function benchScan({ c, quick, memoryFolder }: Bench): Promise<Figure[]> {
  const nBlocks = quick ? 2 ** 22 : 2 ** 26;
  const image = join(memoryFolder, 'mixed.img');
  writeImage(image, nBlocks, 'mixed');
  try {
    const hasWasm = (await classifyImage(image, 'wasm')) !== null;
    if (c !== null) {
      const { ns, ...expected } = answerOf(c.processes, [c.programs.scan, image]);
      deepStrictEqual(
        { ns, ...(await classifyImage(image, hasWasm ? 'wasm' : 'plain')) },
        { ns, ...expected },
      );
    }
    const scan =
      (name: KernelName): Contender =>
      () =>
        timed(async () => {
          await classifyImage(image, name);
        });
    const taken = await inTurn(
      {
        wasm: hasWasm ? scan('wasm') : () => 0,
        plain: scan('plain'),
        read: () =>
          timed(() => {
            plainRead(image, nBlocks * 16);
          }),
        c: () => (c === null ? 0 : answerOf(c.processes, [c.programs.scan, image]).ns / 1e6),
      },
      { runs: 7, warmUp: true },
    );
    const noWasm = hasWasm ? null : 'WebAssembly does not run here';
    const noC = c === null ? NO_COMPILER : null;
    return [
      noWasm === null ? times(READ, taken.wasm, taken.read) : missing(READ, noWasm),
      (noWasm ?? noC) === null ? times(C, taken.wasm, taken.c) : missing(C, noWasm ?? noC ?? ''),
      noC === null ? times(PLAIN, taken.plain, taken.c) : missing(PLAIN, noC),
    ];
  } finally {
    rmSync(image);
  }
}

/** What a scan can't beat: the same bytes read once, into aligned memory, and not looked at. */
function plainRead(path: string, lengthBytes: number): void {
  const buffer = alignedBuffer(1 << 20);
  const fd = openSync(path, 'r');
  for (let at = 0; at < lengthBytes; at += buffer.length) {
    readSync(fd, buffer, 0, Math.min(buffer.length, lengthBytes - at), at);
  }
  closeSync(fd);
}
