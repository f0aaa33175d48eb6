/** 16 bits at a time: four passes for any sector, two for those of an origin below 2 TiB. */
const DIGITS = 1 << 16;

/**
 * The positions 0 to `count` - 1 in the order of their sectors, which are given as halves; of equal ones the earlier comes
 * first. Exact for all 64 bits, and linear in time.
 */
export function sectorOrder(hi: Uint32Array, lo: Uint32Array, count: number): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, position) => position);
  let spare = new Uint32Array(count);
  for (const [half, shift] of [
    [lo, 0],
    [lo, 16],
    [hi, 0],
    [hi, 16],
  ] as const) {
    if (sortByDigit(half, shift, order, spare)) [order, spare] = [spare, order];
  }
  return order;
}

/** A counting sort into `to`; false, and nothing done, where all have the same digit. */
function sortByDigit(half: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): boolean {
  const starts = new Uint32Array(DIGITS + 1);
  for (const position of from) {
    const digit = ((half[position] ?? 0) >>> shift) & (DIGITS - 1);
    starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
  }
  if (starts.includes(from.length, 1)) return false;
  for (let digit = 0; digit < DIGITS; digit += 1) {
    starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
  }
  for (const position of from) {
    const digit = ((half[position] ?? 0) >>> shift) & (DIGITS - 1);
    const at = starts[digit] ?? 0;
    to[at] = position;
    starts[digit] = at + 1;
  }
  return true;
}
