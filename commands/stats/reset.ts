import { BaseCommand } from '../../src/cli/base-command.js';
import { dryRunFlag, nameArg } from '../../src/cli/cache-verb.js';
import { sendMessage } from '../../src/cli/send-message.js';

export default class StatsReset extends BaseCommand {
  static override summary = 'Begin the event counters of a cache at zero again';
  static override description = 'Sends the message clear_stats (target 1.6.0 and later).';
  static override examples = ['<%= config.bin %> stats reset wc'];
  static override args = { name: nameArg };
  static override flags = { 'dry-run': dryRunFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(StatsReset);
    const as = { verb: 'stats reset', action: 'stats-reset' } as const;
    const options = { dryRun: flags['dry-run'], note: this.note };
    const { document, text } = await sendMessage(args.name, 'clear_stats', as, options);
    await this.print(document, () => text);
  }
}
