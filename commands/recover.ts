import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { dryRunFlag, nameArg, onCache } from '../src/cli/cache-verb.js';
import { confirm, interruption } from '../src/cli/confirm.js';
import { thisKernel } from '../src/dm/index.js';
import { recoverDocument } from '../src/documents/swap.js';
import { diagnose, needsRecovery, recoverCache } from '../src/procedure/recover.js';
import { swapSteps } from '../src/procedure/swap-table.js';
import { diagnosisText, recoveredText, runbookText } from '../src/ui/change.js';

export default class Recover extends BaseCommand {
  static override summary = 'Bring a cache out of its error state, with every dirty block kept';
  static override description =
    'A writecache that has met an error of one of its devices stays in error for the life of its table. This finds out ' +
    'which device failed as far as can be known, and swaps in a fresh instance of the same table, which reads what is ' +
    'dirty from the cache device. At no moment can stale data be read. Mend the device first: if it still fails, the ' +
    'error comes back (exit status 1).';
  static override examples = ['<%= config.bin %> recover wc', '<%= config.bin %> recover wc --yes --json'];
  static override args = { name: nameArg };
  static override flags = {
    'dry-run': dryRunFlag,
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Recover);
    const document = await onCache(args.name, 'recover', async ({ dm, cache }) => {
      const isNeeded = await needsRecovery(dm, cache);
      const diagnosis = await diagnose(cache);
      const swap = { cache, table: cache.table };
      const commands = swapSteps(dm, swap).flatMap(({ words }) =>
        words === null ? [] : [dm.commandLine(words)],
      );
      const outcome = { ...swap, done: true, changed: false, commands: [], after: null };
      if (!isNeeded) return recoverDocument(outcome, diagnosis);
      const planned = recoverDocument({ ...outcome, done: false, commands }, diagnosis);
      if (flags['dry-run']) return planned;
      this.note(diagnosisText(planned));
      if (!flags.yes) {
        await confirm(`A fresh instance of ${cache.name} takes over.`);
      }
      const { dispose } = interruption();
      try {
        const { after } = await recoverCache(dm, cache, thisKernel());
        return recoverDocument({ ...outcome, changed: true, commands, after }, diagnosis);
      } finally {
        dispose();
      }
    });
    await this.print(document, () =>
      document.done
        ? recoveredText(document)
        : `${diagnosisText(document)}\n${runbookText('Would do:', document.commands)}`,
    );
  }
}
