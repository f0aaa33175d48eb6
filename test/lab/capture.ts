/** What a stream of this process was given to write since then, and not written. */
export interface Captured {
  readonly text: string;
  /** Lets the stream write again. */
  release(): void;
}

/** Keeps what is written to a stream of this process, for one that runs wcache again and again and answers with it. */
export function capture(stream: NodeJS.WriteStream): Captured {
  const original = stream.write.bind(stream);
  let text = '';
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    for (const done of rest) if (typeof done === 'function') (done as () => void)();
    return true;
  };
  return {
    get text() {
      return text;
    },
    release() {
      stream.write = original;
    },
  };
}
