import { UsageError } from '../errors.js';

/*
 * Device-mapper splits a target's parameters into words by itself, byte by byte: words end at white space, and a
 * backslash takes the special meaning from the byte behind it. White space is what the kernel's isspace() calls so, and
 * that counts byte 0xa0 (a no-break space in Latin-1), which in UTF-8 is the second byte of letters such as "à".
 */
const BACKSLASH = 0x5c;
const NO_BREAK_SPACE = 0xa0;

/** Splits parameters as the kernel does. There are no empty words, and the text ends at a NUL. Never throws. */
export function splitWords(text: string): string[] {
  const bytes = new TextEncoder().encode(text.split('\0', 1)[0]);
  const words: number[][] = [];
  let word: number[] | undefined;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isSpace(byte)) {
      word = undefined;
      continue;
    }
    if (word === undefined) words.push((word = []));
    // A backslash at the very end has nothing to quote, and stands for itself.
    const quoted = byte === BACKSLASH ? bytes[at + 1] : undefined;
    word.push(quoted ?? byte);
    if (quoted !== undefined) at += 1;
  }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return words.map((each) => decoder.decode(Uint8Array.from(each)));
}

/**
 * Writes a word, such as a device's path, so that the kernel reads it as one: white space and backslashes get a
 * backslash.
 *
 * Throws UsageError `unwritable-word` for what no table line can say: nothing at all, a line break, a NUL, and letters
 * of which the kernel takes one byte for white space.
 */
export function escapeWord(word: string): string {
  const why = reasonNotToWrite(word);
  if (why !== undefined) {
    throw new UsageError(`${JSON.stringify(word)} cannot be written in a table: ${why}.`, {
      code: 'unwritable-word',
      hint: 'Name the device by its numbers, such as 253:0, or by another path.',
    });
  }
  return word.replaceAll(/[\t\v\f\r \\]/g, '\\$&');
}

function reasonNotToWrite(word: string): string | undefined {
  if (word === '') return 'an empty word cannot be told from none';
  if (word.includes('\n')) return 'a line break would end the table line';
  if (word.includes('\0')) return 'the kernel stops reading at a NUL';
  if (new TextEncoder().encode(word).includes(NO_BREAK_SPACE)) {
    return 'it has a letter of which the kernel takes a byte (0xa0) for white space';
  }
  return undefined;
}

function isSpace(byte: number): boolean {
  return (byte >= 0x09 && byte <= 0x0d) || byte === 0x20 || byte === NO_BREAK_SPACE;
}

/** Whether two words are the same to the kernel, for which case matters nowhere but in paths. ASCII letters only. */
export function isSameWord(one: string, other: string): boolean {
  return lowerAscii(one) === lowerAscii(other);
}

/** JavaScript's own lower case would make a "k" of the Kelvin sign, and the kernel does not. */
function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
