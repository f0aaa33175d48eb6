import { Pace, bytesProgressText } from '../ui/progress.js';
import { ProgressLine, type ProgressLineOptions } from './progress-line.js';

export interface ByteProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Shows how far work has come that is measured in bytes, from the second on in which it still goes on. */
export async function withByteProgress<T>(
  what: string,
  work: (onProgress: (progress: ByteProgress) => void) => Promise<T>,
  options: ProgressLineOptions = { handlesSignals: false },
): Promise<T> {
  const line = new ProgressLine(options);
  const pace = new Pace();
  try {
    return await work(({ doneBytes, totalBytes }) => {
      pace.note(doneBytes, performance.now());
      line.show(() => `${what} ${bytesProgressText(pace, doneBytes, totalBytes)}`);
    });
  } finally {
    line.clear();
  }
}
