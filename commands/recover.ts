import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { dryRunFlag, nameArg, onCache, requireUnchanged } from '../src/cli/cache-verb.js';
import { confirm, interruption } from '../src/cli/confirm.js';
import { commandsOf, swapOf } from '../src/cli/runbook.js';
import { thisKernel } from '../src/dm/index.js';
import { recoverDocument } from '../src/documents/swap.js';
import { diagnose } from '../src/procedure/diagnose.js';
import { prepareRecovery, recoverCache } from '../src/procedure/recover.js';
import { swapSteps } from '../src/procedure/swap-table.js';
import { diagnosisText, recoveredText, runbookText } from '../src/ui/change.js';

export default class Recover extends BaseCommand {
  static override summary = 'Bring a cache out of its error state, with every committed block kept';
  static override description =
    'A writecache that has met an error of one of its devices stays in error for the life of its table. This finds out ' +
    'which device failed as far as can be known, and swaps in a fresh instance of the same table, which reads what is ' +
    'dirty from the cache device. At no moment can stale data be read. Blocks that were written and never committed are ' +
    'committed on the way if the cache device takes it; otherwise they are lost as in a power cut, and counted. Mend the ' +
    'device first: if it still fails, the error comes back (exit status 1).';
  static override examples = ['<%= config.bin %> recover wc', '<%= config.bin %> recover wc --yes --json'];
  static override args = { name: nameArg };
  static override flags = {
    'dry-run': dryRunFlag,
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Recover);
    const document = await onCache(args.name, 'recover', async ({ dm, cache }) => {
      const diagnosis = await diagnose(cache);
      const { isNeeded, uncommittedBlocks } = await prepareRecovery(dm, cache, thisKernel());
      const swap = swapOf(cache, cache.table);
      const steps = isNeeded ? swapSteps(dm, swap) : [];
      const commands = commandsOf(dm, steps);
      const outcome = { ...swap, done: !flags['dry-run'], changed: false, commands, after: null };
      const blocks = { uncommittedBlocks, lostBlocks: null };
      if (!isNeeded || flags['dry-run']) return recoverDocument(outcome, diagnosis, blocks);
      this.note(diagnosisText(recoverDocument({ ...outcome, done: false }, diagnosis, blocks)));
      if (!flags.yes) {
        await confirm(`A fresh instance of ${cache.name} takes over.`);
      }
      const { dispose } = interruption(() => {
        this.note('note: the swap is under way and is finished first.');
      });
      try {
        const now = await requireUnchanged({ dm, cache });
        const { after, lostBlocks } = await recoverCache(dm, { ...swap, cache: now });
        return recoverDocument({ ...outcome, changed: true, after }, diagnosis, {
          uncommittedBlocks,
          lostBlocks,
        });
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
