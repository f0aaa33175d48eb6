import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { bytesFlag } from '../src/cli/flags.js';
import { optionsOf } from '../src/cli/option-flags.js';
import { runSimulate } from '../src/cli/simulate.js';
import { simulateFlags, workloadOptionsOf } from '../src/cli/simulate-flags.js';
import { ExitStatus } from '../src/errors.js';
import { simulateText } from '../src/ui/simulate.js';
import { showsUnicode } from '../src/ui/style.js';

const DEFAULT_BLOCK_SIZE = 4096;
/** A hard disk, writing short runs of blocks here and there. */
const DEFAULT_BYTES_PER_SECOND = 100 * 2 ** 20;
const DEFAULT_LATENCY_MS = 5;
const DEFAULT_WIDTH = 80;

export default class Simulate extends BaseCommand {
  static override summary = 'Try a cache on a workload before there is one: hits, stalls, dirty level';
  static override description =
    'Runs a workload against the reference implementation of the target, with time that is only counted. The ' +
    'workload is a text in a small language (see wcache-simulate(8)), a log of fio (--write_iolog) or the output of ' +
    'blkparse; - is stdin. Several sizes, block sizes or high watermarks are tried side by side. Needs no device and ' +
    'no root, and changes nothing. Exit status 6 where a kernel would crash or hang.';
  static override examples = [
    '<%= config.bin %> simulate database.txt --cache 16GiB',
    '<%= config.bin %> simulate database.txt --cache 8GiB,16GiB,32GiB --origin-rate 150MiB/s',
    'blkparse -i sda -a queue | <%= config.bin %> simulate - --cache 4GiB --mode p --json',
  ];
  static override args = {
    workload: Args.string({ name: 'WORKLOAD', description: 'A file, or - for stdin.', required: true }),
  };
  static override flags = { ...simulateFlags, bytes: bytesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Simulate);
    const { 'high-watermark': highWatermarks = [], ...others } = flags;
    const document = await runSimulate({
      path: args.workload,
      workload: workloadOptionsOf(flags),
      caches: {
        cacheBytes: flags.cache,
        blockSizes: flags['block-size'] ?? [DEFAULT_BLOCK_SIZE],
        highWatermarks,
        mode: flags.mode,
        options: optionsOf(others),
        originBytes: flags.origin,
      },
      speed: {
        bytesPerSecond: flags['origin-rate'] ?? DEFAULT_BYTES_PER_SECOND,
        latencyMs: flags['origin-latency'] ?? DEFAULT_LATENCY_MS,
      },
    });
    const isSound = document.runs.every((run) => run.stopped === null && run.kernel_crashes === 0);
    if (!isSound) this.exitWith(ExitStatus.problemFound);
    const width = process.stdout.isTTY ? process.stdout.columns : DEFAULT_WIDTH;
    const look = { width, unicode: showsUnicode(process.env) };
    await this.print(document, () => simulateText(document, flags, look));
  }
}
