/** What each exit status of wcache means, in the words of all pages; the same as in src/errors.ts. */

/** @type {Readonly<Record<string, string>>} */
export const EXIT_STATUSES = {
  0: 'Done.',
  1: 'The operation failed.',
  2: 'Wrong usage, or an invalid table.',
  3: 'Not possible here: no root, no device-mapper, no writecache target, a kernel or a target that is too old, or a program is missing.',
  4: 'Wrong device: missing, too small, not a writecache, or an unusable superblock.',
  5: 'Busy, or it holds something that must not be destroyed.',
  6: 'A check or a cross-check found a problem.',
  7: 'What was waited for did not come. Nothing is wrong by that alone.',
  130: 'Interrupted, with everything safe.',
};

/** The same on the page of a verb, unless its source says more: few verbs take the words of a table. */
export const EXIT_STATUSES_OF_A_VERB = { ...EXIT_STATUSES, 2: 'Wrong usage.' };
