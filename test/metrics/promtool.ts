import { execFile } from 'node:child_process';
import { promtool as fetched } from '../lab/promtool.js';

export interface Judgement {
  readonly status: number;
  /** All that it said. */
  readonly output: string;
}

/** Runs Prometheus' own judge of metrics and rules. */
export async function promtool(words: readonly string[], input = ''): Promise<Judgement> {
  const program = await fetched();
  return new Promise((resolve) => {
    const child = execFile(program, [...words], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, output: (stdout + stderr).trim() });
    });
    child.stdin?.end(input);
  });
}
