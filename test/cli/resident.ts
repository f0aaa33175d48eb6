import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/main.js';
import { capture } from '../lab/capture.js';

/**
 * wcache that stays: loading it takes half a second of a processor, and most of a test's time. A process of its own, to
 * which a test sends the words of a command and which answers with what came of it.
 */
export interface ResidentAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

async function answer(words: readonly string[]): Promise<ResidentAnswer> {
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  process.exitCode = 0;
  try {
    await main(words, root);
  } finally {
    stdout.release();
    stderr.release();
  }
  const status = process.exitCode;
  process.exitCode = 0;
  return { stdout: stdout.text, stderr: stderr.text, status };
}

process.on('message', (words: readonly string[]) => {
  void answer(words).then((each) => process.send?.(each));
});
// A test that is over has no use for it.
process.on('disconnect', () => process.exit());
