import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleLog } from './console-log.js';
import { frameReader, joinWords, type Frame } from './frames.js';
import { GuestError } from './guest-error.js';
import { settlement, type Settlement } from './settlement.js';
import { startProcessGroup, type ProcessGroup } from './process-group.js';
import type { Machine } from './machine.js';
import type { Guest, RunOptions, RunResult } from './types.js';

/** Time limits of one engine: emulated processors need longer. */
export interface TimeLimits {
  readonly bootMs: number;
  readonly runMs: number;
  readonly shutdownMs: number;
}

interface PendingRun {
  readonly stdout: Buffer[];
  readonly stderr: Buffer[];
  readonly result: Settlement<RunResult>;
}

/** A machine that has been started; it is usable as a guest when `booted` has settled. */
export class RunningGuest implements Guest {
  kernelRelease = '';
  disks: readonly string[];
  pmem: readonly string[] = [];
  /** Settles when the agent takes commands; rejects when the machine dies before that or takes too long. */
  readonly booted: Promise<void>;

  readonly #label: string;
  readonly #limits: TimeLimits;
  readonly #scratch: string;
  readonly #group: ProcessGroup;
  readonly #console = new ConsoleLog();
  readonly #ready = settlement<undefined>();
  readonly #pending = new Map<number, PendingRun>();
  #lastRun = 0;
  #failure: GuestError | undefined;
  /** The end, once it has begun, whoever began it. */
  #end: Promise<void> | undefined;

  constructor(label: string, machine: Machine, scratch: string, limits: TimeLimits) {
    this.#label = label;
    this.#limits = limits;
    this.#scratch = scratch;
    this.disks = machine.disks ?? [];
    this.#group = startProcessGroup(machine.command, scratch, machine.environment);
    this.#console.follow(this.#group.stdout);
    this.#console.follow(this.#group.stderr);
    this.#listen();
    this.booted = this.#withinLimit(this.#ready.promise, limits.bootMs, 'did not finish booting').then(
      () => undefined,
    );
    void this.#group.ended.then((how) => {
      this.#giveUp(`ended by itself (${how})`);
    });
  }

  console(): string {
    return this.#console.text();
  }

  run(command: string, options: RunOptions = {}): Promise<RunResult> {
    if (this.#end !== undefined) {
      return Promise.reject(this.#failure ?? this.#error(`has been ended, it cannot run: ${command}`));
    }
    const id = ++this.#lastRun;
    const variables = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`);
    const words = joinWords([options.cwd ?? '/', command, ...variables]);
    const result = settlement<RunResult>();
    this.#pending.set(id, { stdout: [], stderr: [], result });
    this.#request(id, words, options.input).catch((error: unknown) => {
      this.#pending.delete(id);
      result.reject(
        new Error(`guest ${this.#label} could not be asked to run: ${command}`, { cause: error }),
      );
    });
    return this.#withinLimit(
      result.promise,
      options.timeoutMs ?? this.#limits.runMs,
      `did not finish: ${command}`,
    );
  }

  powerCut(): Promise<void> {
    this.#end ??= this.#destroy();
    return this.#end;
  }

  shutdown(): Promise<void> {
    this.#end ??= this.#powerOff();
    return this.#end;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #request(id: number, words: string, input: string | undefined): Promise<void> {
    if (input !== undefined) await writeFile(join(this.#scratch, `input.${String(id)}`), input);
    await writeFile(join(this.#scratch, `request.${String(id)}`), words);
    this.#group.channel.write(`run ${String(id)}\n`);
  }

  #listen(): void {
    const read = frameReader();
    this.#group.channel.on('data', (chunk: Buffer) => {
      try {
        for (const frame of read(chunk)) this.#take(frame);
      } catch (error) {
        this.#giveUp(`sent something unreadable: ${String(error)}`);
      }
    });
  }

  #take({ kind, id, data }: Frame): void {
    if (kind === 'ready') this.#takeReady(data.toString('utf8').split('\0'));
    else this.#takeOfRun(kind, id, data);
  }

  #takeReady([release = '', ...words]: readonly string[]): void {
    const named = (name: string): string[] =>
      words.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
    this.kernelRelease = release;
    if (this.disks.length === 0) this.disks = named('disk');
    this.pmem = named('pmem');
    this.#ready.resolve(undefined);
  }

  #takeOfRun(kind: string, id: number, data: Buffer): void {
    const run = this.#pending.get(id);
    if (run === undefined) return;
    if (kind === 'out') run.stdout.push(data);
    else if (kind === 'err') run.stderr.push(data);
    else if (kind === 'end') {
      this.#pending.delete(id);
      void this.#forget(id);
      const [stdout, stderr] = [run.stdout, run.stderr].map((chunks) =>
        Buffer.concat(chunks).toString('utf8'),
      );
      run.result.resolve({
        stdout: stdout ?? '',
        stderr: stderr ?? '',
        status: Number(data.toString('latin1')),
      });
    } else throw new Error(`unknown kind of frame: ${kind}`);
  }

  async #forget(id: number): Promise<void> {
    for (const name of [`request.${String(id)}`, `input.${String(id)}`]) {
      await rm(join(this.#scratch, name), { force: true });
    }
  }

  async #withinLimit<T>(work: Promise<T>, limitMs: number, complaint: string): Promise<T> {
    const timer = setTimeout(() => {
      this.#giveUp(`${complaint} (within ${String(limitMs / 1000)} s)`);
    }, limitMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The guest is lost: ends what is left of it and tells everybody who waits for it. */
  #giveUp(reason: string): void {
    if (this.#end !== undefined) return;
    this.#end = this.#destroy(reason);
    // Who waits for the guest learns of it by the rejections that #destroy sends.
    this.#end.catch(() => undefined);
  }

  async #powerOff(): Promise<void> {
    this.#group.channel.write('poweroff\n');
    const late = Symbol('late');
    const limit = this.#limits.shutdownMs;
    const outcome = await Promise.race([this.#group.ended, sleep(limit, late, { ref: false })]);
    await this.#destroy();
    if (outcome === late) throw this.#error(`did not power off (within ${String(limit / 1000)} s)`);
  }

  /** With a reason the guest was lost; without one it was ended on purpose. */
  async #destroy(reason?: string): Promise<void> {
    try {
      await this.#group.destroy();
      await rm(this.#scratch, { recursive: true, force: true });
    } finally {
      const failure = this.#error(reason ?? 'was ended while a command was under way');
      if (reason !== undefined) this.#failure = failure;
      this.#ready.reject(failure);
      for (const run of this.#pending.values()) run.result.reject(failure);
      this.#pending.clear();
    }
  }

  #error(reason: string): GuestError {
    return new GuestError(`guest ${this.#label} ${reason}`, this.console());
  }
}
