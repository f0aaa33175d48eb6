import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** What a machine's console prints, kept from the first byte on. */
export class ConsoleLog {
  #text = '';

  /** Follows a stream that carries console output. */
  follow(stream: Readable): void {
    const decoder = new StringDecoder('utf8');
    stream.on('data', (chunk: Buffer) => {
      this.#text += decoder.write(chunk);
    });
    // A console that breaks with its machine is no failure of its own.
    stream.on('error', () => undefined);
  }

  /** Everything so far, with plain line ends. */
  text(): string {
    return this.#text.replaceAll('\r', '');
  }
}

const FEW_LINES = 40;
const MANY_LINES = 150;
const TROUBLE = /Kernel panic|Oops|BUG:|WARNING:|general protection fault/;

/** What of a console to show when its machine has died: its end, and more of it when a kernel's complaint is long. */
export function lastWords(text: string): string {
  const lines = text.trimEnd().split('\n').slice(-MANY_LINES);
  const trouble = lines.findIndex((line) => TROUBLE.test(line));
  const end = Math.max(lines.length - FEW_LINES, 0);
  return lines.slice(trouble < 0 ? end : Math.min(trouble, end)).join('\n');
}
