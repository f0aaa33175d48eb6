import { execa } from 'execa';
import { NotPossibleHereError, OperationError } from './errors.js';

/** Which packages of Debian have the programs that are not called as their packages are. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  flock: 'util-linux',
  modprobe: 'kmod',
  wipefs: 'util-linux',
};

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface ProgramOptions {
  /** Exit statuses that are an answer and no failure; only 0 unless told. */
  readonly acceptStatus?: readonly number[];
  /**
   * How long the program may take; without it there is no limit. Past it the program is told to end and no longer
   * waited for, because a process that the kernel holds up cannot be ended.
   */
  readonly timeoutMs?: number;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Open files that the program gets as 3, 4 and so on, and keeps open as long as it runs. */
  readonly descriptors?: readonly number[];
  /** Gives up waiting, and leaves the program to itself; the promise then rejects with the signal's reason. */
  readonly abandon?: AbortSignal | undefined;
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

/** A command as it would be typed: words with anything unusual in them are quoted. */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}

/**
 * Runs a program with its arguments as they are (no shell) in the C locale, and returns what it printed.
 * The only place in wcache that starts a process; a lint rule keeps it so. The program is in a process group of its
 * own: a Ctrl-C at the terminal is for wcache, which decides where a sequence may stop.
 *
 * @throws {@link NotPossibleHereError} `program-missing` when it is not installed.
 * @throws {@link OperationError} `program-failed` with its own words when it ends with another status than 0,
 *   `program-timeout` when it takes too long.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const { acceptStatus = [], timeoutMs, environment = {}, descriptors = [], abandon } = options;
  const line = shellLine([program, ...args]);
  abandon?.throwIfAborted();
  const running = execa(program, [...args], {
    reject: false,
    // execa takes open descriptors there; its types do not know it.
    stdio: ['ignore', 'pipe', 'pipe', ...descriptors] as unknown as ['ignore', 'pipe', 'pipe'],
    detached: true,
    cleanup: false,
    env: { ...environment, LC_ALL: 'C', PATH: programFolders(process.env['PATH']) },
  });
  const leave = (): void => {
    running.stdout.destroy();
    running.stderr.destroy();
    running.unref();
  };
  const result = await orLimit(running, timeoutMs, abandon, leave, () => {
    running.kill('SIGKILL');
    return timedOut(program, timeoutMs ?? 0, line);
  });
  if (result.code === 'ENOENT') {
    throw new NotPossibleHereError(`The program ${program} is not installed on this machine.`, {
      code: 'program-missing',
      hint: `Install it and try again; Debian's package is ${DEBIAN_PACKAGES[program] ?? program}.`,
      cause: result,
    });
  }
  const status = result.exitCode ?? -1;
  if (result.failed && !acceptStatus.includes(status)) {
    const printed = result.stderr.trim();
    const ownWords = printed === '' ? (result.shortMessage ?? 'it did not say why') : printed;
    throw new OperationError(`${program} failed: ${ownWords}`, {
      code: 'program-failed',
      hint: `The command was: ${line}`,
      cause: result,
    });
  }
  return { stdout: result.stdout, stderr: result.stderr, status };
}

/** A program that is talked with, line by line. */
export interface Conversation {
  /** The next line that it prints; null when it prints no more. */
  nextLine(): Promise<string | null>;
  /** Sends it a line. What it does not take any more is dropped. */
  say(line: string): void;
  readonly ended: Promise<ProgramResult>;
}

/**
 * Starts a program as {@link runProgram} does, and talks with it. It outlives this process; its standard input then ends.
 */
export function startProgram(
  program: string,
  args: readonly string[],
  { descriptors = [] }: Pick<ProgramOptions, 'descriptors'> = {},
): Conversation {
  const running = execa(program, [...args], {
    reject: false,
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors] as unknown as ['pipe', 'pipe', 'pipe'],
    detached: true,
    cleanup: false,
    env: { LC_ALL: 'C', PATH: programFolders(process.env['PATH']) },
  });
  running.stdin.on('error', () => undefined);
  const lines = running.iterable({ from: 'stdout' });
  return {
    nextLine: async () => {
      const next = await lines.next();
      return next.done === true ? null : next.value;
    },
    say: (line) => {
      running.stdin.write(`${line}\n`);
    },
    ended: running.then(({ stdout, stderr, exitCode }) => ({ stdout, stderr, status: exitCode ?? -1 })),
  };
}

/** A program that stays, so that a question which is asked every second does not cost the start of one each time. */
export interface Answerer {
  /**
   * Sends a line, and returns all that the program prints until a line that begins with `ends`, and that line's rest. null where
   * the program has ended: it answers no more. One question at a time.
   *
   * @throws {@link OperationError} `program-timeout`; the program is ended then.
   */
  ask(line: string, ends: string, timeoutMs: number): Promise<{ text: string; rest: string } | null>;
}

/**
 * Starts a program as {@link startProgram} does, to be asked. This process does not wait for it at its end; the program's
 * standard input ends then. Nobody reads its standard error.
 */
export function startAnswerer(program: string, args: readonly string[]): Answerer {
  const running = execa(program, [...args], {
    reject: false,
    buffer: false,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    cleanup: false,
    env: { LC_ALL: 'C', PATH: programFolders(process.env['PATH']) },
  });
  // Pipes are sockets to Node, which its types do not know.
  const held = [running, running.stdin, running.stdout] as unknown as readonly Holding[];
  let printed = '';
  let hasEnded = false;
  // Of the question that is asked at present. A promise that lives as long as the program would keep every answer.
  let look = (): void => undefined;
  let giveUp = (): void => undefined;
  running.stdin.on('error', () => undefined);
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    look();
  });
  void running.then(() => {
    hasEnded = true;
    giveUp();
  });
  for (const each of held) each.unref();

  return {
    ask: async (line, ends, timeoutMs) => {
      if (hasEnded) return null;
      for (const each of held) each.ref();
      const answered = new Promise<{ text: string; rest: string } | null>((resolve) => {
        giveUp = () => {
          resolve(null);
        };
        look = () => {
          const at = printed.endsWith('\n') ? printed.lastIndexOf(`\n${ends}`) : -1;
          if (at === -1) return;
          resolve({ text: printed.slice(0, at), rest: printed.slice(at + 1 + ends.length, -1) });
          printed = '';
        };
      });
      running.stdin.write(`${line}\n`);
      try {
        return await orLimit(
          answered,
          timeoutMs,
          undefined,
          () => undefined,
          () => {
            endGroup(running.pid);
            return timedOut(program, timeoutMs, shellLine([program, ...args]));
          },
        );
      } finally {
        look = giveUp = () => undefined;
        for (const each of held) each.unref();
      }
    },
  };
}

/** What keeps this process from ending, or not. */
interface Holding {
  ref(): void;
  unref(): void;
}

/** Ends a program with all that it has started: it is the leader of a group. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function timedOut(program: string, timeoutMs: number, line: string): OperationError {
  return new OperationError(`${program} did not finish within ${String(timeoutMs / 1000)} s.`, {
    code: 'program-timeout',
    hint: `The command was: ${line}`,
  });
}

/** The result of `work`, unless a time limit or an abandoning signal comes first; then the program is left alone. */
async function orLimit<T>(
  work: PromiseLike<T>,
  timeoutMs: number | undefined,
  abandon: AbortSignal | undefined,
  leave: () => void,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const given = new Promise<never>((_, reject) => {
    if (timeoutMs !== undefined) {
      timer = setTimeout(() => {
        const error = late();
        leave();
        reject(error);
      }, timeoutMs);
    }
    onAbort = () => {
      leave();
      reject(abandon?.reason instanceof Error ? abandon.reason : new Error('given up'));
    };
    abandon?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, given]);
  } finally {
    clearTimeout(timer);
    abandon?.removeEventListener('abort', onAbort);
  }
}
