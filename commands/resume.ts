import { BaseCommand } from '../src/cli/base-command.js';
import { dryRunFlag, nameArg } from '../src/cli/cache-verb.js';
import { change } from '../src/cli/simple-change.js';
import { dmsetupWords, thisKernel } from '../src/dm/index.js';
import { prepareResume } from '../src/procedure/suspend-resume.js';

export default class Resume extends BaseCommand {
  static override summary = 'Let I/O to a suspended cache go on, unless that would show stale data';
  static override description =
    'Refused where a resume would make stale data readable: while the cache is in error (use `wcache recover`), or when ' +
    'another table waits that would take the place of a cache with dirty blocks.';
  static override examples = ['<%= config.bin %> resume wc'];
  static override args = { name: nameArg };
  static override flags = { 'dry-run': dryRunFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Resume);
    const verb = {
      verb: 'resume',
      action: 'resume',
      words: ({ cache }) => [dmsetupWords.resume(cache.device.name)],
      prepare: ({ dm, cache }) => prepareResume(dm, cache, thisKernel()),
      run: ({ dm, cache }) => dm.resume(cache.device.name),
    } satisfies Parameters<typeof change>[1];
    const { document, text } = await change(args.name, verb, {
      dryRun: flags['dry-run'],
      note: this.note,
    });
    await this.print(document, () => text);
  }
}
