import { Args, loadHelpClass } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { UsageError } from '../src/errors.js';

/** oclif joins the words of a verb with a colon. */
function verbOf(id: string): string {
  return id.replaceAll(':', ' ');
}

export default class Help extends BaseCommand {
  static override summary = 'Show the verbs, or what one verb does';
  static override args = {
    verb: Args.string({ name: 'VERB', description: 'The verb to explain.' }),
    second: Args.string({ name: 'WORD', description: 'Its second word, if it has one (stats reset).' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    const { commands } = this.config;
    const verb = args.second === undefined ? args.verb : `${args.verb ?? ''}:${args.second}`;
    const chosen = commands.filter(
      ({ id }) => verb === undefined || id === verb || id.startsWith(`${verb}:`),
    );
    if (chosen.length === 0) {
      throw new UsageError(`There is no verb "${verbOf(verb ?? '')}".`, {
        code: 'unknown-verb',
        hint: `The verbs are: ${commands.map(({ id }) => verbOf(id)).join(', ')}.`,
      });
    }
    if (this.jsonEnabled()) {
      const verbs = chosen.map(({ id, summary = '' }) => ({ verb: verbOf(id), summary }));
      await this.print({ verbs }, () => '');
      return;
    }
    const HelpClass = await loadHelpClass(this.config);
    await new HelpClass(this.config, this.config.pjson.oclif.helpOptions).showHelp(
      verb === undefined ? [] : verb.split(':'),
    );
  }
}
