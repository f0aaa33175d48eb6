import { BaseCommand } from '../src/cli/base-command.js';
import { dryRunFlag, nameArg, onCache } from '../src/cli/cache-verb.js';
import { interruption } from '../src/cli/confirm.js';
import { assignmentsArg } from '../src/cli/option-flags.js';
import { thisKernel } from '../src/dm/index.js';
import { setDocument } from '../src/documents/swap.js';
import { UsageError } from '../src/errors.js';
import { parseAssignment } from '../src/procedure/assignments.js';
import { requireNoError } from '../src/procedure/drain.js';
import { prepareRetune } from '../src/procedure/retune.js';
import { swapSteps, swapTable } from '../src/procedure/swap-table.js';
import { runbookText, setText } from '../src/ui/change.js';

export default class Set extends BaseCommand {
  static override summary = 'Change the options of a cache while it is used';
  static override description =
    'Loads the same table with other options, suspends the cache and resumes it with them; each step is read back, and ' +
    'undone where it fails. The counters begin anew, and a cleaner that was turned on by message is off afterwards. ' +
    'Values: numbers, times (500ms, 2h), on and off, or default. Refused on kernels where a reload corrupts data ' +
    '(before 5.6.11).';
  static override examples = [
    '<%= config.bin %> set wc high-watermark=60 low-watermark=50',
    '<%= config.bin %> set wc max-age=default cleaner=off --dry-run',
  ];
  static override strict = false;
  static override args = { name: nameArg, assignment: assignmentsArg };
  static override flags = { 'dry-run': dryRunFlag };

  async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(Set);
    const assignments = argv.slice(1).map((text) => parseAssignment(String(text)));
    if (assignments.length === 0) {
      throw new UsageError('Name at least one option.', {
        code: 'usage',
        hint: 'For example: wcache set wc high-watermark=60',
      });
    }
    const document = await onCache(args.name, 'set', async ({ dm, cache }) => {
      const { table, isSame } = await prepareRetune(dm, cache, assignments, thisKernel());
      const commands = isSame
        ? []
        : swapSteps(dm, { cache, table }).flatMap(({ words }) =>
            words === null ? [] : [dm.commandLine(words)],
          );
      const swap = { cache, table, commands, done: true, changed: !isSame, after: null };
      if (flags['dry-run']) return setDocument({ ...swap, done: false, changed: false });
      if (isSame) return setDocument(swap);
      // From here to the end no signal stops it: it takes moments, and ends with the cache running.
      const { dispose } = interruption();
      try {
        const { after } = await swapTable(dm, { cache, table });
        requireNoError(cache, after);
        return setDocument({ ...swap, after });
      } finally {
        dispose();
      }
    });
    await this.print(document, () =>
      flags['dry-run'] ? runbookText(`Would do to ${document.name}:`, document.commands) : setText(document),
    );
  }
}
