import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { bytesFlag } from '../src/cli/flags.js';
import { watchFlags } from '../src/cli/watch-flags.js';
import { Dmsetup, findCachesOf, requireRoot, thisKernel, type LiveCache } from '../src/dm/index.js';
import { toJson } from '../src/documents/json.js';
import { statusDocument } from '../src/documents/status.js';
import { observeCaches } from '../src/procedure/observe-caches.js';
import { knownRemovals } from '../src/procedure/removal/judge-removals.js';
import { removalNotes, statusText, waitingNote } from '../src/ui/status.js';

export default class Status extends BaseCommand {
  static override summary = 'Tell how a writecache is doing, what that means and what to do';
  static override description =
    'State, dirty blocks, watermarks, and the counters as rates; what cannot be known is said, too. Of all live ' +
    'writecaches unless some are named. Asking changes nothing and flushes nothing. With --watch it looks again and ' +
    'again: on a screen with charts and keys where there is a terminal, else in lines, with --json in lines of JSON.';
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status wc --bytes',
    '<%= config.bin %> status wc --json',
    '<%= config.bin %> status --watch',
    "<%= config.bin %> status wc --watch --until 'dirty<10%' >/dev/null",
  ];
  static override args = {
    name: Args.string({
      name: 'NAME',
      description: 'Mappings, by name or path (/dev/mapper/NAME); all writecaches unless told.',
      multiple: true,
    }),
  };
  static override flags = { bytes: bytesFlag, ...watchFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    if (flags.watch) {
      const { watchCaches } = await import('../src/cli/watch.js');
      const { thisWatchMachine } = await import('../src/cli/this-machine.js');
      await watchCaches({ names: args.name, ...flags }, thisWatchMachine);
      return;
    }
    requireRoot();
    const dm = new Dmsetup();
    const caches: LiveCache[] = [];
    const removals = knownRemovals();
    for (const note of removalNotes(removals, args.name)) this.note(note);
    for (const name of args.name ?? []) caches.push(...(await findCachesOf(dm, name)));
    if (args.name === undefined) {
      const { live, waiting } = await observeCaches(dm);
      caches.push(...live);
      for (const cache of waiting) this.note(waitingNote(cache));
    }
    const document = statusDocument(caches, thisKernel(), removals);
    await this.print(document, () => statusText(document, flags));
  }

  /** A document of several lines would not fit among the lines of a watch. */
  protected override json(document: unknown): string {
    return toJson(document, this.wasGiven('--watch') ? 0 : 2);
  }
}
