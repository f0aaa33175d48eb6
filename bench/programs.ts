import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alignedBuffer, openDevice } from '../src/device/index.js';
import { inspect } from '../src/scan/index.js';
import { table } from '../src/ui/table.js';
import { writeBenchImage } from './image.js';
import { targetMemory } from './memory.js';
import { compare, type Compared } from './measure.js';
import { bareWriter, targetWriter } from './target.js';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const ENTRIES = 4 << 20;

/** Runs Node with these arguments; NODE_EXTRA_CA_CERTS costs every start 80 ms and is nobody's doing. */
function node(...args: string[]): void {
  const env = { ...process.env };
  delete env['NODE_EXTRA_CA_CERTS'];
  spawnSync(process.execPath, args, { stdio: 'ignore', env });
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

async function inspectImage(path: string): Promise<void> {
  const device = openDevice(path, { access: 'read' });
  await inspect(device);
  device.close();
}

const WRITES = 200_000;

/** The reference target against nothing but the copies of its blocks; 200 000 writes, so that 2000 ms are 100 000 a second. */
async function compareWriters(mode: 'p' | 's'): Promise<Compared> {
  const [measured, bare] = [targetWriter(mode), bareWriter()];
  const what = `reference target, mode ${mode}, ${String(WRITES)} writes of 4 KiB`;
  return compare(
    what,
    'copying the blocks',
    () => {
      measured(WRITES);
    },
    () => {
      bare(WRITES);
    },
    5,
  );
}

async function measureAll(folder: string): Promise<Compared[]> {
  const results: Compared[] = [];
  const small = join(folder, 'small.img');
  const dense = join(folder, 'dense.img');
  const sparse = join(folder, 'sparse.img');
  writeBenchImage(small, 254, 1);
  writeBenchImage(dense, ENTRIES, 4);
  writeBenchImage(sparse, ENTRIES, 4096);
  const bare = (): void => {
    node('-e', '0');
  };
  const read = (path: string) => (): void => {
    plainRead(path, ENTRIES * 16);
  };
  results.push(
    await compare(
      'wcache --version',
      'node -e 0',
      () => {
        node(bin, '--version');
      },
      bare,
      9,
    ),
    await compare(
      'wcache inspect, small image',
      'node -e 0',
      () => {
        node(bin, 'inspect', small);
      },
      bare,
      9,
    ),
    await compare('inspect 4 Mi entries, origin 4x', 'plain read', () => inspectImage(dense), read(dense), 5),
    await compare(
      'inspect 4 Mi entries, origin 4096x',
      'plain read',
      () => inspectImage(sparse),
      read(sparse),
      5,
    ),
    await compare(
      'inspect --entries --format csv, 4 Mi',
      'plain read',
      () => {
        node(bin, 'inspect', dense, '--entries', '--format', 'csv');
      },
      read(dense),
      3,
    ),
    await compareWriters('s'),
    await compareWriters('p'),
  );
  return results;
}

/** What wcache costs beside what it cannot do without: its start, a scan, the reference target. */
export async function benchPrograms(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wcache-bench-'));
  let results: Compared[];
  try {
    results = await measureAll(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  process.stdout.write(
    `${table(
      [
        { title: 'what' },
        { title: 'against' },
        { title: 'ms', align: 'right' },
        { title: 'ms', align: 'right' },
        { title: 'ratio', align: 'right' },
      ],
      results.map(({ what, against, milliseconds, baselineMilliseconds, ratio }) => [
        what,
        against,
        milliseconds.toFixed(1),
        baselineMilliseconds.toFixed(1),
        ratio.toFixed(2),
      ]),
    )}\n`,
  );

  const memory = [targetMemory(64n << 30n, 500_000), targetMemory(1n << 40n, 500_000)];
  process.stdout.write(
    `\n${table(
      [{ title: 'memory of' }, { title: 'bytes an entry', align: 'right' }],
      memory.map(({ what, bytesPerBlock }) => [what, bytesPerBlock.toFixed(0)]),
    )}\n`,
  );
}
