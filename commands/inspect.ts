import { BaseCommand } from '../src/cli/base-command.js';
import { withByteProgress } from '../src/cli/byte-progress.js';
import { runningNote, usersOf } from '../src/cli/context.js';
import { deviceArg } from '../src/cli/flags.js';
import { inspectFlags } from '../src/cli/inspect-flags.js';
import { withDevice } from '../src/device/with-device.js';
import { inspectDocument } from '../src/documents/inspect.js';
import { ExitStatus } from '../src/errors.js';
import { SEARCHED_BYTES, findSuperblocks, inspect, requireEntries } from '../src/scan/index.js';
import { inspectionText } from '../src/ui/inspection.js';

export default class Inspect extends BaseCommand {
  static override summary = 'Show what the metadata of a cache says';
  static override description =
    'Reads the superblock and all entries of a cache device or image file and tells its state: blank, torn, clean, ' +
    'dirty, damaged or foreign. Works on a running cache too (the newest state is then in memory, not on the ' +
    'device). Nothing is written. Exit status 4 where there is no usable superblock.';
  static override examples = [
    '<%= config.bin %> inspect /dev/pmem0',
    '<%= config.bin %> inspect cache.img --entries --state live --format csv',
    '<%= config.bin %> inspect /dev/pmem0 --at 240072',
    '<%= config.bin %> inspect /dev/pmem0 --map',
    '<%= config.bin %> inspect /dev/pmem0 --memory 64M',
  ];
  static override args = { device: deviceArg };
  static override flags = inspectFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Inspect);
    await withDevice(args.device, { access: 'read' }, async (device) => {
      const showsEntries = flags.entries || flags.at !== undefined || flags.map;
      const inspection = await withByteProgress(`${args.device}: read`, (onProgress) =>
        inspect(device, {
          startSector: flags['start-sector'] ?? 0n,
          memoryBytes: flags.memory,
          summaryOnly: !showsEntries,
          onProgress,
        }),
      );
      if (showsEntries) {
        const { printEntries, printMap, printSector } = await import('../src/cli/print-entries.js');
        const source = { device, inspection: requireEntries(inspection), json: this.jsonEnabled() };
        const running = runningNote(device);
        if (running !== null) {
          this.note(running);
        }
        await (flags.at !== undefined
          ? printSector(source, flags.at)
          : flags.map
            ? printMap(source)
            : printEntries(source, flags));
        return;
      }
      if (inspection.fault !== null) {
        this.exitWith(ExitStatus.wrongDevice);
      }
      const heldBy = usersOf(device);
      const elsewhere = inspection.entries === null ? findSuperblocks(device, 0n, SEARCHED_BYTES) : [];
      await this.print(inspectDocument(inspection, heldBy, elsewhere), () =>
        inspectionText(inspection, { heldBy, elsewhere }, flags),
      );
    });
  }
}
