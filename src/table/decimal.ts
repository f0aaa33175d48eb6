/** Numbers as the kernel prints them: decimal digits without leading zeros, within a width. */

const CANONICAL = /^(?:0|[1-9]\d{0,19})$/;

/** The value of a printed unsigned number of so many bits, or undefined if it is not one. Never throws. */
export function parsePrinted(text: string, bits: 32 | 64): bigint | undefined {
  if (!CANONICAL.test(text)) return undefined;
  const value = BigInt(text);
  return value === BigInt.asUintN(bits, value) ? value : undefined;
}
