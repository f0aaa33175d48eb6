import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { scratchFolder } from '../cli/wcache.js';

/** How long what must come may take on a busy machine. */
const DEADLINE_MS = 20_000;
const POLL_MS = 40;

/** A real terminal, of a tmux server of its own, with a shell in it. */
export class Tmux {
  /** In a folder of the test, which takes it with it. */
  readonly #socket = join(scratchFolder(), 'tmux');
  #isClosed = false;

  static async open(columns: number, rows: number, environment: Readonly<Record<string, string>> = {}) {
    const tmux = new Tmux();
    const shell = [
      'env',
      '-i',
      `PATH=${process.env['PATH'] ?? ''}`,
      'TERM=tmux-256color',
      'LC_ALL=C.UTF-8',
      'PS1=ready: ',
    ];
    const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const size = ['-x', String(columns), '-y', String(rows)];
    tmux.#run([
      'new-session',
      '-d',
      ...size,
      '--',
      ...shell,
      ...words,
      'bash',
      '--norc',
      '--noprofile',
      '-i',
    ]);
    onTestFinished(() => {
      tmux.close();
    });
    await tmux.waitFor(/^ready:/m);
    return tmux;
  }

  /** What is on the screen, without colours. */
  get text(): string {
    return this.#run(['capture-pane', '-p']);
  }

  get lines(): string[] {
    return this.text.replace(/\n$/, '').split('\n');
  }

  /** The same with colours. */
  get coloured(): string {
    return this.#run(['capture-pane', '-p', '-e']);
  }

  /** Whether the screen is the other one, and whether the cursor is to be seen. */
  get modes(): { readonly alternate: boolean; readonly cursor: boolean } {
    const [alternate, cursor] = this.#run(['display', '-p', '#{alternate_on} #{cursor_flag}'])
      .trim()
      .split(' ');
    return { alternate: alternate === '1', cursor: cursor === '1' };
  }

  /** Keys as tmux calls them, such as `Enter` or `C-c`, or characters. */
  press(...keys: readonly string[]): void {
    for (const key of keys) this.#run(['send-keys', '--', key]);
  }

  /** A line for the shell. */
  type(line: string): void {
    this.#run(['send-keys', '-l', '--', line]);
    this.press('Enter');
  }

  paste(text: string): void {
    this.#run(['set-buffer', '--', text]);
    this.#run(['paste-buffer', '-p']);
  }

  resize(columns: number, rows: number): void {
    this.#run(['resize-window', '-x', String(columns), '-y', String(rows)]);
  }

  /** Waits until the screen is so, and returns it. */
  async waitFor(wanted: RegExp | ((text: string) => boolean)): Promise<string> {
    const isSo = wanted instanceof RegExp ? (text: string) => wanted.test(text) : wanted;
    for (const until = performance.now() + DEADLINE_MS; ;) {
      const { text } = this;
      if (isSo(text)) return text;
      if (performance.now() > until) throw new Error(`This did not come: ${String(wanted)}\n${text}`);
      await sleep(POLL_MS);
    }
  }

  /** The terminal is gone. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#run(['kill-server']);
  }

  #run(args: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
  }
}
