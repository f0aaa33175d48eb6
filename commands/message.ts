import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { dryRunFlag, nameArg } from '../src/cli/cache-verb.js';
import { sendMessage } from '../src/cli/send-message.js';

export default class Message extends BaseCommand {
  static override summary = 'Send one of the messages that the target knows';
  static override description =
    'The messages are flush, flush_on_suspend, cleaner (target 1.3.0) and clear_stats (1.6.0). `wcache flush` and ' +
    '`wcache clean` send the first and the third and show how far they are. After flush_on_suspend the next suspend or ' +
    'removal takes until everything is written back.';
  static override examples = ['<%= config.bin %> message wc flush_on_suspend'];
  static override args = {
    name: nameArg,
    message: Args.string({ name: 'MESSAGE', description: 'The message.', required: true }),
  };
  static override flags = { 'dry-run': dryRunFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Message);
    const as = { verb: 'message', action: 'message' } as const;
    const options = { dryRun: flags['dry-run'], note: this.note };
    const { document, text } = await sendMessage(args.name, args.message, as, options);
    await this.print(document, () => text);
  }
}
