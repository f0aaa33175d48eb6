import { BaseCommand } from '../src/cli/base-command.js';
import { requireNoWords } from '../src/cli/no-words.js';
import { Dmsetup } from '../src/dm/index.js';
import { doctorDocument } from '../src/documents/doctor.js';
import { ExitStatus } from '../src/errors.js';
import { gatherDoctorFacts } from '../src/procedure/doctor-facts.js';
import { doctorText } from '../src/ui/doctor.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Examine this machine: its kernel, its tools and every writecache';
  static override description =
    'Names each known hazard of the running kernel with its evidence, and what each writecache needs. Looks only: ' +
    'nothing is changed, and no module is loaded. Exit status 6 where something needs attention; without root that is ' +
    'so, because the mappings cannot be looked at.';
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --json'];
  static override strict = false;

  async run(): Promise<void> {
    const { argv } = await this.parse(Doctor);
    requireNoWords('doctor', argv);
    const document = doctorDocument(await gatherDoctorFacts(new Dmsetup()));
    if (!document.ok) this.exitWith(ExitStatus.problemFound);
    await this.print(document, () => doctorText(document));
  }
}
