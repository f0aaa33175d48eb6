import { WcacheError } from '../errors.js';

/** What failed, as a sentence that others can follow. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.endsWith('.') ? message : `${message}.`;
}

/** What a refusal advises; of a command that failed, only which one it was, and that advises nothing. */
export function adviceOf(cause: unknown): string | undefined {
  if (!(cause instanceof WcacheError)) return undefined;
  return cause.hint?.startsWith('The command was:') === true ? undefined : cause.hint;
}
