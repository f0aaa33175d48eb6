import { NotPossibleHereError, OperationError, type WcacheError } from '../../errors.js';

/** What the file system said of a file, as one of ours: `no-permission`, or `completion-failed`. Throws what is no such. */
export function fileError(path: string, cause: unknown, done: 'read' | 'written' | 'removed'): WcacheError {
  if (!(cause instanceof Error) || !('code' in cause)) throw cause;
  // `EROFS: read-only file system, open '/home/x'`
  const reason = cause.message.replace(/^\w+: |, \w+(?: '.*)?$/gs, '');
  const message = `${path} could not be ${done}: ${reason}.`;
  if (['EACCES', 'EPERM', 'EROFS'].includes(String(cause.code))) {
    return new NotPossibleHereError(message, {
      code: 'no-permission',
      hint: 'Put the script where you may write: wcache completion SHELL > FILE',
      cause,
    });
  }
  return new OperationError(message, {
    code: 'completion-failed',
    hint: 'A file that was there before is there as it was.',
    cause,
  });
}
