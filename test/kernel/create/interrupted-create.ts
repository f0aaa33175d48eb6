import { kill, pid } from 'node:process';
import { z } from 'zod';
import { Dmsetup, provideTarget, thisKernel } from '../../../src/dm/index.js';
import { createCache } from '../../../src/procedure/create-cache.js';
import { prepareCreate } from '../../../src/procedure/create-preflight.js';

/**
 * Runs in a guest: a create that is killed on its way, as by a power cut of the process alone.
 *
 * Arguments: origin, cache, where to be killed, and words among `attach`, `format`, `identical-entries`. The place is
 * `STEP:begins` or `STEP:done`, with `:2` behind it for the second time, or `format:NUMBER` for when so many MiB of a
 * format's metadata, and not yet the magic, are written.
 */
const [origin = '', cache = '', place = '', ...words] = process.argv.slice(2);
const [, written] = /^format:(\d+)$/.exec(place) ?? [];

function die(): void {
  kill(pid, 'SIGKILL');
}

/** A format asks after each MiB whether it shall stop. */
class DeadlySignal extends AbortController {
  #asked = 0;

  override get signal(): AbortSignal {
    const ask = (): boolean => {
      this.#asked += 1;
      if (this.#asked === Number(written)) die();
      return false;
    };
    return Object.defineProperty(super.signal, 'aborted', { get: ask });
  }
}

const passed = new Map<string, number>();
const dm = new Dmsetup();
const overrides = z.array(z.literal('identical-entries')).parse(words.filter((word) => word.includes('-')));
const prepared = await prepareCreate(
  dm,
  {
    ...{ name: 'wc', origin, cache, mode: 'auto', blockSize: undefined, options: {}, readAhead: undefined },
    ...{ attach: words.includes('attach'), format: words.includes('format'), overrides },
  },
  { targetVersion: await provideTarget(dm), kernel: thisKernel() },
);
await createCache(dm, prepared, {
  observe: ({ id }, moment) => {
    const here = `${id}:${moment}`;
    const times = (passed.get(here) ?? 0) + 1;
    passed.set(here, times);
    if (place === (times === 1 ? here : `${here}:${String(times)}`)) die();
  },
  signal: written === undefined ? undefined : new DeadlySignal().signal,
});
process.stdout.write(`it was not killed at ${place}\n`);
