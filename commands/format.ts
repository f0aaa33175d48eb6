import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { withByteProgress } from '../src/cli/byte-progress.js';
import { confirm, interruption } from '../src/cli/confirm.js';
import { blockSizeFlag, deviceArg, startSectorFlag } from '../src/cli/flags.js';
import { withDevice } from '../src/device/with-device.js';
import { formatDocument } from '../src/documents/format.js';
import { UsageError } from '../src/errors.js';
import { runFormat } from '../src/procedure/format-device.js';
import { prepareFormat, requireSameFinding } from '../src/procedure/format-preflight.js';
import { formatDoneText, formatPlanText } from '../src/ui/format-plan.js';

export default class Format extends BaseCommand {
  static override summary = 'Write the metadata of an empty cache, byte for byte as the kernel does';
  static override description =
    'Formats a cache device or image file in an order that is safe to stop at any moment. Refuses a device that is ' +
    'in use, holds another format, or carries dirty blocks. With --zero only the superblock is made blank, and the ' +
    'kernel formats the device when a table with it is loaded.';
  static override examples = [
    '<%= config.bin %> format /dev/pmem0 --block-size 4096',
    '<%= config.bin %> format cache.img --block-size 4096 --dry-run',
  ];
  static override args = { device: deviceArg };
  static override flags = {
    'block-size': blockSizeFlag({ exclusive: ['zero'] }),
    'start-sector': startSectorFlag(),
    zero: Flags.boolean({ description: 'Only make the superblock blank; the kernel formats it later.' }),
    'discard-dirty': Flags.boolean({ description: 'Destroy blocks that are only in this cache.' }),
    'overwrite-signature': Flags.boolean({ description: "Destroy another format's data." }),
    'dry-run': Flags.boolean({
      description: 'Print what would be written and do nothing.',
      exclusive: ['yes'],
    }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Format);
    if (flags['block-size'] === undefined && !flags.zero) {
      throw new UsageError('Name the block size with --block-size (4096 suits most file systems).', {
        code: 'usage',
        hint: 'wcache size shows what each block size would give.',
      });
    }
    const dryRun = flags['dry-run'];
    const access = dryRun ? ({ access: 'read' } as const) : ({ access: 'write', exclusive: true } as const);
    await withDevice(args.device, access, async (device) => {
      const request = {
        startSector: flags['start-sector'] ?? 0n,
        blockSize: flags['block-size'] ?? null,
        consent: { discardDirty: flags['discard-dirty'], overwriteSignature: flags['overwrite-signature'] },
      };
      const prepared = await prepareFormat(device, request);
      const { plan, before } = prepared;
      const text = formatPlanText(plan, before);
      if (dryRun) {
        await this.print(formatDocument(args.device, plan, before.state, false), () => text);
        return;
      }
      this.note(text);
      if (!flags.yes) {
        await confirm('This cannot be undone.');
        requireSameFinding(prepared, await prepareFormat(device, request));
      }
      const { signal, dispose } = interruption();
      try {
        await withByteProgress(
          `${args.device}: written and read back`,
          (onProgress) => runFormat(device, plan, { signal, onProgress }),
          { handlesSignals: true },
        );
      } finally {
        dispose();
      }
      const document = formatDocument(args.device, plan, before.state, true);
      await this.print(document, () => formatDoneText(plan, args.device));
    });
  }
}
