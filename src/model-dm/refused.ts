import { BusyError, OperationError } from '../errors.js';
import { errnoText, type KernelRefusal } from './kernel-refusal.js';

/** How dmsetup calls the ioctls that it makes. */
export type Ioctl = 'create' | 'reload' | 'clear' | 'suspend' | 'resume' | 'message' | 'remove';

/** For these the port gives the words of the kernel's log too, which the kernel does not return. */
const TELLS_LOG: readonly Ioctl[] = ['create', 'reload', 'resume'];

/**
 * A refusal as {@link Dmsetup} gives it, in class, code and words.
 *
 * @param subject the mapping as dmsetup names it.
 */
export function refused(
  ioctl: Ioctl,
  subject: string,
  { errno, log }: KernelRefusal,
): OperationError | BusyError {
  const reason = log.length === 0 || !TELLS_LOG.includes(ioctl) ? '' : `; the kernel says: ${log.join('; ')}`;
  const words = `device-mapper: ${ioctl} ioctl on ${subject} failed: ${errnoText(errno)}${reason}.`;
  return errno === 'EBUSY'
    ? new BusyError(words, { code: 'device-busy' })
    : new OperationError(words, { code: 'device-mapper-failed' });
}
