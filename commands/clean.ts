import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { drain } from '../src/cli/drain.js';
import { dryRunFlag, nameArg } from '../src/cli/cache-verb.js';
import { millisecondsFlag } from '../src/cli/flags.js';
import { cleanCache } from '../src/procedure/drain.js';

export default class Clean extends BaseCommand {
  static override summary = 'Empty a cache while it is used, and keep it empty';
  static override description =
    'Sends the message cleaner (target 1.3.0 and later): nothing new is cached, everything is written back, and this ' +
    'waits until nothing is dirty. The kernel has no message to end it; `wcache set NAME cleaner=off` does. It cannot ' +
    'be seen in the table, and the next suspend writes everything back too. Ctrl-C gives up waiting, and the cleaner ' +
    'stays on.';
  static override examples = ['<%= config.bin %> clean wc', '<%= config.bin %> clean wc --max-stall 1m'];
  static override args = { name: nameArg };
  static override flags = {
    'dry-run': dryRunFlag,
    'max-stall': millisecondsFlag({ description: 'Give up after this long without headway.' }),
    quiet: Flags.boolean({ char: 'q', description: 'Show no progress.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Clean);
    const verb = { action: 'clean', message: 'cleaner', run: cleanCache } as const;
    const outcome = await drain(args.name, verb, {
      ...flags,
      dryRun: flags['dry-run'],
      maxStallMs: flags['max-stall'],
    });
    await this.print(outcome.document, () => outcome.text);
  }
}
