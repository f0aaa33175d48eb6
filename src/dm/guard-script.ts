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
    // Nobody comes after the guard: what fails it tries again for a while.
    'again() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 50 ] || return 1; sleep 0.2; done; }',
    `look() { seen="$(${status})" && [ -n "$seen" ]; }`,
    `clear() { ${clear}; }`,
    ...(load === null ? [] : [`fresh() { ${load}; }`]),
    `fail() { ${fail}; }`,
    `resume() { ${resume}; }`,
    'again look',
    'case "$seen" in',
    "*' writecache 0 '*) again clear; again resume ;;",
    // Nobody's resume shall make live what waits; and where there can be no fresh instance, failing is better than waiting.
    `*' writecache '*) again clear; ${load === null ? '' : '{ again fresh && again resume; } || '}{ again fail && again resume; } ;;`,
    'esac',
  ].join('\n');
}
