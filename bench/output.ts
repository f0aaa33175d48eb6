import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { NO_COMPILER, type Bench } from './bench.js';
import { missing, row, speed, times, type Figure } from './figure.js';
import { writeImage } from './image.js';
import { inTurn } from './measure.js';
import { wcache } from './processes.js';

const WHAT = 'inspect --entries --format csv';
const FILE = row('output.file', `${WHAT}, to a file`, 'C, digits by hand', speed(0.5));
const PIPE = row('output.pipe', `${WHAT}, to a pipe`, 'C, digits by hand', speed(0.5));

/** Printing every entry. The C program prints the same bytes (test/bench), and nothing else: wcache inspects first. */
export async function benchOutput({ c, quick, memoryFolder }: Bench): Promise<Figure[]> {
  if (c === null) return [FILE, PIPE].map((each) => missing(each, NO_COMPILER));
  const { processes, programs } = c;
  const image = join(memoryFolder, 'printed.img');
  const file = join(memoryFolder, 'printed.csv');
  writeImage(image, quick ? 2 ** 21 : 2 ** 24, 'mixed');
  const ours = wcache('inspect', image, '--entries', '--format', 'csv');
  const theirs = [programs.csv, image];
  const toFile = (words: readonly string[]) => (): number => processes.take(words, { into: file }).wallMs;
  const toPipe = (words: readonly string[]) => (): number =>
    processes.take(['sh', '-c', '"$@" | cat >/dev/null', 'sh', ...words]).wallMs;
  try {
    const taken = await inTurn(
      {
        ourFile: toFile(ours),
        theirFile: toFile(theirs),
        ourPipe: toPipe(ours),
        theirPipe: toPipe(theirs),
      },
      { runs: 3 },
    );
    return [times(FILE, taken.ourFile, taken.theirFile), times(PIPE, taken.ourPipe, taken.theirPipe)];
  } finally {
    rmSync(image);
    rmSync(file, { force: true });
  }
}
