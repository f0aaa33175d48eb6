import { setTimeout as sleep } from 'node:timers/promises';
import type { Glance, MappedDevice, TableSlot } from '../../src/dm/index.js';
import { OperationError } from '../../src/errors.js';
import type { ModelMapper } from '../../src/model-dm/index.js';
import { parseStatus, type TargetLine, type TargetVersion } from '../../src/table/index.js';
import { FailingMapper } from '../procedure/failing-mapper.js';

export interface Staging {
  /** Each block of the model stands for so many. */
  readonly scale: number;
  /** Blocks of the model that a flush writes back in a second. */
  readonly flushedPerSecond: number;
  readonly clockMs: () => number;
}

interface Flushing {
  readonly untilMs: number;
  readonly lengthMs: number;
  /** Blocks of the model. */
  readonly blocks: number;
}

/**
 * The device-mapper of this process as a watcher meets one: questions may be slow or fail, numbers are as large as those of a
 * real cache, and a flush takes its time, which the model itself does at once.
 */
export class StagedMapper extends FailingMapper {
  /** The questions since this was emptied, each of which would be a process. */
  readonly questions: string[] = [];
  /** How long each question takes. */
  delayMs = 0;
  /** With which words every question fails; null while they are answered. */
  failure: string | null = null;
  /** A mapping's status to tell instead of its own, by name. */
  readonly garbage = new Map<string, string>();
  readonly #staging: Staging;
  readonly #flushing = new Map<string, Flushing>();

  constructor(inner: ModelMapper, staging: Staging) {
    super(inner);
    this.#staging = staging;
  }

  override list(): Promise<MappedDevice[]> {
    return this.#asks('list', () => this.inner.list());
  }

  override info(name: string): Promise<MappedDevice | null> {
    return this.#asks('info', () => this.inner.info(name));
  }

  override table(name: string, slot: TableSlot): Promise<TargetLine[]> {
    return this.#asks('table', () => this.inner.table(name, slot));
  }

  override status(name: string): Promise<TargetLine[]> {
    return this.#asks('status', async () => this.#staged(name, await this.inner.status(name)));
  }

  override tables(target: string, listed?: readonly MappedDevice[]): Promise<Map<string, TargetLine[]>> {
    return this.#asks('tables', () => this.inner.tables(target, listed));
  }

  override statuses(target: string, listed?: readonly MappedDevice[]): Promise<Map<string, TargetLine[]>> {
    return this.#asks('statuses', async () => this.#allStaged(await this.inner.statuses(target, listed)));
  }

  override glance(target: string, known: readonly MappedDevice[]): Promise<Glance | null> {
    return this.#asks('glance', async () => {
      const found = await this.inner.glance(target, known);
      return found && { ...found, statuses: this.#allStaged(found.statuses) };
    });
  }

  override targetVersion(target: string): Promise<TargetVersion | null> {
    return this.#asks('targetVersion', () => this.inner.targetVersion(target));
  }

  override async message(name: string, text: string, abandon?: AbortSignal): Promise<void> {
    const [line] = text === 'flush' ? await this.inner.status(name) : [];
    await super.message(name, text, abandon);
    if (line === undefined) return;
    const { total_blocks, free_blocks } = parseStatus(line.parameters);
    const blocks = total_blocks - free_blocks;
    const lengthMs = (blocks / this.#staging.flushedPerSecond) * 1000;
    this.#flushing.set(name, { blocks, lengthMs, untilMs: this.#staging.clockMs() + lengthMs });
    await sleep(lengthMs, undefined, abandon === undefined ? {} : { signal: abandon });
  }

  async #asks<T>(question: string, ask: () => Promise<T>): Promise<T> {
    this.questions.push(question);
    if (this.questions.length > 1000) this.questions.splice(0, 500);
    if (this.delayMs > 0) await sleep(this.delayMs);
    if (this.failure !== null) throw new OperationError(this.failure, { code: 'device-mapper-failed' });
    return ask();
  }

  #allStaged(statuses: ReadonlyMap<string, readonly TargetLine[]>): Map<string, TargetLine[]> {
    return new Map([...statuses].map(([name, lines]) => [name, this.#staged(name, lines)]));
  }

  #staged(name: string, lines: readonly TargetLine[]): TargetLine[] {
    return lines.map((line) => {
      if (line.target !== 'writecache') return line;
      const parameters = this.garbage.get(name) ?? this.#scaled(name, line.parameters);
      return { ...line, parameters };
    });
  }

  #scaled(name: string, parameters: string): string {
    const [error = '', total = '', free = '', writeback = '', ...counters] = parameters.split(' ');
    const left = Math.min(this.#leftToFlush(name), Number(free));
    const numbers = [total, Number(free) - left, Number(writeback) + Math.min(left, 64), ...counters];
    return [error, ...numbers.map((number) => Math.round(Number(number) * this.#staging.scale))].join(' ');
  }

  /** What a flush has not written back yet, as a kernel would tell it. */
  #leftToFlush(name: string): number {
    const flushing = this.#flushing.get(name);
    if (flushing === undefined) return 0;
    const leftMs = flushing.untilMs - this.#staging.clockMs();
    if (leftMs > 0) return flushing.blocks * (leftMs / flushing.lengthMs);
    this.#flushing.delete(name);
    return 0;
  }
}
