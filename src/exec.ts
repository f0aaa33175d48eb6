import { execa } from 'execa';
import { NotPossibleHereError, OperationError } from './errors.js';

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** Operators' root shells often lack the sbin folders, where dmsetup, blkid and wipefs live. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Where programs are looked for: the folders of PATH, then the system's. An empty or relative element of PATH means
 * the folder that the user happens to be in, and a program from there must not run as root.
 */
export function programFolders(path: string | undefined): string {
  const own = (path ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...new Set([...own, ...SYSTEM_FOLDERS])].join(':');
}

/**
 * Runs a program with its arguments as they are (no shell) in the C locale, and returns what it printed.
 * The only place in wcache that starts a process; a lint rule keeps it so.
 *
 * @throws {@link NotPossibleHereError} `program-missing` when it is not installed.
 * @throws {@link OperationError} `program-failed` with its own words when it ends with another status than 0.
 */
export async function runProgram(program: string, args: readonly string[]): Promise<ProgramResult> {
  const result = await execa(program, [...args], {
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C', PATH: programFolders(process.env['PATH']) },
  });
  if (result.code === 'ENOENT') {
    throw new NotPossibleHereError(`The program ${program} is not installed on this machine.`, {
      code: 'program-missing',
      hint: `Install the package that brings ${program} and try again.`,
      cause: result,
    });
  }
  if (result.failed) {
    const printed = result.stderr.trim();
    const ownWords = printed === '' ? (result.shortMessage ?? 'it did not say why') : printed;
    throw new OperationError(`${program} failed: ${ownWords}`, {
      code: 'program-failed',
      hint: `The command was: ${[program, ...args].join(' ')}`,
      cause: result,
    });
  }
  return { stdout: result.stdout, stderr: result.stderr };
}
