/**
 * What happens when the output cannot be written; imported before oclif, whose own listener would throw.
 *
 * A reader that closes the pipe (`| head`) ends wcache at once and in silence. Any other failure is told, because
 * what was asked for did not arrive.
 */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') {
    process.exit(process.exitCode ?? 0);
  }
  process.stderr.write(`wcache: the output could not be written: ${error.message}\n`);
  process.exit(1);
});

process.stderr.on('error', () => {
  // Nobody reads what wcache says; what it does goes on.
});
