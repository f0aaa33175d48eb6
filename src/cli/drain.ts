import { dmsetupWords, type DeviceMapper, type LiveCache } from '../dm/index.js';
import { changeDocument, type ChangeDocument } from '../documents/change.js';
import { prepareDrain, type DrainOptions, type DrainResult } from '../procedure/drain.js';
import { requireMessage, type MessageName } from '../table/index.js';
import { changeText, drainText, runbookText } from '../ui/change.js';
import { onCache } from './cache-verb.js';
import { interruption } from './confirm.js';
import { ProgressLine } from './progress-line.js';

export interface DrainVerb {
  readonly action: 'flush' | 'clean';
  readonly message: MessageName;
  readonly run: (dm: DeviceMapper, cache: LiveCache, options: DrainOptions) => Promise<DrainResult>;
}

export interface DrainFlags {
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly maxStallMs?: number | undefined;
}

/** What `flush` and `clean` have in common: a message, and waiting for what it does with the progress shown. */
export function drain(
  name: string,
  verb: DrainVerb,
  flags: DrainFlags,
): Promise<{ readonly document: ChangeDocument; readonly text: string }> {
  const { action, message } = verb;
  return onCache(
    name,
    action,
    async ({ dm, cache }) => {
      requireMessage(message, cache.targetVersion);
      prepareDrain(cache);
      const commands = [dm.commandLine(dmsetupWords.message(cache.device.name, message))];
      if (flags.dryRun) {
        const document = changeDocument({
          name: cache.name,
          action,
          changed: false,
          commands,
          before: cache.status,
          after: null,
        });
        return { document, text: runbookText(`Would ${action} ${cache.name}:`, commands) };
      }
      const line = new ProgressLine({ handlesSignals: true });
      const { signal, dispose } = interruption();
      try {
        const { before, after, elapsedMs } = await verb.run(dm, cache, {
          signal,
          maxStallMs: flags.maxStallMs,
          onProgress: (progress) => {
            if (!flags.quiet) line.show(() => drainText(cache.name, progress, cache.table.block_size));
          },
        });
        const document = changeDocument({
          name: cache.name,
          action,
          changed: true,
          commands,
          before,
          after,
          elapsedMs,
        });
        line.clear();
        return { document, text: changeText(document) };
      } finally {
        line.clear();
        dispose();
      }
    },
    { shared: true },
  );
}
