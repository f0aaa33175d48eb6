/** What is said to the guard when nothing is to be guarded any more. */
export const GUARD_RELEASE = 'done';

/** dmsetup commands, as they would be typed. */
export interface GuardCommands {
  readonly suspend: string;
  readonly status: string;
  readonly clear: string;
  /** Loads the table of a fresh instance; null where the kernel does not survive that (before 5.6.11). */
  readonly load: string | null;
  /** Loads a table under which all I/O fails. */
  readonly fail: string;
  readonly resume: string;
}

/**
 * A program for sh that suspends a mapping, prints dmsetup's exit status, and then waits for a word on its standard input.
 * Where that ends without the word, whoever started it is gone: it resumes the writecache, as a fresh instance if it is in
 * error, whose own resume could make stale data readable (kernel-target.md §3). What is no writecache any more it leaves
 * alone. It does not heed the signals that may have ended the other, nor that nobody reads what it prints.
 */
export function guardScript({ suspend, status, clear, load, fail, resume }: GuardCommands): string {
  return [
    "trap '' HUP INT TERM PIPE",
    suspend,
    'echo $?',
    `read -r word && [ "$word" = ${GUARD_RELEASE} ] && exit 0`,
    `case "$(${status})" in`,
    `*' writecache 0 '*) ${clear}; ${resume} ;;`,
    // Nobody's resume shall make live what waits; and where there can be no fresh instance, failing is better than waiting.
    `*' writecache '*) ${clear}; { ${load ?? 'false'} && ${resume}; } || { ${fail} && ${resume}; } ;;`,
    'esac',
  ].join('\n');
}
