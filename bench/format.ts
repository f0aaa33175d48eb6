import { closeSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { layOut } from '../src/format/index.js';
import { NO_COMPILER, type Bench } from './bench.js';
import { missing, row, speed, times, type Figure } from './figure.js';
import { inTurn } from './measure.js';
import { wcache, type Processes } from './processes.js';

const BLOCK_SIZE = 4096;

/** Writing the metadata of a cache of 1 TiB, 4 GiB, into a sparse file; dd writes the same bytes into another. */
export async function benchFormat({ c, quick, memoryFolder, diskFolder }: Bench): Promise<Figure[]> {
  const cacheBytes = quick ? 2 ** 37 : 2 ** 40;
  const onDisk = row(
    'format.disk',
    `format, ${String(cacheBytes / 2 ** 38)} GiB of metadata`,
    'dd conv=fsync',
    speed(0.8),
  );
  if (c === null) return [missing(onDisk, NO_COMPILER)];
  const layout = layOut(BigInt(cacheBytes), BLOCK_SIZE);
  if (!layout.ok) throw new Error('a cache fits there');
  const metadataBytes = Number(layout.geometry.dataOffsetBytes);
  const target = join(diskFolder, 'format.img');
  const source = join(memoryFolder, 'metadata.img');
  const { processes } = c;
  try {
    makeSparse(target, cacheBytes);
    format(processes, target);
    keepMetadata(processes, target, source, metadataBytes);
    const taken = await inTurn(
      {
        format: () => {
          makeSparse(target, cacheBytes);
          return format(processes, target);
        },
        dd: () => {
          makeSparse(target, cacheBytes);
          const words = ['dd', `if=${source}`, `of=${target}`, 'bs=1M', 'conv=fsync,notrunc', 'status=none'];
          return processes.take(words).wallMs;
        },
      },
      { runs: 3 },
    );
    return [times(onDisk, taken.format, taken.dd)];
  } finally {
    rmSync(target, { force: true });
    rmSync(source, { force: true });
  }
}

function format(processes: Processes, target: string): number {
  return processes.take(wcache('format', target, '--block-size', String(BLOCK_SIZE), '--yes')).wallMs;
}

/** Another file each time: to write into one that has its bytes already is something else. */
function makeSparse(path: string, sizeBytes: number): void {
  rmSync(path, { force: true });
  const fd = openSync(path, 'w');
  ftruncateSync(fd, sizeBytes);
  closeSync(fd);
}

/** The bytes that dd is to write, in memory, so that reading them costs little. */
function keepMetadata(processes: Processes, from: string, to: string, sizeBytes: number): void {
  const blocks = String(sizeBytes / BLOCK_SIZE);
  processes.take([
    'dd',
    `if=${from}`,
    `of=${to}`,
    `bs=${String(BLOCK_SIZE)}`,
    `count=${blocks}`,
    'status=none',
  ]);
}
