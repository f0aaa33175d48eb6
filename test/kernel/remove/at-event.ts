import { execFileSync } from 'node:child_process';

/**
 * Preloaded into a wcache of a test (`node --import`): does something at the very moment at which wcache tells of an event
 * (`--json --events`), before it goes on. What a test does from outside when it has seen the line would come too late now
 * and then.
 *
 * Environment: WCACHE_AT, the type of the event and the step (`begin drain`), of which the first counts; or several with
 * commas between them. WCACHE_DO, a shell script, whose parent is wcache (`kill -KILL $PPID`); NOW is the event.
 */
let seen = new Set<string>();

function tell(chunk: unknown): void {
  const { WCACHE_AT: wanted = '', WCACHE_DO: script = '' } = process.env;
  if (typeof chunk !== 'string' || !chunk.startsWith('{"event":')) return;
  const told = JSON.parse(chunk) as { event: string; step?: string; number?: number };
  // The process may serve one command after the other.
  if (told.event === 'begin' && told.number === 1) seen = new Set();
  const now = `${told.event} ${told.step ?? ''}`;
  if (seen.has(now) || !wanted.split(',').includes(now)) return;
  seen.add(now);
  const env = { ...process.env, NODE_OPTIONS: '', NOW: now };
  execFileSync('/bin/sh', ['-c', script], { env, stdio: ['ignore', 'ignore', 2] });
}

let write = process.stdout.write.bind(process.stdout);

/** Who captures what is written puts a function of its own there. */
Object.defineProperty(process.stdout, 'write', {
  configurable: true,
  get: () => writeAndTell,
  set: (replacement: typeof write) => {
    write = replacement;
  },
});

function writeAndTell(...words: Parameters<typeof write>): boolean {
  const isMore = write(...words);
  tell(words[0]);
  return isMore;
}
