import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../../src/cli/main.js';
import { projectDirectory } from '../../lab/project.js';

/**
 * Runs in a guest: the command line of wcache, loaded once, serving one call after the other. To load it takes a guest
 * seconds, and a test file makes dozens of calls; each call gets what a process of its own would be given: the words,
 * no terminal, no input.
 *
 * Argument: a folder with the pipes `call`, where a call comes from (the process whose stdout and stderr it writes to,
 * then its words, each with a NUL behind it), and `done`, where its exit status goes to.
 */
const folder = process.argv[2] ?? '';

for (;;) {
  const [caller = '', ...words] = readFileSync(join(folder, 'call'), 'utf8').split('\0').slice(0, -1);
  const captures = [capture('stdout'), capture('stderr')];
  process.exitCode = 0;
  await main(words, projectDirectory);
  captures.forEach((end, index) => {
    appendFileSync(`/proc/${caller}/fd/${String(index + 1)}`, end());
  });
  writeFileSync(join(folder, 'done'), `${String(process.exitCode)}\n`);
}

/** Keeps what is written to a stream; what it returns ends that, and gives it back. */
function capture(name: 'stdout' | 'stderr'): () => string {
  const stream = process[name];
  const write = stream.write.bind(stream);
  let printed = '';
  stream.write = (chunk: string | Uint8Array): boolean => {
    printed += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  return () => {
    stream.write = write;
    return printed;
  };
}
