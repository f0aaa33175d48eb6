/**
 * What happens when the output cannot be written; imported before oclif, whose own listener would throw.
 *
 * A reader that closes the pipe (`| head`) ends wcache at once and in silence. Any other failure is told, because
 * what was asked for did not arrive.
 */
let holders = 0;
let held: NodeJS.ErrnoException | null = null;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (holders === 0) end(error);
  held ??= error;
});

process.stderr.on('error', () => {
  // Nobody reads what wcache says; what it does goes on.
});

/**
 * Lets wcache outlive its output while it does what must not end half-way, such as a sequence in which a device is
 * suspended. What happened to the output counts again after `release`, which then may not return.
 */
export function outliveOutput(): { readonly release: () => void } {
  holders += 1;
  let isHeld = true;
  return {
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      holders -= 1;
      if (holders === 0 && held !== null) end(held);
    },
  };
}

/** Whether writing has failed, and wcache goes on all the same. */
export function isOutputBroken(): boolean {
  return held !== null;
}

function end(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') {
    process.exit(process.exitCode ?? 0);
  }
  process.stderr.write(`wcache: the output could not be written: ${error.message}\n`);
  process.exit(1);
}
