import { execa } from 'execa';
import { NotPossibleHereError, OperationError } from './errors.js';

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface ProgramOptions {
  /** Exit statuses that are an answer rather than a failure; 0 always is. */
  readonly acceptStatus?: readonly number[];
  /** Ends the program after this long. Leave it out where the kernel may rightly take hours. */
  readonly timeLimitMs?: number;
  readonly input?: string;
}

/**
 * Runs a program with its arguments as they are (no shell) in the C locale, and returns what it printed.
 * The only place in wcache that starts a process; a lint rule keeps it so.
 *
 * @throws {@link NotPossibleHereError} `program-missing` when it is not installed.
 * @throws {@link OperationError} `program-failed` with its own words when it ends with another status.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  // Operators' root shells often lack the sbin folders, where dmsetup, blkid and wipefs live.
  const searchPath = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;
  const result = await execa(program, [...args], {
    reject: false,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.timeLimitMs === undefined ? {} : { timeout: options.timeLimitMs }),
    env: { LC_ALL: 'C', PATH: searchPath },
  });
  if (result.code === 'ENOENT') {
    throw new NotPossibleHereError(`The program ${program} is not installed on this machine.`, {
      code: 'program-missing',
      hint: `Install the package that brings ${program} and try again.`,
      cause: result,
    });
  }
  const status = result.exitCode;
  if (status === undefined || (status !== 0 && !options.acceptStatus?.includes(status))) {
    const printed = result.stderr.trim();
    const ownWords = printed === '' ? (result.shortMessage ?? 'it did not say why') : printed;
    throw new OperationError(`${program} failed: ${ownWords}`, {
      code: 'program-failed',
      hint: `The command was: ${[program, ...args].join(' ')}`,
      cause: result,
    });
  }
  return { stdout: result.stdout, stderr: result.stderr, status };
}
