import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';

const LIMIT_MS = 9 * 60_000;
const POLL_MS = 200;

/** How it went, as other test files read it. */
type Outcome<T> = { readonly value: T } | { readonly failure: string };

/**
 * Does something once in a test run, whichever test file comes first; the others wait for it, and get the same answer, or
 * the same failure. `make` gets a folder of its own, which stays until the run is over.
 */
export async function once<T>(name: string, make: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(inject('installFolder'), name);
  const note = `${folder}.outcome`;
  const isFirst = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (isFirst) await write(note, await outcomeOf(() => make(folder)));
  const outcome = await read<T>(note);
  if ('failure' in outcome) throw new Error(`${name}: ${outcome.failure}`);
  return outcome.value;
}

async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function write(note: string, outcome: Outcome<unknown>): Promise<void> {
  await writeFile(`${note}.part`, JSON.stringify(outcome));
  await rename(`${note}.part`, note);
}

async function read<T>(note: string): Promise<Outcome<T>> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const text = await readFile(note, 'utf8').catch(() => null);
    if (text !== null) return JSON.parse(text) as Outcome<T>;
    if (Date.now() > deadline) throw new Error(`${note} did not come: the test file that makes it is gone.`);
    await sleep(POLL_MS);
  }
}
