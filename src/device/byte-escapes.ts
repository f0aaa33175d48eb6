/**
 * The bytes of a text in which libdm or libblkid has written some as `\x20`. A NUL is none of them: neither a mapping's
 * name nor a label can hold one.
 */
export function bytesOfEscaped(text: string): Buffer {
  const pieces = text
    .split(/(\\x(?!00)[0-9a-fA-F]{2})/)
    .map((piece, i) => (i % 2 === 1 ? Buffer.of(parseInt(piece.slice(2), 16)) : Buffer.from(piece)));
  return Buffer.concat(pieces);
}
