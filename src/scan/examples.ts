/** An entry shown to people as an example of a problem. */
export interface EntryExample {
  readonly index: number;
  readonly original_sector: bigint;
  readonly seq_count: bigint;
}

/** As many as help to find the cause; the count tells the extent. */
export const MAX_EXAMPLES = 8;

/** Keeps an entry as an example, if there are not enough yet. Its four 32-bit words begin at `words[at]`. */
export function noteExample(examples: EntryExample[], index: number, words: Uint32Array, at: number): void {
  if (examples.length >= MAX_EXAMPLES) {
    return;
  }
  examples.push({
    index,
    original_sector: u64(words[at + 1] ?? 0, words[at] ?? 0),
    seq_count: u64(words[at + 3] ?? 0, words[at + 2] ?? 0),
  });
}

/** Two 32-bit halves as one exact value. */
export function u64(hi: number, lo: number): bigint {
  return (BigInt(hi) << 32n) | BigInt(lo);
}
