import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { changeCompletion } from '../src/cli/completion.js';
import { COMPLETION_SHELLS, completionScript, type CompletionShell } from '../src/completion/index.js';
import type { CompletionDocument } from '../src/documents/completion.js';
import { UsageError } from '../src/errors.js';
import { completionText } from '../src/ui/completion.js';

export default class Completion extends BaseCommand {
  static override summary = 'Let bash, zsh or fish complete what is typed behind wcache';
  static override description =
    'Prints the script of one shell, or installs those of all: for everybody where root does it, else for who does it. They ' +
    'complete verbs, flags, their values, the names of live caches, and block devices.';
  static override examples = [
    '<%= config.bin %> completion --install',
    '<%= config.bin %> completion bash > wcache.bash',
    '<%= config.bin %> completion zsh --install --dry-run',
    '<%= config.bin %> completion --uninstall',
  ];
  static override args = {
    shell: Args.string({
      description: 'A shell; to install, as many as you like, and all there are unless told.',
      options: [...COMPLETION_SHELLS],
      multiple: true,
    }),
  };
  static override flags = {
    install: Flags.boolean({
      description: 'Write it where the shell finds it by itself.',
      exclusive: ['uninstall'],
    }),
    uninstall: Flags.boolean({ description: 'Take away what --install wrote, and nothing else.' }),
    'dry-run': Flags.boolean({
      description: 'With --install or --uninstall: tell what would be done, and do nothing.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Completion);
    const shells = (args.shell ?? []) as CompletionShell[];
    const { commands } = this.config;
    if (!flags.install && !flags.uninstall) {
      const shell = onlyShell(shells, flags['dry-run']);
      const script = completionScript(shell, commands);
      const document: CompletionDocument = {
        action: 'print',
        done: true,
        shells: [{ shell, script, files: [] }],
      };
      await this.print(document, () => script.trimEnd());
      return;
    }
    const document = await changeCompletion({
      action: flags.install ? 'install' : 'uninstall',
      shells,
      dryRun: flags['dry-run'],
      commands,
      note: this.note,
    });
    await this.print(document, () => completionText(document));
  }
}

function onlyShell(shells: readonly CompletionShell[], isDryRun: boolean): CompletionShell {
  const [shell, ...more] = shells;
  if (isDryRun) {
    throw new UsageError('--dry-run goes with --install or --uninstall: printing changes nothing.', {
      code: 'usage',
    });
  }
  if (shell === undefined || more.length > 0) {
    throw new UsageError('Name one shell: bash, zsh or fish.', {
      code: 'usage',
      hint: 'Or let wcache put it where your shells find it: wcache completion --install',
    });
  }
  return shell;
}
