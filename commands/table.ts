import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { targetVersionFlag } from '../src/cli/target-version-flag.js';
import { findOnlyCache } from '../src/cli/only-cache.js';
import { liveTableDocument, tableDocument } from '../src/documents/table.js';
import { ExitStatus, UsageError } from '../src/errors.js';
import { NEWEST_TARGET_VERSION, formatTargetLine } from '../src/table/index.js';
import { tableLineText } from '../src/ui/table-line.js';

export default class Table extends BaseCommand {
  static override summary =
    'Explain the table of a writecache word by word, or judge one before it is loaded';
  static override description =
    'With NAME: the line as the kernel prints it. With --validate: a line, or its parameters alone, without root and ' +
    "without the devices; what the kernel's constructor says to it, and what it takes but should not. Exit status 2 " +
    'where the line is invalid.';
  static override examples = [
    '<%= config.bin %> table wc',
    '<%= config.bin %> table wc --line',
    '<%= config.bin %> table --validate "0 524288 writecache s /dev/sda /dev/nvme0n1 4096 0"',
    '<%= config.bin %> table --validate "s 8:0 8:16 4096 1 cleaner" --target-version 1.2.0',
  ];
  static override args = {
    name: Args.string({ name: 'NAME', description: 'The mapping, by its name or path (/dev/mapper/NAME).' }),
  };
  static override flags = {
    line: Flags.boolean({
      description: 'Print only the line, as the kernel has it.',
      exclusive: ['validate', 'json', 'target-version'],
    }),
    validate: Flags.string({ description: 'Judge this line, or its parameters alone.', helpValue: 'LINE' }),
    'target-version': targetVersionFlag({
      description: 'Judge for this version of the target; the newest, or the one that runs, unless told.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Table);
    const version = flags['target-version'];
    if ((args.name === undefined) === (flags.validate === undefined)) {
      throw new UsageError('Name either a mapping or a line with --validate.', {
        code: 'usage',
        hint: 'For example: wcache table wc, or: wcache table --validate "s /dev/sda /dev/sdb 4096 0"',
      });
    }
    if (flags.validate !== undefined) {
      const document = tableDocument(flags.validate, version ?? NEWEST_TARGET_VERSION);
      if (!document.valid) this.exitWith(ExitStatus.usage);
      await this.print(document, () => tableLineText(document));
      return;
    }
    const cache = await findOnlyCache(args.name ?? '');
    if (flags.line) {
      await this.print(null, () => formatTargetLine(cache.line));
      return;
    }
    const document = liveTableDocument(cache, version);
    await this.print(document, () => tableLineText(document));
  }
}
