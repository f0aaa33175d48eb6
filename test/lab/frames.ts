/** What the guest's agent sends to the host (guest/agent.pl tells the kinds). */
export interface Frame {
  readonly kind: string;
  readonly id: number;
  readonly data: Buffer;
}

const HEADER = /^(\w+) (\d+) (\d+)$/;
const LONGEST_HEADER = 64;

/** Cuts a byte stream into frames. Give it chunks as they come; it returns the frames that are complete. */
export function frameReader(): (chunk: Buffer) => Frame[] {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const headerEnd = pending.subarray(0, LONGEST_HEADER).indexOf(0x0a);
      if (headerEnd < 0 && pending.length < LONGEST_HEADER) return frames;
      const header = HEADER.exec(pending.toString('latin1', 0, Math.max(headerEnd, 0)));
      if (header === null) {
        throw new Error(`not a frame: ${JSON.stringify(pending.toString('latin1', 0, LONGEST_HEADER))}`);
      }
      const end = headerEnd + 1 + Number(header[3]);
      if (pending.length < end) return frames;
      frames.push({
        kind: header[1] ?? '',
        id: Number(header[2]),
        data: pending.subarray(headerEnd + 1, end),
      });
      pending = pending.subarray(end);
    }
  };
}

/** Joins words into a message's or frame's data. NUL separates them, so none may contain it. */
export function joinWords(words: readonly string[]): string {
  for (const word of words) {
    if (word.includes('\0')) {
      throw new TypeError(`a command, path or variable for the guest contains NUL: ${JSON.stringify(word)}`);
    }
  }
  return words.join('\0');
}
