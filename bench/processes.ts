import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../test/lab/project.js';
import { withoutCertificates } from './terminal.js';

/** The command line of a wcache. */
export function wcache(...words: readonly string[]): string[] {
  return [process.execPath, join(projectDirectory, 'bin/wcache.cjs'), ...words];
}

/** Runs a command to its end, and tells its milliseconds as its parent sees them. */
export function processMs([program = '', ...words]: readonly string[]): number {
  const start = performance.now();
  const { status, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: withoutCertificates(),
  });
  const taken = performance.now() - start;
  if (error !== undefined) throw error;
  if (status !== 0) {
    throw new Error(`${[program, ...words].join(' ')} ended with ${String(status)}: ${stderr}`);
  }
  return taken;
}

export interface Taken {
  readonly wallMs: number;
  /** Of the processor, for the program and for the kernel. */
  readonly cpuMs: number;
  /** The most memory of any one process. */
  readonly peakBytes: number;
  readonly stdout: string;
}

export interface RunOptions {
  /** Bound to one processor. */
  readonly onOne?: boolean;
  /** A file for what it prints, instead of here. */
  readonly into?: string;
  /** Exit statuses that are right besides 0. */
  readonly statuses?: readonly number[];
}

/** Starts processes and measures them, by our C program `run`: a process that is itself small, and asks the kernel. */
export class Processes {
  readonly #run: string;
  readonly #result: string;

  /** @param folder for its result */
  constructor(run: string, folder: string) {
    this.#run = run;
    this.#result = join(folder, 'taken.json');
  }

  take(words: readonly string[], { onOne = false, into, statuses = [] }: RunOptions = {}): Taken {
    const output = into === undefined ? 'pipe' : openSync(into, 'w');
    const { status, stdout, stderr } = spawnSync(
      this.#run,
      [...(onOne ? ['-1'] : []), this.#result, ...words],
      {
        encoding: 'utf8',
        env: withoutCertificates(),
        stdio: ['ignore', output, 'pipe'],
        maxBuffer: Infinity,
      },
    );
    if (output !== 'pipe') closeSync(output);
    if (status !== 0 && !statuses.includes(status ?? -1)) {
      throw new Error(`${words.join(' ')} ended with ${String(status)}: ${stderr}`);
    }
    const { wallNs, userUs, systemUs, peakKiB } = JSON.parse(readFileSync(this.#result, 'utf8')) as Record<
      'wallNs' | 'userUs' | 'systemUs' | 'peakKiB',
      number
    >;
    return {
      wallMs: wallNs / 1e6,
      cpuMs: (userUs + systemUs) / 1e3,
      peakBytes: peakKiB * 1024,
      stdout: into === undefined ? stdout : '',
    };
  }
}
