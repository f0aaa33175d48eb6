import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { blockSizeFlag, bytesFlag, sizeFlag, startSectorFlag } from '../src/cli/flags.js';
import { withDevice } from '../src/device/with-device.js';
import { sizeDocument } from '../src/documents/size.js';
import { UsageError } from '../src/errors.js';
import { sizeText } from '../src/ui/size.js';

export default class Size extends BaseCommand {
  static override summary = 'Tell how many blocks a cache device holds and what they cost';
  static override description =
    'Computes what the kernel would make of a cache device: blocks, metadata, usable bytes, the unused tail and ' +
    'kernel memory, for every block size side by side. Needs no device; nothing is written.';
  static override examples = [
    '<%= config.bin %> size --cache 100G --block-size 4096',
    '<%= config.bin %> size /dev/pmem0 --json',
  ];
  static override args = {
    device: Args.string({ name: 'DEVICE', description: 'A device or image file whose size counts.' }),
  };
  static override flags = {
    cache: sizeFlag({ description: 'Size of the cache device, instead of a device.' }),
    'block-size': blockSizeFlag(),
    'start-sector': startSectorFlag(),
    bytes: bytesFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Size);
    const { device = null } = args;
    if ((device === null) === (flags.cache === undefined)) {
      throw new UsageError('Name either a device or its size with --cache.', {
        code: 'usage',
        hint: 'For example: wcache size --cache 100G --block-size 4096',
      });
    }
    const sizeBytes =
      flags.cache ??
      (await withDevice(device ?? '', { access: 'read' }, (opened) => Promise.resolve(opened.sizeBytes)));
    const document = sizeDocument({
      device,
      sizeBytes,
      startSector: flags['start-sector'] ?? 0n,
      blockSize: flags['block-size'] ?? null,
    });
    await this.print(document, () => sizeText(document, flags));
  }
}
