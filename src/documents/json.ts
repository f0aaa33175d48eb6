import { z } from 'zod';

/**
 * A count, a size or a sector: a JSON number, exact at any size. In memory it is a bigint where a double would
 * round it, and {@link toJson} writes both as plain digits.
 */
export const jsonInteger = z.union([
  z.number().nonnegative().refine(Number.isInteger, 'a whole number'),
  z.bigint().nonnegative(),
]);

/** A raw 64-bit field of the on-disk format: a decimal string, which no JSON reader rounds. */
export const u64String = z.string().regex(/^\d{1,20}$/);

/** The value for a {@link jsonInteger}. */
export function integer(value: number | bigint): number | bigint {
  return typeof value === 'bigint' && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** A document as JSON text without a line end; `indent` 0 gives one line. Bigints become digits. */
export function toJson(document: unknown, indent = 2): string {
  // NUL can't come in a path or a message, so it marks what is not to stay a string.
  const marked = JSON.stringify(
    document,
    (_key, value: unknown) => (typeof value === 'bigint' ? `\0${value.toString()}` : value),
    indent,
  );
  return marked.replace(/"\\u0000(\d+)"/g, '$1');
}
