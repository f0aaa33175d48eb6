import { OperationError } from '../errors.js';

/** The constructor's refusal of a table; `kernelMessage` has the words that a kernel logs (kernel-target.md §2.4). */
export class TargetRefusal extends OperationError {
  readonly kernelMessage: string;

  constructor(kernelMessage: string) {
    super(`The target refuses the table: ${kernelMessage}.`, { code: 'target-refused' });
    this.kernelMessage = kernelMessage;
  }
}

export type TargetErrno = 'EIO' | 'EBUSY';

/** A request or message that failed, as a program would see it. */
export class TargetIoError extends OperationError {
  readonly errno: TargetErrno;

  constructor(errno: TargetErrno, what: string) {
    super(`${what} (${errno}).`, { code: errno === 'EBUSY' ? 'target-busy' : 'io-error' });
    this.errno = errno;
  }
}

/** The place where a real kernel dies (W3 of kernel-target.md §6): its worker is gone, and the device hangs for good. */
export class KernelBug extends OperationError {
  constructor(what: string) {
    super(`A kernel would end in a BUG here: ${what}.`, { code: 'kernel-bug' });
  }
}

/** The request can never be answered: it waits for a free block, and nothing is left that could free one. */
export class EndlessWait extends OperationError {
  constructor(what: string) {
    super(`${what} would wait for ever: nothing under way can free a block.`, { code: 'endless-wait' });
  }
}
