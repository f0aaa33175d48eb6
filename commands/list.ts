import { BaseCommand } from '../src/cli/base-command.js';
import { bytesFlag } from '../src/cli/flags.js';
import { requireNoWords } from '../src/cli/no-words.js';
import { Dmsetup, requireRoot } from '../src/dm/index.js';
import { listDocument } from '../src/documents/list.js';
import { observeCaches } from '../src/procedure/observe-caches.js';
import { listText } from '../src/ui/list.js';

export default class List extends BaseCommand {
  static override summary = 'List the writecaches of this machine, a line for each';
  static override description =
    'All of them, whoever made them: active, suspended, in error, or waiting (a table that was loaded and never made ' +
    'live). Dirty is what is only in the cache. Where the kernel has not loaded the target there is none, and it is ' +
    'not loaded for the look.';
  static override examples = ['<%= config.bin %> list', '<%= config.bin %> list --json'];
  static override strict = false;
  static override flags = { bytes: bytesFlag };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(List);
    requireNoWords('list', argv);
    requireRoot();
    const document = listDocument(await observeCaches(new Dmsetup()));
    await this.print(document, () => listText(document, flags));
  }
}
