import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { drain } from '../src/cli/drain.js';
import { dryRunFlag, nameArg } from '../src/cli/cache-verb.js';
import { flushCache } from '../src/procedure/drain.js';

export default class Flush extends BaseCommand {
  static override summary = 'Write everything in a cache back to the origin, and wait for it';
  static override description =
    'Sends the message flush: every block that is in the cache now is written back. What is written meanwhile may be ' +
    'dirty again afterwards. Ctrl-C only gives up waiting; the kernel finishes what it was told, and nothing is lost.';
  static override examples = ['<%= config.bin %> flush wc', '<%= config.bin %> flush wc --json'];
  static override args = { name: nameArg };
  static override flags = {
    'dry-run': dryRunFlag,
    quiet: Flags.boolean({ char: 'q', description: 'Show no progress.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Flush);
    const verb = { action: 'flush', message: 'flush', run: flushCache } as const;
    const outcome = await drain(args.name, verb, { ...flags, dryRun: flags['dry-run'] });
    await this.print(outcome.document, () => outcome.text);
  }
}
