/** Which conversion the kernel reads an argument with. It decides on a minus sign, and at how many bits it wraps. */
export type NumberKind = 'u32' | 's32' | 'u64';

export interface KernelNumber {
  /** What the kernel takes it for. */
  readonly value: bigint;
  /** What is written is another number: it has more digits than fit, and the kernel drops the upper bits. */
  readonly wrapped: boolean;
  /** Not as one writes the number: leading zeros or spaces, or `-0`. */
  readonly odd: boolean;
}

/*
 * The kernel's sscanf (kernel-target.md §2.2): white space may come first, then a minus sign where the number is a signed
 * one, then decimal digits and nothing else. It knows no plus sign, no 0x, and no overflow.
 */
const SIGNED = /^[\t-\r ]*(?<sign>-?)(?<digits>[0-9]+)$/;
const UNSIGNED = /^[\t-\r ]*(?<sign>)(?<digits>[0-9]+)$/;

/** The number that the kernel reads in a word, or null where it finds none. Never throws. */
export function readKernelNumber(word: string, kind: NumberKind): KernelNumber | null {
  const groups = (kind === 's32' ? SIGNED : UNSIGNED).exec(word)?.groups;
  const digits = groups?.['digits'];
  if (digits === undefined) return null;
  const written = groups?.['sign'] === '-' ? -BigInt(digits) : BigInt(digits);
  const value = wrap(written, kind);
  return { value, wrapped: value !== written, odd: word !== String(written) };
}

function wrap(value: bigint, kind: NumberKind): bigint {
  if (kind === 's32') return BigInt.asIntN(32, value);
  return BigInt.asUintN(kind === 'u32' ? 32 : 64, value);
}
