import { Flags } from '@oclif/core';
import { VERIFY_LEVELS } from '../crosscheck/certificate.js';
import { REMOVAL_OVERRIDES, type RemovalRequest } from '../procedure/removal/types.js';
import { millisecondsFlag } from './flags.js';

/** How long I/O may stand still unless told. */
const MAX_STALL_MS = 1000;

/** What a removal that is taken back has no use for. */
const notWithUndo = { exclusive: ['undo'] };

/** The flags of `wcache remove` that say what is done. */
export const removalFlags = {
  'no-drain': Flags.boolean({
    description: 'Write everything back while I/O stands still, and nothing before.',
    exclusive: ['undo', 'timeout'],
  }),
  timeout: millisecondsFlag({
    description: 'Give up when the drain takes longer; no limit unless told.',
    ...notWithUndo,
  }),
  'max-stall': millisecondsFlag({
    description: 'How long I/O may stand still for what the drain leaves over (1s).',
    ...notWithUndo,
  }),
  verify: Flags.option({
    description:
      'What is proved: all dirty blocks (up to 1 GiB unless told), a sample of them, the metadata, nothing.',
    options: [...VERIFY_LEVELS, 'none'] as const,
    ...notWithUndo,
  })(),
  invalidate: Flags.boolean({
    description: 'Blank the superblock of the cache afterwards; a copy of it is kept.',
    ...notWithUndo,
  }),
  keep: Flags.boolean({
    description: 'Keep the name, as a linear mapping of the origin (so unless told where it is in use).',
    exclusive: ['delete', 'undo'],
  }),
  delete: Flags.boolean({ description: 'Take the mapping away too.', ...notWithUndo }),
  undo: Flags.boolean({ description: 'Take an interrupted removal back: the cache goes on.' }),
  override: Flags.option({
    description: 'Go on although this speaks against it; a refusal names the word.',
    options: REMOVAL_OVERRIDES,
    multiple: true,
    ...notWithUndo,
  })(),
};

/** The values of {@link removalFlags}, as oclif gives them: a flag that was not given is missing, whatever its type says. */
export interface RemovalFlagValues {
  readonly 'no-drain'?: boolean | undefined;
  readonly timeout?: number | undefined;
  readonly 'max-stall'?: number | undefined;
  readonly verify?: RemovalRequest['verify'] | undefined;
  readonly invalidate?: boolean | undefined;
  readonly keep?: boolean | undefined;
  readonly delete?: boolean | undefined;
  readonly override?: readonly (typeof REMOVAL_OVERRIDES)[number][] | undefined;
}

export function removalRequestOf(flags: RemovalFlagValues): RemovalRequest {
  return {
    drain: flags['no-drain'] !== true,
    timeoutMs: flags.timeout ?? null,
    maxStallMs: flags['max-stall'] ?? MAX_STALL_MS,
    verify: flags.verify ?? 'auto',
    invalidate: flags.invalidate === true,
    ending: flags.keep === true ? 'keep' : flags.delete === true ? 'delete' : 'auto',
    overrides: flags.override ?? [],
  };
}
