import { randomBytes } from 'node:crypto';
import { shellLine, startAnswerer, type Answerer } from '../exec.js';

/**
 * A question for dmsetup that is asked again and again. A small shell that stays starts dmsetup each time: to start it from a
 * process as large as this one takes ten times as long.
 */
export class RepeatedQuestion {
  readonly #script: string;
  #shell: Answerer | null = null;

  constructor(words: readonly string[]) {
    const command = shellLine(['dmsetup', ...words]);
    // Each question is a word, which tells where the answer ends; behind it stands how dmsetup ended.
    this.#script = `while read -r end; do ${command} </dev/null; printf '\\n%s %s\\n' "$end" "$?"; done`;
  }

  /** What dmsetup prints; null where it fails. Throws OperationError `program-timeout`. */
  async ask(timeoutMs: number): Promise<string | null> {
    this.#shell ??= startAnswerer('sh', ['-c', this.#script]);
    // No mapping can have that in its name.
    const end = randomBytes(16).toString('hex');
    const shell = this.#shell;
    try {
      const answer = await shell.ask(end, `${end} `, timeoutMs);
      if (answer === null) this.#shell = null;
      return answer?.rest === '0' ? answer.text : null;
    } catch (error) {
      this.#shell = null;
      throw error;
    }
  }
}
