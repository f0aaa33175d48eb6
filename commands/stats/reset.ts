import { BaseCommand } from '../../src/cli/base-command.js';
import { dryRunFlag, nameArg } from '../../src/cli/cache-verb.js';
import { change } from '../../src/cli/simple-change.js';
import { dmsetupWords } from '../../src/dm/index.js';
import { requireMessage } from '../../src/table/index.js';

export default class StatsReset extends BaseCommand {
  static override summary = 'Begin the event counters of a cache at zero again';
  static override description = 'Sends the message clear_stats (target 1.6.0 and later).';
  static override examples = ['<%= config.bin %> stats reset wc'];
  static override args = { name: nameArg };
  static override flags = { 'dry-run': dryRunFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StatsReset);
    const verb = {
      verb: 'stats reset',
      action: 'stats-reset',
      words: ({ cache }) => [
        dmsetupWords.message(cache.device.name, requireMessage('clear_stats', cache.targetVersion)),
      ],
      prepare: () => true,
      run: async ({ dm, cache }) => {
        await dm.message(cache.device.name, requireMessage('clear_stats', cache.targetVersion));
      },
      shared: true,
    } satisfies Parameters<typeof change>[1];
    const { document, text } = await change(args.name, verb, {
      dryRun: flags['dry-run'],
      note: this.note,
    });
    await this.print(document, () => text);
  }
}
