import { NotPossibleHereError, UsageError } from '../errors.js';
import { hasMessage, messageSince } from './features.js';
import { formatTargetVersion, type TargetVersion } from './target-version.js';
import { isSameWord, splitWords } from './words.js';

/** The messages of the target (kernel-target.md §4). */
export const MESSAGE_NAMES = ['flush', 'flush_on_suspend', 'cleaner', 'clear_stats'] as const;
export type MessageName = (typeof MESSAGE_NAMES)[number];

/** What each message does, as a fragment of a sentence. */
export const MESSAGE_MEANING: Readonly<Record<MessageName, string>> = {
  flush: 'write every block back to the origin now, and wait for it; fails while the device is suspended',
  flush_on_suspend: 'write every block back to the origin at the next suspend or removal, once',
  cleaner:
    'write every block back and stop caching new ones, until the table is replaced; also at the next suspend',
  clear_stats: 'set the ten event counters of the status to zero',
};

/**
 * The message that a text is, in the kernel's spelling (the kernel does not mind upper case).
 *
 * Throws UsageError `unknown-message`, or `bad-message` for words behind it, which the kernel refuses for all messages;
 * NotPossibleHereError `message-too-new` where this target version does not have it.
 */
export function requireMessage(text: string, version: TargetVersion): MessageName {
  const [first = '', ...more] = splitWords(text);
  const name = MESSAGE_NAMES.find((each) => isSameWord(each, first));
  if (name === undefined) {
    throw new UsageError(`"${text}" is not a message of the writecache target.`, {
      code: 'unknown-message',
      hint: `The messages are ${MESSAGE_NAMES.join(', ')}.`,
    });
  }
  if (more.length > 0) {
    throw new UsageError(`The message ${name} takes nothing behind it, and "${more.join(' ')}" is there.`, {
      code: 'bad-message',
      hint: `Send only "${name}".`,
    });
  }
  if (!hasMessage(version, name)) {
    throw new NotPossibleHereError(
      `The message ${name} came with target version ${messageSince(name)}, and this kernel has ${formatTargetVersion(version)}.`,
      { code: 'message-too-new', hint: 'Only a newer kernel has it.' },
    );
  }
  return name;
}
