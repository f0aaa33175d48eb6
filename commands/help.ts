import { Args, loadHelpClass } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { UsageError } from '../src/errors.js';

export default class Help extends BaseCommand {
  static override summary = 'Show the verbs, or what one verb does';
  static override args = { verb: Args.string({ name: 'VERB', description: 'The verb to explain.' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    const { commands } = this.config;
    const chosen = commands.filter(({ id }) => args.verb === undefined || id === args.verb);
    if (chosen.length === 0) {
      throw new UsageError(`There is no verb "${args.verb ?? ''}".`, {
        code: 'unknown-verb',
        hint: `The verbs are: ${commands.map(({ id }) => id).join(', ')}.`,
      });
    }
    if (this.jsonEnabled()) {
      const verbs = chosen.map(({ id, summary = '' }) => ({ verb: id, summary }));
      await this.print({ verbs }, () => '');
      return;
    }
    const HelpClass = await loadHelpClass(this.config);
    await new HelpClass(this.config, this.config.pjson.oclif.helpOptions).showHelp(
      args.verb === undefined ? [] : [args.verb],
    );
  }
}
