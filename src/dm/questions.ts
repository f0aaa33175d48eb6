import { randomBytes } from 'node:crypto';
import { shellLine, startAnswerer, type Answerer } from '../exec.js';

/** A command that is read as two lines: the word that tells where its answer ends, behind which stands how it ended. */
const SCRIPT = `while read -r end && read -r command; do eval "$command" </dev/null; printf '\\n%s %s\\n' "$end" "$?"; done`;

/**
 * Asks dmsetup, by a small shell that stays and starts it each time: to start it from a process as large as this one takes
 * ten times as long. One question at a time.
 */
export class Questions {
  #shell: Answerer | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** What dmsetup prints; null where it fails, or can't be asked like this. Throws OperationError `program-timeout`. */
  ask(words: readonly string[], timeoutMs: number): Promise<string | null> {
    const answer = this.#last.then(() => this.#askNow(shellLine(['dmsetup', ...words]), timeoutMs));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #askNow(command: string, timeoutMs: number): Promise<string | null> {
    if (command.includes('\n')) return null;
    const shell = (this.#shell ??= startAnswerer('sh', ['-c', SCRIPT]));
    // No mapping can have that in its name.
    const end = randomBytes(16).toString('hex');
    try {
      const answer = await shell.ask(`${end}\n${command}`, `${end} `, timeoutMs);
      if (answer === null) this.#shell = null;
      return answer?.rest === '0' ? answer.text : null;
    } catch (error) {
      this.#shell = null;
      throw error;
    }
  }
}
