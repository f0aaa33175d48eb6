import { expect } from 'vitest';
import { certificateSchema } from '../../../src/crosscheck/index.js';
import type { Answered, Bench, LabCache } from '../live/bench.js';
import { expectNothingLost, Ledger } from '../live/ledger.js';
import { bootForRemovals, expectLinear, remove, resultOf, type Told } from './removal.js';

const BLOCKS = 50;

/**
 * The application writes all the time, and the machine of the tests may be slow: however little a drain has left, nobody
 * asks whether that could be written within the usual stall.
 */
export const PATIENT = ['--max-stall', '1m'];

/**
 * One cache and one application on it, whatever happens: removals of it are killed or fail, and when one has come to its end
 * the cache is put in front of the origin again, for the next.
 */
export class Site {
  readonly bench: Bench;
  readonly lab: LabCache;
  readonly #ledger: Ledger;
  #number = 0;

  private constructor(bench: Bench, lab: LabCache, ledger: Ledger) {
    this.bench = bench;
    this.lab = lab;
    this.#ledger = ledger;
  }

  static async prepare(): Promise<Site> {
    return Site.on(await bootForRemovals('uml-6.1'));
  }

  static async on(bench: Bench): Promise<Site> {
    const lab = await bench.cache('wc', { options: ['high_watermark', '100', 'low_watermark', '100'] });
    return new Site(bench, lab, await Ledger.start(bench, 'wc', BLOCKS, 'write', 1));
  }

  /**
   * The application writes from here on, and some of what it has written is only in the cache. If a test before has failed,
   * it finds the cache in its place all the same.
   */
  async writes(): Promise<void> {
    await this.bench.sh(
      `dmsetup resume wc-o; dmsetup resume wc; dmsetup table wc | grep -q writecache || { ${this.#putBack()}; }`,
    );
    this.#number += 1;
    await this.#ledger.phase(`write-${String(this.#number)}`, 0);
    const dirty = `dirty() { ! status_is wc '0 254 2[45]* *'; }`;
    await this.bench.sh(`${dirty}; until_so dirty`);
  }

  /** Every block is read once more, by whatever is under the application now. */
  async reads(): Promise<void> {
    await this.#ledger.phase(`read-${String(this.#number)}`, 1);
  }

  /** A removal comes to its end, the application reads everything from the origin, and the cache is put back. */
  async finish(words: readonly string[] = []): Promise<Told> {
    const finished = await remove(this.bench, 'wc', [...PATIENT, ...words]);
    const { certificate, certificate_path: path } = resultOf(finished);
    // The run before may have kept it already.
    const kept: unknown = JSON.parse(await this.bench.sh(`cat ${String(path)}`));
    if (certificate !== null) expect(kept).toEqual(certificate);
    expect(certificateSchema.parse(kept)).toMatchObject({ ok: true, blocks: { lost: 0 } });
    await this.finished();
    return finished;
  }

  undo(): Promise<Answered> {
    return this.bench.wcache('remove', 'wc', '--undo');
  }

  /** The same, where it has come to its end already. */
  async finished(): Promise<void> {
    await expectLinear(this.bench, this.lab);
    await this.reads();
    await this.bench.sh(`
      [ "$(ls /var/lib/wcache/removals | grep -vc 'certificate.json$')" = 0 ]
      ${this.#putBack()}
      status_is wc '0 *'`);
  }

  #putBack(): string {
    return `dmsetup load wc --table '${this.lab.table}'; dmsetup suspend wc; dmsetup resume wc`;
  }

  /** What wcache says of it to people, also where it is no writecache any more. */
  async status(): Promise<string> {
    return this.bench.sh('wcache status wc 2>&1 || true');
  }

  /** Ends the application: all the time it has read what it had written last. */
  async end(): Promise<void> {
    const reports = await this.#ledger.end();
    expectNothingLost(reports);
    expect(reports.reduce((sum, { writes }) => sum + writes, 0)).toBeGreaterThan(0);
    for (const { phase, write_errors, flush_errors } of reports) {
      expect({ phase, write_errors, flush_errors }).toEqual({ phase, write_errors: 0, flush_errors: 0 });
    }
    await this.bench.sh('dmsetup message wc 0 flush');
    expect(await this.#ledger.compare('/dev/mapper/wc-o')).toBe(`0 of ${String(BLOCKS)}`);
  }
}
