import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { outliveOutput } from '../src/cli/broken-output.js';
import { nameArg } from '../src/cli/cache-verb.js';
import { removalFlags, removalRequestOf } from '../src/cli/remove-flags.js';
import { runRemove, runUndo } from '../src/cli/remove.js';
import { removeLastLine } from '../src/documents/remove.js';
import { ExitStatus } from '../src/errors.js';
import { printable } from '../src/ui/printable.js';
import { removalPlanText } from '../src/ui/removal-plan.js';
import { removalResultText } from '../src/ui/removal-result.js';

export default class Remove extends BaseCommand {
  static override summary = 'Take a cache off its origin, and prove that nothing was lost';
  static override description =
    'Writes everything back while applications go on, lets I/O stand still for a moment in which nothing can be written, ' +
    'judges, and lets it go on with the origin alone, under the same name; then the origin is held against what was only ' +
    'in the cache. What was proved, and what could not be decided, is kept as a certificate. Where a step fails, the ' +
    'cache is put back; killed at whatever point, the same command finishes. wcache-removal(7) tells why each step is ' +
    'there. Exit status 6 where a problem was found.';
  static override examples = [
    '<%= config.bin %> remove wc --dry-run',
    '<%= config.bin %> remove wc',
    '<%= config.bin %> remove wc --verify full --invalidate --delete --json',
  ];
  static override args = { name: nameArg };
  static override flags = {
    ...removalFlags,
    'dry-run': Flags.boolean({
      description: 'Print every step in order, and do nothing.',
      exclusive: ['undo'],
    }),
    quiet: Flags.boolean({ char: 'q', description: 'Show nothing but the result.' }),
    events: Flags.boolean({
      description: 'With --json: a line for each event as it happens, and the result as the last one.',
      dependsOn: ['json'],
    }),
  };

  /** What is under way must not end with the output, and what became of that counts when all has been told. */
  readonly #output = outliveOutput();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Remove);
    if (flags.undo) {
      const undone = await runUndo(args.name);
      await this.print(undone, () => printable(undone.message));
      return;
    }
    const { quiet, events, json } = flags;
    const how = { quiet, events, json, dryRun: flags['dry-run'] };
    const document = await runRemove(args.name, removalRequestOf(flags), how);
    if (document.certificate?.ok === false) this.exitWith(ExitStatus.problemFound);
    await this.print(document, () =>
      document.done ? removalResultText(document) : removalPlanText(document),
    );
  }

  /** A document of several lines would not fit among the events. */
  protected override json(document: unknown): string {
    return this.wasGiven('--events') ? removeLastLine(document) : super.json(document);
  }

  protected override finally(error: Error | undefined): Promise<unknown> {
    this.#output.release();
    return super.finally(error);
  }
}
