/** Whether this machine keeps the low byte first, as the file does. */
const IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Bytes of numbers as the machine has them, in the order of the file, or the other way round: as they are where the two are
 * the same, else in a copy.
 *
 * @param width of each number in bytes.
 */
export function inFileOrder(bytes: Uint8Array, width: 1 | 4 | 8, isLittle = IS_LITTLE): Uint8Array {
  if (isLittle || width === 1) return bytes;
  const copy = Buffer.from(bytes);
  return width === 4 ? copy.swap32() : copy.swap64();
}
