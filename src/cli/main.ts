import './broken-output.js';
import { Errors, run } from '@oclif/core';
import { errorText, reportError } from './report-error.js';
import { keepHeapSmall } from './small-heap.js';

/** Runs the command line and sets the exit status. `root` is the folder of package.json. */
export function main(argv: readonly string[], root: string): Promise<void> {
  // A plugin in somebody's home would run as whoever runs wcache, which is root.
  return guarded(argv, () => run([...argv], { root, userPlugins: false, devPlugins: false }));
}

/** What is around the work of every command line: `work` is all that oclif does. */
export async function guarded(argv: readonly string[], work: () => Promise<unknown>): Promise<void> {
  if (argv.some((word) => /^--(?:watch|listen)(?:=|$)/.test(word))) keepHeapSmall();
  try {
    await work();
  } catch (error) {
    if (error instanceof Errors.ExitError) {
      process.exitCode = error.oclif.exit ?? 0;
      return;
    }
    const reported = reportError(error, (process.env['DEBUG'] ?? '') !== '');
    process.exitCode = reported.document.error.exit_status;
    process.stderr.write(errorText('wcache', reported));
  }
}
