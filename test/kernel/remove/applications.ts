import { expect } from 'vitest';
import { join } from 'node:path';
import { projectDirectory } from '../../lab/project.js';
import { LIVE, type Bench } from '../live/bench.js';
import { HERE } from './removal.js';

const LEDGER = join(projectDirectory, 'test/kernel/live/ledger.pl');
/** Blocks that are overwritten in place. */
const BLOCKS = 60;

/**
 * Two applications on a mounted file system: one overwrites the blocks of a file past the page cache (ledger.pl), one appends
 * to a log and replaces files (files.pl). Both sync, read back and keep books elsewhere of what was acknowledged.
 */
export class Applications {
  readonly #bench: Bench;
  readonly #mount: string;
  readonly #books: string;

  private constructor(bench: Bench, mount: string) {
    this.#bench = bench;
    this.#mount = mount;
    this.#books = `${LIVE}/books${mount.replaceAll('/', '-')}`;
  }

  /** They work when this returns. */
  static async start(bench: Bench, mount: string): Promise<Applications> {
    const started = new Applications(bench, mount);
    const books = started.#books;
    await bench.sh(`
      mkdir -p ${books}/ledger ${books}/files ${mount}/files
      dd if=/dev/zero of=${mount}/blocks bs=4k count=${String(BLOCKS)} conv=fsync status=none
      echo write >${books}/ledger/phase
      setsid perl ${LEDGER} run ${mount}/blocks ${String(BLOCKS)} ${books}/ledger </dev/null >${books}/ledger/log 2>&1 &
      setsid perl ${HERE}/files.pl run ${mount}/files ${books}/files </dev/null >${books}/files/log 2>&1 &`);
    await started.worked(5);
    return started;
  }

  /** Waits until so many more files were replaced. */
  async worked(rounds: number): Promise<void> {
    const at = `${this.#books}/files/at`;
    await this.#bench.sh(`
      begun=$(cat ${at} 2>/dev/null || echo 0)
      further() { [ "$(cat ${at} 2>/dev/null || echo 0)" -ge $((begun + ${String(rounds)})) ]; }
      until_so further || { cat ${this.#books}/*/log; exit 1; } >&2`);
  }

  /** Ends them, having read every block of the one once more; no read has given anything but what was written last. */
  async end(): Promise<void> {
    const { ledger, files } = { ledger: `${this.#books}/ledger`, files: `${this.#books}/files` };
    const printed = await this.#bench.sh(`
      touch ${files}/stop
      until_so [ -e ${files}/stopped ] || { cat ${files}/log >&2; exit 1; }
      echo end >${ledger}/next; mv ${ledger}/next ${ledger}/phase
      ended() { [ "$(cat ${ledger}/at)" = 'end 0' ]; }
      until_so ended
      cat ${files}/log ${ledger}/log ${ledger}/report`);
    const { writes, reads, ...faults } = JSON.parse(printed) as { writes: number; reads: number };
    expect(Math.min(writes, reads)).toBeGreaterThan(0);
    const nothing = { write_errors: 0, flush_errors: 0, read_errors: 0, fell: 0, stale: 0, examples: [] };
    expect(faults).toMatchObject(nothing);
  }

  /** Holds the file system, wherever it is mounted now, against the books. */
  async expectKept(mount = this.#mount): Promise<void> {
    const printed = await this.#bench.sh(`
      perl ${LEDGER} check ${mount}/blocks ${this.#books}/ledger
      perl ${HERE}/files.pl check ${mount}/files ${this.#books}/files`);
    expect(printed).toMatch(new RegExp(`^0 of ${String(BLOCKS)}\n\\d+ lines and \\d+ files$`));
  }
}

export interface FileSystem {
  readonly type: 'ext4' | 'xfs';
  /** It refuses to be smaller. */
  readonly mebibytes: number;
  readonly make: string;
  /** Fails where anything is not as it should be, and changes nothing. */
  readonly check: string;
}

export const FILE_SYSTEMS: readonly FileSystem[] = [
  { type: 'ext4', mebibytes: 32, make: 'mkfs.ext4 -q -b 4096', check: 'e2fsck -fn' },
  { type: 'xfs', mebibytes: 300, make: 'mkfs.xfs -q', check: 'xfs_repair -n' },
];
