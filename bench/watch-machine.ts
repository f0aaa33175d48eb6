import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const DISK_COLUMN = 10;

/**
 * What wcache sees of a machine with many writecaches: a dmsetup that answers for them, what sysfs says of each, and
 * /proc/diskstats, whose counts grow. It is put in the place of this machine's own, for this process and those that it starts.
 */
export class PretendedMachine {
  readonly folder: string;
  readonly #caches: number;
  readonly #diskstats: number;
  readonly #path = process.env['PATH'] ?? '';
  readonly #mounted: string[] = [];
  #beats = 0;

  /** @param dmsetup the compiled stand-in of bench/c */
  constructor(folder: string, caches: number, dmsetup: string) {
    this.folder = folder;
    this.#caches = caches;
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    copyFileSync(dmsetup, join(programs, 'dmsetup'));
    chmodSync(join(programs, 'dmsetup'), 0o755);
    const uptime = readFileSync('/proc/uptime', 'utf8').split(' ')[0] ?? '';
    writeFileSync(join(programs, 'made'), `${String(caches)} ${uptime}\n`);
    this.#writeSysfs();
    this.#diskstats = openSync(join(folder, 'diskstats'), 'w');
    this.beat();
    this.#put(join(folder, 'sysfs'), '/sys/dev/block');
    this.#put(join(folder, 'diskstats'), '/proc/diskstats');
    process.env['PATH'] = `${programs}:${this.#path}`;
  }

  /** Puts this machine's own back. */
  end(): void {
    for (const where of this.#mounted) spawnSync('umount', [where]);
    closeSync(this.#diskstats);
    process.env['PATH'] = this.#path;
  }

  /** A second of I/O on all devices. Lines keep their places, so that a reader never sees half a file. */
  beat(): void {
    this.#beats += 1;
    const lines = [253, 254, 255].flatMap((major) =>
      Array.from({ length: this.#caches }, (_, minor) => this.#diskLine(major, minor)),
    );
    writeSync(this.#diskstats, lines.join(''), 0);
  }

  #diskLine(major: number, minor: number): string {
    const ios = this.#beats * (100 + minor) + major;
    const [reads, writes] = [ios, ios * 2];
    // Reads, merged, sectors, ms; writes the same; under way, busy ms, weighted ms; discards; flushes and their ms.
    const counts = [
      ...[reads, 0, reads * 8, reads, writes, 0, writes * 8, writes * 2],
      ...[3, this.#beats * 400, writes * 3, 0, 0, 0, 0, this.#beats, this.#beats * 2],
    ];
    const columns = counts.map((count) => String(count).padStart(DISK_COLUMN));
    return `${String(major)} ${String(minor).padStart(3)} d${String(major)}-${String(minor)} ${columns.join(' ')}\n`;
  }

  #writeSysfs(): void {
    for (let minor = 0; minor < this.#caches; minor += 1) {
      const name = `cache-${String(minor).padStart(2, '0')}`;
      for (const major of [253, 254, 255]) {
        const folder = join(this.folder, 'sysfs', `${String(major)}:${String(minor)}`);
        mkdirSync(join(folder, 'queue'), { recursive: true });
        writeFileSync(join(folder, 'queue/iostats'), '1\n');
        if (major !== 253) continue;
        mkdirSync(join(folder, 'dm'));
        writeFileSync(join(folder, 'dm/name'), `${name}\n`);
        writeFileSync(join(folder, 'dm/uuid'), `WCACHE-${String(minor).padStart(32, '0')}\n`);
        writeFileSync(join(folder, 'dm/suspended'), '0\n');
      }
    }
  }

  #put(what: string, where: string): void {
    const { status, stderr } = spawnSync('mount', ['--bind', what, where], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${where} could not be put aside: ${stderr}`);
    this.#mounted.push(where);
  }
}

/** Whether mounts are seen by this process and those that it starts only. */
export function hasOwnMounts(): boolean {
  return process.env['WCACHE_BENCH_MOUNTS'] === '1';
}

/** Runs this program once more with mounts of its own, which end with it. False where it has them, or can't have any. */
export function inOwnMounts(): boolean {
  if (hasOwnMounts() || spawnSync('unshare', ['--mount', 'true']).status !== 0) return false;
  const { status } = spawnSync('unshare', ['--mount', process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, WCACHE_BENCH_MOUNTS: '1' },
  });
  process.exitCode = status ?? 1;
  return true;
}
