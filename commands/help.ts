import { Args, loadHelpClass } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';

export default class Help extends BaseCommand {
  static override summary = 'Show the verbs, or what one verb does';
  static override args = { verb: Args.string({ name: 'VERB', description: 'The verb to explain.' }) };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    const HelpClass = await loadHelpClass(this.config);
    await new HelpClass(this.config, this.config.pjson.oclif.helpOptions).showHelp(
      args.verb === undefined ? [] : [args.verb],
    );
  }
}
