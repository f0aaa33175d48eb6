import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { dryRunFlag, nameArg } from '../src/cli/cache-verb.js';
import { change } from '../src/cli/simple-change.js';
import { dmsetupWords } from '../src/dm/index.js';
import { prepareSuspend, suspendCache } from '../src/procedure/suspend-resume.js';

export default class Suspend extends BaseCommand {
  static override summary = 'Hold all I/O to a cache, with what is uncommitted committed';
  static override description =
    'I/O waits until `wcache resume`. Dirty blocks stay in the cache, so the origin alone is stale meanwhile, unless ' +
    '--flush is given. Refused while the cache is in error: a suspend and resume would then show stale data.';
  static override examples = ['<%= config.bin %> suspend wc', '<%= config.bin %> suspend wc --flush'];
  static override args = { name: nameArg };
  static override flags = {
    flush: Flags.boolean({
      description: 'Write everything back on the way; I/O waits as long as that takes.',
    }),
    'no-lockfs': Flags.boolean({ description: 'Do not freeze the file system on it first.' }),
    'dry-run': dryRunFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Suspend);
    const request = { flush: flags.flush, skipLockfs: flags['no-lockfs'] };
    const verb = {
      verb: 'suspend',
      action: 'suspend',
      words: ({ cache }) => [
        ...(flags.flush ? [dmsetupWords.message(cache.device.name, 'flush_on_suspend')] : []),
        dmsetupWords.suspend(cache.device.name, request),
      ],
      prepare: ({ cache }) => prepareSuspend(cache, request),
      run: ({ dm, cache }) => suspendCache(dm, cache, request),
    } satisfies Parameters<typeof change>[1];
    const { document, text } = await change(args.name, verb, {
      dryRun: flags['dry-run'],
      note: this.note,
    });
    await this.print(document, () => text);
  }
}
