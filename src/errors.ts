/**
 * The failures that wcache tells its user about: each has a stable code, an exit status (design.md §3) and a
 * hint of what to do next. Anything else that is thrown is a bug, and is shown with its stack.
 */

/** What a process started from a script can learn from `wcache`'s exit status. */
export const ExitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  notPossibleHere: 3,
  wrongDevice: 4,
  busy: 5,
  problemFound: 6,
  notReached: 7,
  interrupted: 130,
} as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

export interface WcacheErrorOptions {
  /** Stable, kebab-case; scripts compare it. */
  readonly code: string;
  /** What to do next, one or two sentences. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of every failure that is shown as one clear sentence. */
export abstract class WcacheError extends Error {
  abstract readonly exitStatus: ExitStatus;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, options: WcacheErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.hint = options.hint;
  }
}

/** The operation was possible and allowed, and failed: an I/O error, a program that did not do its work. */
export class OperationError extends WcacheError {
  readonly exitStatus = ExitStatus.failed;
}

/** The command line, a size, a table: what was asked for makes no sense. */
export class UsageError extends WcacheError {
  readonly exitStatus = ExitStatus.usage;
}

/** Not on this machine: no root, no such program, no device-mapper, too old. */
export class NotPossibleHereError extends WcacheError {
  readonly exitStatus = ExitStatus.notPossibleHere;
}

/** The device is not one that this can be done with: missing, too small, not a writecache, unusable superblock. */
export class WrongDeviceError extends WcacheError {
  readonly exitStatus = ExitStatus.wrongDevice;
}

/** The device is in use, or holds something that must not be destroyed without being told to. */
export class BusyError extends WcacheError {
  readonly exitStatus = ExitStatus.busy;
}

/** A check or a cross-check found that something is wrong. */
export class ProblemFoundError extends WcacheError {
  readonly exitStatus = ExitStatus.problemFound;
}

/** What was waited for did not come, or cannot come any more; nothing is wrong by that alone. */
export class NotReachedError extends WcacheError {
  readonly exitStatus = ExitStatus.notReached;
}

/** The user stopped it; what was under way is safe, and the message says in which state. */
export class InterruptedError extends WcacheError {
  readonly exitStatus = ExitStatus.interrupted;
}
