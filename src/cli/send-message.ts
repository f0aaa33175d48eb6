import { dmsetupWords } from '../dm/index.js';
import type { ChangeAction } from '../documents/change.js';
import type { ChangeVerb } from '../procedure/lvm-refusal.js';
import { requireMessage } from '../table/index.js';
import { change } from './simple-change.js';

/** A verb that is one message to the target, which may come at any time beside others. */
export function sendMessage(
  name: string,
  message: string,
  as: { readonly verb: ChangeVerb; readonly action: ChangeAction },
  options: Parameters<typeof change>[2],
): ReturnType<typeof change> {
  const verb = {
    ...as,
    prepare: () => true,
    words: ({ cache }) => [
      dmsetupWords.message(cache.device.name, requireMessage(message, cache.targetVersion)),
    ],
    run: ({ dm, cache }, abandon) =>
      dm.message(cache.device.name, requireMessage(message, cache.targetVersion), abandon),
    shared: true,
    waits: false,
  } satisfies Parameters<typeof change>[1];
  return change(name, verb, options);
}
