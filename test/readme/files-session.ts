import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command, Step } from './steps.js';
import { readTranscript, shellScript, type Played } from './transcript.js';

const LIMIT_MS = 300_000;
const NOBODY = 65534;
const AS_NOBODY = ['setpriv', `--reuid=${String(NOBODY)}`, `--regid=${String(NOBODY)}`, '--clear-groups'];
const OTHER_PROGRAMS = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

/** An empty folder of somebody without rights, and `wcache` in its PATH. */
export class FilesSession implements AsyncDisposable {
  readonly folder: string;
  readonly #home: string;
  readonly #programs: string;

  private constructor(home: string) {
    this.#home = home;
    this.folder = join(home, 'folder');
    this.#programs = join(home, 'programs');
  }

  /** @param wcache the program */
  static async open(wcache: string): Promise<FilesSession> {
    const home = await mkdtemp(join(tmpdir(), 'wcache-readme-'));
    await chmod(home, 0o755);
    const session = new FilesSession(home);
    for (const folder of [session.folder, session.#programs]) await mkdir(folder);
    await symlink(wcache, join(session.#programs, 'wcache'));
    if (isRoot()) await chown(session.folder, NOBODY, NOBODY);
    return session;
  }

  /** Plays the steps one after the other, in one shell. */
  async play(steps: readonly Step[]): Promise<Played[]> {
    const commands = steps.filter((step): step is Command => step.kind === 'command');
    const script = shellScript(commands, { begin: 'umask 022', asUser: null, givesFiles: true });
    const { output } = await this.run(['bash', '-c', script]);
    return readTranscript(output, commands);
  }

  /** Runs one program in the folder. */
  run(words: readonly string[]): Promise<{ readonly output: string; readonly status: number }> {
    const [program = '', ...rest] = isRoot() ? [...AS_NOBODY, ...words] : words;
    const path = [this.#programs, dirname(process.execPath), OTHER_PROGRAMS].join(':');
    return new Promise((resolve) => {
      execFile(
        program,
        rest,
        {
          cwd: this.folder,
          env: { PATH: path, HOME: this.folder, LC_ALL: 'C.UTF-8', TERM: 'dumb' },
          maxBuffer: 1 << 26,
          timeout: LIMIT_MS,
        },
        (error, stdout, stderr) => {
          const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          resolve({ output: stdout + stderr, status });
        },
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
