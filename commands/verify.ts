import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { startSectorFlag } from '../src/cli/flags.js';
import { runSave, runVerify } from '../src/cli/verify.js';
import { VERIFY_LEVELS } from '../src/crosscheck/index.js';
import { ExitStatus, UsageError } from '../src/errors.js';
import { certificateText, evidenceText } from '../src/ui/certificate.js';

export default class Verify extends BaseCommand {
  static override summary = 'Judge a removal by what is on both devices: was everything written back?';
  static override description =
    'Reads the metadata of a cache after its removal, whoever removed it and how, and holds the origin against what was ' +
    'only in the cache before: against evidence that was kept, or an image from before, or else the copies that the cache ' +
    'device still holds. Says what is proved, what could not be decided, and why. Nothing is written to a device. Exit ' +
    'status 6 where a problem was found.';
  static override examples = [
    '<%= config.bin %> verify /dev/pmem0 /dev/sdb',
    '<%= config.bin %> verify /dev/pmem0 --save before.evidence',
    '<%= config.bin %> verify /dev/pmem0 /dev/sdb --evidence before.evidence --json',
    '<%= config.bin %> verify after.img origin.img --before before.img --nothing-written',
  ];
  static override args = {
    cache: Args.string({
      name: 'CACHE',
      description: 'The cache device, or an image file of one.',
      required: true,
    }),
    origin: Args.string({ name: 'ORIGIN', description: 'The origin, or an image file of it.' }),
  };
  static override flags = {
    before: Flags.string({
      description: 'An image of the cache device from before the removal.',
      helpValue: 'IMAGE',
      exclusive: ['evidence', 'save'],
    }),
    evidence: Flags.string({
      description: 'Evidence from before the removal, as --save keeps it.',
      helpValue: 'FILE',
      exclusive: ['save'],
    }),
    save: Flags.string({
      description: 'Keep evidence of the cache, which may be live, for a later verify; no ORIGIN then.',
      helpValue: 'FILE',
      exclusive: ['nothing-written'],
    }),
    'nothing-written': Flags.boolean({
      description: 'Nothing was written since the evidence or the image: then every difference is a loss.',
    }),
    'start-sector': startSectorFlag(),
    verify: Flags.option({
      description: 'How much is compared: every block, a sample of 4096, or the metadata alone.',
      options: VERIFY_LEVELS,
      default: 'full' as const,
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Verify);
    const { save, before, evidence, 'start-sector': startSector, 'nothing-written': nothingWritten } = flags;
    const { cache, origin } = args;
    const level = flags.verify;
    if ((origin === undefined) !== (save !== undefined)) throw badPair(save !== undefined);
    if (save !== undefined) {
      const document = await runSave({ cache, path: save, startSector: startSector ?? 0n, level });
      await this.print(document, () => evidenceText(document));
      return;
    }
    const { note } = this;
    const run = { cache, origin: origin ?? '', startSector, level, before, evidence, nothingWritten, note };
    const certificate = await runVerify(run);
    if (!certificate.ok) this.exitWith(ExitStatus.problemFound);
    await this.print(certificate, () => certificateText(certificate));
  }
}

function badPair(saves: boolean): UsageError {
  return saves
    ? new UsageError('Evidence is of the cache alone: with --save there is no ORIGIN.', { code: 'usage' })
    : new UsageError('Missing: ORIGIN.', {
        code: 'usage',
        hint: 'Name the cache device and then the origin, or give --save FILE.',
      });
}
