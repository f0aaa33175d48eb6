import { createInterface } from 'node:readline/promises';
import { InterruptedError, UsageError } from '../errors.js';

/**
 * Lets the user agree to what was shown: asks for a typed YES on a terminal, and refuses where nobody can be asked. Throws {@link UsageError} `not-confirmed`, or {@link InterruptedError} on Ctrl-C.
 */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new UsageError('This needs a yes, and there is no terminal to ask on.', {
      code: 'not-confirmed',
      hint: 'Give --yes if that is what you want.',
    });
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      asking.once('SIGINT', () => {
        reject(new InterruptedError('Interrupted; nothing was written.', { code: 'interrupted' }));
      });
      asking.once('close', () => {
        resolve('');
      });
      asking.question(`${question} Type YES to go on: `).then(resolve, reject);
    });
    if (answer !== 'YES') {
      throw new UsageError('Not confirmed; nothing was written.', { code: 'not-confirmed' });
    }
  } finally {
    asking.close();
  }
}

/** A signal that fires on Ctrl-C, SIGTERM or a closed terminal, for work that must end in order; `dispose` undoes it. */
export function interruption(onFirst?: () => void): {
  readonly signal: AbortSignal;
  dispose: () => void;
} {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const abort = (): void => {
    if (!controller.signal.aborted) onFirst?.();
    controller.abort(
      new InterruptedError('Interrupted; what the kernel has begun it finishes, and nothing is lost.', {
        code: 'interrupted',
      }),
    );
  };
  for (const name of names) {
    process.on(name, abort);
  }
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of names) {
        process.off(name, abort);
      }
    },
  };
}
