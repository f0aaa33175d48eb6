import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { shellLine } from '../../src/exec.js';

/** How long what must come may take on a busy machine. */
const DEADLINE_MS = 30_000;
const POLL_MS = 50;

/** Typed behind what was completed: a shell takes one key after the other, so once it shows, the completion is over. */
const MARK = '%%';

/** Runs tmux with these words: on this machine, or inside a guest. */
export type RunTmux = (words: readonly string[]) => Promise<string>;

export function tmuxHere(socket: string): RunTmux {
  const run = promisify(execFile);
  return async (words) =>
    (await run('tmux', ['-S', socket, '-f', '/dev/null', ...words], { encoding: 'utf8' })).stdout;
}

/** Ends what {@link ShellOnTerminal.open} started, also where that failed. */
export async function closeTerminal(tmux: RunTmux): Promise<void> {
  await tmux(['kill-server']).catch((error: unknown) => {
    if (!/no server running|error connecting/.test(String(error))) throw error;
  });
}

export type ShellName = 'bash' | 'zsh' | 'fish';

/** A shell as its user has it, with the prompt `ready: `. */
export interface ShellStart {
  readonly shell: ShellName;
  readonly home: string;
  /** Folders before the system's. */
  readonly path: readonly string[];
  /** What is run before it, and starts it: `setpriv …`. */
  readonly before?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Bash without the package bash-completion, and what it reads instead. */
  readonly rcFile?: string;
}

const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion';

function commandOf({
  shell,
  home,
  path,
  before = [],
  env = {},
  rcFile = BASH_COMPLETION,
}: ShellStart): string[] {
  const folders = [...path, '/usr/local/bin', '/usr/bin', '/bin'].join(':');
  const variables = {
    HOME: home,
    PATH: folders,
    TERM: 'tmux-256color',
    LC_ALL: 'C.UTF-8',
    PS1: 'ready: ',
    ...env,
  };
  const words = [
    'env',
    '-i',
    '-C',
    home,
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  ];
  const prompt = 'set fish_greeting; function fish_prompt; echo -n "ready: "; end';
  const start = {
    bash: ['bash', '--noprofile', '--rcfile', rcFile, '-i'],
    zsh: ['zsh', '-i'],
    fish: ['fish', '-C', prompt],
  };
  return [...before, ...words, ...start[shell]];
}

/** An interactive shell on a terminal of its own. */
export class ShellOnTerminal {
  readonly #tmux: RunTmux;
  readonly #shell: ShellName;

  private constructor(tmux: RunTmux, shell: ShellName) {
    this.#tmux = tmux;
    this.#shell = shell;
  }

  static async open(tmux: RunTmux, start: ShellStart): Promise<ShellOnTerminal> {
    await tmux(['new-session', '-d', '-x', '80', '-y', '50', '--', 'sh', '-c', shellLine(commandOf(start))]);
    const shell = new ShellOnTerminal(tmux, start.shell);
    if (start.shell === 'bash') {
      // The settings that all have in common set another prompt.
      await shell.#waitFor(/[$#:] *$/m);
      await shell.#type("PS1='ready: '; clear");
      await shell.press('Enter');
    }
    await shell.#waitFor((text) => text.trim().endsWith('ready:'));
    await shell.#forget();
    return shell;
  }

  /** What the line is after it was typed and Tab was pressed behind it. */
  async completed(line: string): Promise<string> {
    await this.#type(line);
    await this.press('Tab');
    await this.#type(MARK);
    const text = await this.#waitFor((screen) => screen.includes(MARK));
    await this.#forget();
    const shown =
      text
        .replaceAll('\n', '')
        .split('ready: ')
        .find((each) => each.includes(MARK)) ?? '';
    return shown.slice(0, shown.indexOf(MARK));
  }

  /** Types a line, completes it, and runs what it has become. */
  async runCompleted(line: string): Promise<void> {
    await this.#type(line);
    await this.press('Tab');
    await this.#type(' ; echo over');
    await this.press('Enter');
    await this.#waitFor(/^over$/m);
    await this.#forget();
  }

  /** What is listed below the line at a Tab, or two, once that is there. */
  async listed(line: string, wanted: RegExp): Promise<string> {
    await this.#type(line);
    await this.press('Tab', 'Tab');
    const text = await this.#waitFor(wanted);
    // It takes fish back from its list. In the others it is a signal, which may come when the next line has been typed.
    if (this.#shell === 'fish') await this.press('C-c');
    await this.#forget();
    return text;
  }

  async run(line: string): Promise<string> {
    await this.#type(`${line}; echo over`);
    await this.press('Enter');
    const text = await this.#waitFor(/^over$/m);
    await this.#forget();
    return text;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#tmux(['send-keys', '--', key]);
  }

  async #type(text: string): Promise<void> {
    await this.#tmux(['send-keys', '-l', '--', text]);
  }

  /** An empty line on an empty screen. */
  async #forget(): Promise<void> {
    await this.press('C-u', 'C-l');
    await this.#waitFor((text) => text.trim() === 'ready:');
  }

  async #waitFor(wanted: RegExp | ((text: string) => boolean)): Promise<string> {
    const isSo = wanted instanceof RegExp ? (text: string) => wanted.test(text) : wanted;
    for (const until = performance.now() + DEADLINE_MS; ;) {
      const text = await this.#tmux(['capture-pane', '-p', '-J']);
      if (isSo(text)) return text;
      if (performance.now() > until) throw new Error(`This did not come: ${String(wanted)}\n${text}`);
      await sleep(POLL_MS);
    }
  }
}
