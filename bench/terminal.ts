import { spawnSync } from 'node:child_process';

/** Terminals that nobody looks at: tmux, with a server of its own. */
export class Terminals {
  readonly #socket: string;

  /** @param socket a path for tmux; its folder must be there. */
  constructor(socket: string) {
    this.#socket = socket;
  }

  /** Runs a line of shell in a new terminal. */
  start(session: string, { columns, rows }: { columns: number; rows: number }, line: string): void {
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux('new-session', '-d', '-s', session, ...size, line);
  }

  press(session: string, ...keys: readonly string[]): void {
    this.#tmux('send-keys', '-t', session, ...keys);
  }

  /** What it shows, with its colours where that is asked for. */
  capture(session: string, { colours = false } = {}): string {
    return this.#tmux('capture-pane', '-p', '-N', ...(colours ? ['-e'] : []), '-t', session);
  }

  /** Ends them all. */
  end(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
  }

  #tmux(...words: readonly string[]): string {
    const configuration = ['-S', this.#socket, '-f', '/dev/null', '-u'];
    const { status, stdout, stderr } = spawnSync('tmux', [...configuration, ...words], {
      encoding: 'utf8',
      env: { ...withoutCertificates(), LC_ALL: 'C.UTF-8', COLORTERM: '', TERM: 'xterm-256color' },
    });
    if (status !== 0) throw new Error(`tmux ${words[0] ?? ''}: ${stderr}`);
    return stdout;
  }
}

/** NODE_EXTRA_CA_CERTS costs every start of Node 80 ms and is nobody's doing. */
export function withoutCertificates(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete environment['NODE_EXTRA_CA_CERTS'];
  delete environment['NO_COLOR'];
  return environment;
}
