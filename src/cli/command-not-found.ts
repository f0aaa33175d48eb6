import type { Config, Hook } from '@oclif/core';
import { toJson } from '../documents/json.js';
import { UsageError } from '../errors.js';
import { write } from './output.js';
import { errorText, reportError } from './report-error.js';

interface Unknown {
  readonly id: string;
  readonly argv?: readonly string[];
  readonly config: Pick<Config, 'bin' | 'commandIDs'>;
}

/** What happens at a word that is no verb: exit status 2, and the verbs that there are. Never a question. */
export async function tellUnknownVerb({ id, argv, config }: Unknown): Promise<void> {
  const verbs = config.commandIDs.map((verb) => verb.replaceAll(':', ' ')).sort();
  const error = new UsageError(`There is no verb "${id.split(':')[0] ?? id}".`, {
    code: 'unknown-verb',
    hint: `The verbs are: ${verbs.join(', ')}.`,
  });
  const reported = reportError(error, false);
  process.exitCode = error.exitStatus;
  if (id === '--json' || argv?.includes('--json') === true) {
    await write(`${toJson(reported.document)}\n`);
  } else {
    process.stderr.write(errorText(config.bin, reported));
  }
}

/** oclif's hook for it. */
const commandNotFound: Hook<'command_not_found'> = tellUnknownVerb;
export default commandNotFound;
