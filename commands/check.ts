import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { withByteProgress } from '../src/cli/byte-progress.js';
import { signaturesIfKnown, usersOf } from '../src/cli/context.js';
import { blockSizeFlag, deviceArg, sizeFlag, startSectorFlag } from '../src/cli/flags.js';
import { memoryFlag } from '../src/cli/memory-flag.js';
import { isMappable } from '../src/device/dax.js';
import { memoryPageBytes } from '../src/device/memory-page.js';
import { withDevice } from '../src/device/with-device.js';
import { checkDocument } from '../src/documents/check.js';
import { ExitStatus } from '../src/errors.js';
import { checkDevice, isOk } from '../src/scan/index.js';
import { checkText } from '../src/ui/check.js';

export default class Check extends BaseCommand {
  static override summary = 'Judge the metadata of a cache and predict what the kernel will do with it';
  static override description =
    'Makes every check that can be made without the kernel, says what activation will do (refuse, drop entries, ' +
    'come up in error) and how many blocks are at stake. Nothing is written. Exit status 6 where a problem is an ' +
    'error or fatal.';
  static override examples = [
    '<%= config.bin %> check /dev/pmem0 --mode p',
    '<%= config.bin %> check cache.img --origin-size 1T --json',
  ];
  static override args = { device: deviceArg };
  static override flags = {
    'start-sector': startSectorFlag(),
    origin: Flags.string({
      description: 'The origin: entries beyond its end are found.',
      helpValue: 'DEVICE',
      exclusive: ['origin-size'],
    }),
    'origin-size': sizeFlag({ description: "The origin's size, instead of the origin." }),
    mode: Flags.string({
      description: 'Mode of the table that the prediction is for: s (ssd) or p (pmem).',
      options: ['s', 'p'] as const,
      default: 's',
    }),
    'block-size': blockSizeFlag({
      description: "Block size of the table that the prediction is for; the superblock's unless told.",
    }),
    memory: memoryFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Check);
    const origin =
      flags.origin === undefined
        ? { sizeBytes: flags['origin-size'], logicalBlockSizeBytes: undefined }
        : await withDevice(flags.origin, { access: 'read' }, (device) => Promise.resolve(device));
    await withDevice(args.device, { access: 'read' }, async (device) => {
      const notes: string[] = [];
      const result = await withByteProgress(`${args.device}: read`, (onProgress) =>
        checkDevice(device, {
          startSector: flags['start-sector'] ?? 0n,
          originBytes: origin.sizeBytes,
          originLogicalBlockSizeBytes: origin.logicalBlockSizeBytes,
          mode: flags.mode === 'p' ? 'p' : 's',
          blockSize: flags['block-size'],
          pageSizeBytes: memoryPageBytes(),
          dax: isMappable(device),
          findSignatures: () => signaturesIfKnown(device, (note) => notes.push(note)),
          memoryBytes: flags.memory,
          summaryOnly: true,
          onProgress,
        }),
      );
      for (const note of notes) this.note(note);
      if (!isOk(result.problems)) {
        this.exitWith(ExitStatus.problemFound);
      }
      const heldBy = usersOf(device);
      await this.print(checkDocument(result, heldBy), () => checkText(result, heldBy));
    });
  }
}
