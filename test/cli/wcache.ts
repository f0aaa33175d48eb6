import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { checkPrinted } from '../schemas/printed.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'bin/wcache.cjs');

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** As a user without any rights, also where the tests run as root. */
  readonly asNobody?: boolean;
}

/** The environment of every started wcache: plain, so that nothing of the developer's own leaks into a test. */
export function cliEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), LC_ALL: 'C.UTF-8', ...extra };
}

const AS_NOBODY = [
  ...(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const),
  process.execPath,
] as const;

/**
 * Runs the built command line as a user would: not this process, no terminal, no input. Where the test asks for nothing
 * special, in a process that is there already. What it prints with `--json` has to be as the published schemas tell.
 */
export function wcache(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return Object.keys(options).length === 0 ? askResident(args) : wcacheProcess(args, options);
}

let resident: ChildProcess | undefined;
/** One command after the other, also where a test asks for several at once. */
let lastAnswer: Promise<unknown> = Promise.resolve();

function askResident(args: readonly string[]): Promise<CliResult> {
  const answer = lastAnswer.then(async () => {
    resident ??= startResident();
    const answered = once(resident, 'message');
    resident.send(args);
    const [result] = (await answered) as [CliResult];
    checkPrinted(args, result);
    return result;
  });
  lastAnswer = answer.catch(() => undefined);
  return answer;
}

function startResident(): ChildProcess {
  const child = fork(join(ROOT, 'dist/test/cli/resident.js'), {
    cwd: ROOT,
    env: cliEnvironment(),
    // As in a pipe: neither of them is a terminal.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  return child;
}

/** The same in a process of its own. */
export async function wcacheProcess(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = await runProcess(args, options);
  // One that was killed may have printed half of it.
  if (result.status >= 0) checkPrinted(args, result);
  return result;
}

function runProcess(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return new Promise((resolve) => {
    const dropsRights = options.asNobody === true && process.getuid?.() === 0;
    const [program, ...before] = dropsRights ? AS_NOBODY : [process.execPath];
    const child = execFile(
      program,
      [...before, BIN, ...args],
      {
        cwd: options.cwd ?? ROOT,
        env: cliEnvironment(options.env),
        maxBuffer: 1 << 28,
        timeout: 60_000,
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ stdout, stderr, status });
      },
    );
    child.stdin?.end();
  });
}

/** Runs a shell line in which `wcache` is the built command, on a terminal of its own 80 columns wide. */
export function onTerminal(line: string, typed: string, options: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    const command = `stty cols 80 rows 24; wcache() { '${process.execPath}' '${BIN}' "$@"; }; ${line}`;
    const child = spawn('script', ['-qec', `bash -c ${shellQuote(command)}`, '/dev/null'], {
      cwd: options.cwd ?? ROOT,
      env: { ...cliEnvironment(options.env), TERM: 'xterm' },
    });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (typed !== '' && stdout.includes('Type YES')) {
        child.stdin.write(typed);
        typed = '';
      }
    });
    child.on('close', (code) => {
      resolve({ stdout, stderr: '', status: code ?? -1 });
    });
  });
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A folder for one test, removed when it ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcache-cli-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
