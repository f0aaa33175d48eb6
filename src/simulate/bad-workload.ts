import { UsageError } from '../errors.js';

/** What is wrong with a line of a workload, and what would be right. Where it is stands before it in the end. */
export function badLine(message: string, hint: string): UsageError {
  return new UsageError(message, { code: 'bad-workload', hint });
}

/** A line that is quoted may be of any length. */
const MAX_SHOWN = 300;

/** The same with the place in front, as compilers write it. */
export function atLine(error: UsageError, name: string, line: number): UsageError {
  const { message } = error;
  const shown = message.length > MAX_SHOWN ? `${message.slice(0, MAX_SHOWN)}…` : message;
  return new UsageError(`${name}:${String(line)}: ${shown}`, {
    code: 'bad-workload',
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}
