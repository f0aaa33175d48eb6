import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { dryRunFlag, nameArg, onCache, requireUnchanged } from '../src/cli/cache-verb.js';
import { confirm, interruption } from '../src/cli/confirm.js';
import { assignmentsArgs } from '../src/cli/option-flags.js';
import { commandsOf, swapOf } from '../src/cli/runbook.js';
import { thisKernel } from '../src/dm/index.js';
import { setDocument } from '../src/documents/swap.js';
import { UsageError } from '../src/errors.js';
import { parseAssignment } from '../src/procedure/assignments.js';
import { prepareRetune } from '../src/procedure/retune.js';
import { swapSteps, swapTable } from '../src/procedure/swap-table.js';
import { runbookText, setText } from '../src/ui/change.js';

export default class Set extends BaseCommand {
  static override summary = 'Change the options of a cache while it is used';
  static override description =
    'Loads the same table with other options beside the running one and swaps them; each step is read back, and undone ' +
    'where it fails. The counters begin anew. With the cleaner on, the kernel writes everything back before I/O goes ' +
    'on, so turning it off with dirty blocks left asks first. Values: numbers, times (500ms, 2h), on and off, or ' +
    'default. Refused on kernels where a reload corrupts data (before 5.6.11).';
  static override examples = [
    '<%= config.bin %> set wc high-watermark=60 low-watermark=50',
    '<%= config.bin %> set wc max-age=default cleaner=off --dry-run',
  ];
  static override args = { name: nameArg, ...assignmentsArgs };
  static override flags = {
    'dry-run': dryRunFlag,
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Set);
    const assignments = (args['option=value'] ?? []).map(parseAssignment);
    if (assignments.length === 0) {
      throw new UsageError('Name at least one option.', {
        code: 'usage',
        hint: 'For example: wcache set wc high-watermark=60',
      });
    }
    const document = await onCache(args.name, 'set', async ({ dm, cache }) => {
      const prepared = await prepareRetune(dm, cache, assignments, thisKernel());
      const swap = swapOf(cache, prepared.table);
      const steps = prepared.isSame ? [] : swapSteps(dm, swap);
      const commands = commandsOf(dm, steps);
      const outcome = { ...swap, commands, done: true, changed: !prepared.isSame, after: null };
      if (flags['dry-run']) return setDocument({ ...outcome, done: false, changed: false });
      if (prepared.isSame) return setDocument(outcome);
      if (prepared.writtenBackFirst > 0) {
        this.note(
          `${cache.name}: up to ${String(prepared.writtenBackFirst)} blocks are written back first, and all I/O waits for it.`,
        );
        if (!flags.yes) await confirm('It cannot be stopped then.');
      }
      const { dispose } = interruption(() => {
        this.note('note: the swap is under way and is finished first.');
      });
      try {
        const { after } = await swapTable(dm, { ...swap, cache: await requireUnchanged({ dm, cache }) });
        return setDocument({ ...outcome, after });
      } finally {
        dispose();
      }
    });
    await this.print(document, () =>
      flags['dry-run'] ? runbookText(`Would do to ${document.name}:`, document.commands) : setText(document),
    );
  }
}
