import { statusNow } from '../dm/index.js';
import { changeDocument, type ChangeAction, type ChangeDocument } from '../documents/change.js';
import type { ChangeVerb } from '../procedure/lvm-refusal.js';
import { changeText, runbookText } from '../ui/change.js';
import { onCache, type CacheVerb } from './cache-verb.js';
import { interruption } from './confirm.js';

export interface SimpleChange {
  readonly verb: ChangeVerb;
  readonly action: ChangeAction;
  /** The words of the dmsetup commands; throws what speaks against them. */
  readonly words: (context: CacheVerb) => readonly (readonly string[])[];
  /** Does it, and tells whether anything changed. */
  readonly run: (context: CacheVerb) => Promise<boolean>;
  readonly shared?: boolean;
}

/** A verb of one or two commands that is over at once; no signal stops it half-way. */
export function change(
  name: string,
  { verb, action, words, run, shared = false }: SimpleChange,
  dryRun: boolean,
): Promise<{ readonly document: ChangeDocument; readonly text: string }> {
  return onCache(
    name,
    verb,
    async (context) => {
      const { dm, cache } = context;
      const commands = words(context).map((each) => dm.commandLine(each));
      const about = { name: cache.name, action, commands, before: cache.status };
      if (dryRun) {
        const document = changeDocument({ ...about, changed: false, after: null });
        return { document, text: runbookText(`Would do to ${cache.name}:`, commands) };
      }
      const { dispose } = interruption();
      try {
        const started = performance.now();
        const changed = await run(context);
        const elapsedMs = performance.now() - started;
        const after = await statusNow(dm, cache);
        const document = changeDocument({ ...about, changed, after, elapsedMs });
        return { document, text: changeText(document) };
      } finally {
        dispose();
      }
    },
    { shared },
  );
}
