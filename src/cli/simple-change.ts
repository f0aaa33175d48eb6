import { statusNow } from '../dm/index.js';
import { changeDocument, type ChangeAction, type ChangeDocument } from '../documents/change.js';
import { WcacheError } from '../errors.js';
import type { ChangeVerb } from '../procedure/lvm-refusal.js';
import { changeText, runbookText } from '../ui/change.js';
import { onCache, type CacheVerb } from './cache-verb.js';
import { interruption } from './confirm.js';

export interface SimpleChange {
  readonly verb: ChangeVerb;
  readonly action: ChangeAction;
  /** Refuses what must not be done, and tells whether there is anything to do; nothing is changed. */
  readonly prepare: (context: CacheVerb) => Promise<boolean> | boolean;
  /** The words of the dmsetup commands. */
  readonly words: (context: CacheVerb) => readonly (readonly string[])[];
  readonly run: (context: CacheVerb, abandon: AbortSignal) => Promise<unknown>;
  readonly shared?: boolean;
  /** Whether it waits for the kernel's end of it also after a signal; a message does not. */
  readonly waits?: boolean;
}

/** A verb of one or two commands. What the kernel has begun no signal stops, and the first one that comes is told so. */
export function change(
  name: string,
  { verb, action, prepare, words, run, shared = false, waits = true }: SimpleChange,
  { dryRun, note }: { readonly dryRun: boolean; readonly note: (text: string) => void },
): Promise<{ readonly document: ChangeDocument; readonly text: string }> {
  return onCache(
    name,
    verb,
    async (context) => {
      const { dm, cache } = context;
      const isNeeded = await prepare(context);
      const commands = isNeeded ? words(context).map((each) => dm.commandLine(each)) : [];
      const about = { name: cache.name, action, commands, before: cache.status };
      if (dryRun) {
        const document = changeDocument({ ...about, changed: false, after: null });
        return { document, text: runbookText(`Would do to ${cache.name}:`, commands) };
      }
      const { signal, dispose } = interruption(() => {
        note(
          waits
            ? 'note: the kernel is at it and cannot be stopped; this ends when it has finished.'
            : 'note: this waits no longer; the kernel cannot be stopped, and finishes.',
        );
      });
      try {
        const started = performance.now();
        if (isNeeded) await run(context, signal);
        const elapsedMs = performance.now() - started;
        const after = await statusNow(dm, cache).catch((error: unknown) => {
          // A resume may have put another target in the place of a cache with nothing in it.
          const isReplaced = action === 'resume' && error instanceof WcacheError;
          if (isReplaced && error.code === 'changed-meanwhile') return cache.status;
          throw error;
        });
        const document = changeDocument({ ...about, changed: isNeeded, after, elapsedMs });
        return { document, text: changeText(document) };
      } finally {
        dispose();
      }
    },
    { shared },
  );
}
