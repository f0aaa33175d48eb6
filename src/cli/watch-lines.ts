import { toJson } from '../documents/json.js';
import { watchDocument } from '../documents/watch.js';
import { judgeCacheHealth } from '../procedure/cache-health.js';
import { removalNotes, waitingNote } from '../ui/status.js';
import { WatchLines, eventLine } from '../ui/watch-lines.js';
import { Pulse, Watcher, type WatchView, type WatchedCache } from '../watch/index.js';
import { write } from './output.js';
import { endAfter } from './watch-end.js';
import type { WatchEnd, WatchMachine, WatchRequest } from './watch-request.js';

/** What is printed of a look: data, and talk. */
interface Printer {
  data(view: WatchView, caches: readonly WatchedCache[]): string[];
  talk(view: WatchView): string[];
}

/**
 * Watches in lines: columns, or JSON lines. A reader that is slow is waited for, and looks are left out meanwhile, so that
 * nothing piles up. Ends by `--count` or `--until`, or the signal that ends the process.
 */
export async function watchInLines(
  request: WatchRequest,
  machine: WatchMachine,
  { json }: { readonly json: boolean },
): Promise<WatchEnd> {
  const watcher = new Watcher(machine, request.names);
  const printer = json ? jsonPrinter() : columnsPrinter(request);
  const notes = new Notes(request.names);
  let looks = 0;
  let end = null as WatchEnd | null;
  const pulse = new Pulse(async () => {
    const view = await watcher.look();
    looks += 1;
    talk([...notes.of(view), ...printer.talk(view)]);
    const lines = printer.data(
      view,
      view.caches.filter((cache) => isNews(cache, view)),
    );
    if (lines.length > 0) await write(`${lines.join('\n')}\n`);
    end = endAfter(view, looks, request);
    if (end !== null) pulse.stop();
  }, request.intervalMs);
  await pulse.run();
  return end ?? { how: 'quit' };
}

/** A cache that is gone is told of once. */
function isNews({ state, stateSinceMs }: WatchedCache, { atMs }: WatchView): boolean {
  return state !== 'gone' || stateSinceMs >= atMs;
}

function columnsPrinter({ bytes }: WatchRequest): Printer {
  const { stdout } = process;
  const lines = new WatchLines({
    exact: bytes,
    columns: () => (stdout.isTTY ? stdout.columns : null),
    rows: () => (stdout.isTTY ? stdout.rows : null),
  });
  return {
    data: (_view, caches) => lines.show(caches),
    talk: (view) => [
      ...(view.elapsedMs === null ? view.caches.flatMap(troublesOf) : []),
      ...view.caches.flatMap(({ events }) => events.map(eventLine)),
    ],
  };
}

/** What is wrong with a cache when the watch begins: there has been no event of it. */
function troublesOf({ name, state, cache }: WatchedCache): string[] {
  const code = state === 'error' ? 'cache-error' : state === 'suspended' ? 'cache-suspended' : null;
  return judgeCacheHealth(cache)
    .filter((finding) => finding.code === code)
    .map((finding) => eventLine({ ...finding, name }));
}

function jsonPrinter(): Printer {
  return {
    data: (view, caches) => caches.map((cache) => toJson(watchDocument(cache, view), 0)),
    talk: () => [],
  };
}

/** What is said once, beside the data. */
class Notes {
  readonly #names: readonly string[] | null;
  readonly #said = new Set<string>();

  constructor(names: readonly string[] | null) {
    this.#names = names;
  }

  of(view: WatchView): string[] {
    const removals = view.removals.filter(({ mapping }) => this.#names?.includes(mapping) ?? true);
    const notes = removalNotes(removals);
    if (this.#names === null) {
      notes.push(...view.waiting.map((name) => waitingNote({ name })));
      if (view.caches.length === 0) {
        notes.push('note: There is no writecache on this machine. Waiting for one.');
      }
    }
    return notes.filter((note) => {
      const isNew = !this.#said.has(note);
      this.#said.add(note);
      return isNew;
    });
  }
}

/** Where nobody takes what is said, nothing waits for that, and nothing piles up. */
function talk(lines: readonly string[]): void {
  if (lines.length > 0 && !process.stderr.writableNeedDrain) process.stderr.write(`${lines.join('\n')}\n`);
}
