import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { dryRunFlag } from '../src/cli/cache-verb.js';
import { runCreate } from '../src/cli/create.js';
import { blockSizeFlag } from '../src/cli/flags.js';
import { optionFlags, optionsOf } from '../src/cli/option-flags.js';
import { OVERRIDES } from '../src/procedure/create-request.js';
import { createdText, createPlanText } from '../src/ui/change.js';

export default class Create extends BaseCommand {
  static override summary = 'Put a cache in front of an origin';
  static override description =
    'Looks at everything that could be harmed first: who uses the devices, what is on them, whether the file system ' +
    'suits the block size, the memory of the kernel, and whether the cache belongs to this origin. A blank cache is ' +
    'formatted by the kernel, a clean one is used as it is, a dirty one only with --attach. Then the mapping is made, ' +
    "and confirmed from the kernel's own table and status. Which cache belongs to which origin is recorded under " +
    '/var/lib/wcache.';
  static override examples = [
    '<%= config.bin %> create wc --origin /dev/sdb --cache /dev/pmem0',
    '<%= config.bin %> create wc --origin /dev/sdb --cache /dev/pmem0 --max-age 1h --dry-run',
    '<%= config.bin %> create wc --origin /dev/sdb --cache /dev/nvme0n1 --attach',
  ];
  static override args = {
    name: Args.string({ name: 'NAME', description: 'The name of the new mapping.', required: true }),
  };
  static override flags = {
    origin: Flags.string({
      description: 'The slow device that holds the data.',
      helpValue: 'DEVICE',
      required: true,
    }),
    cache: Flags.string({ description: 'The fast device.', helpValue: 'DEVICE', required: true }),
    mode: Flags.option({
      description: 'p for persistent memory, s for any other device; auto looks at the device.',
      options: ['auto', 's', 'p'] as const,
      default: 'auto',
    })(),
    'block-size': blockSizeFlag({
      description: 'Bytes per cache block; what the cache has, or what suits the origin, unless told.',
    }),
    attach: Flags.boolean({
      description: 'The cache has dirty blocks, and this is their origin.',
      exclusive: ['format'],
    }),
    format: Flags.boolean({ description: 'Format the cache device first (asks for a typed YES).' }),
    'read-ahead': Flags.string({
      description: 'Read-ahead of the mapping: sectors, +sectors, auto or none.',
      helpValue: 'N',
    }),
    override: Flags.option({
      description: 'Go on although this speaks against it; a refusal names the word.',
      options: OVERRIDES,
      multiple: true,
    })(),
    ...optionFlags,
    'dry-run': dryRunFlag,
    yes: Flags.boolean({ char: 'y', description: 'Do not ask.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Create);
    const request = {
      name: args.name,
      origin: flags.origin,
      cache: flags.cache,
      mode: flags.mode,
      blockSize: flags['block-size'],
      options: optionsOf(flags),
      attach: flags.attach,
      format: flags.format,
      readAhead: flags['read-ahead'],
      overrides: flags.override ?? [],
    };
    const run = { dryRun: flags['dry-run'], yes: flags.yes, note: this.note };
    const document = await runCreate(request, run);
    await this.print(document, () => (document.done ? createdText(document) : createPlanText(document)));
  }
}
