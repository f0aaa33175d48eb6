import type { BlockDevice } from '../device/index.js';

/** A block device that tables can name. */
export interface Backing {
  readonly device: BlockDevice;
  /** As `MAJOR:MINOR`. */
  readonly number: string;
  /** All paths that lead to it. */
  readonly paths: readonly string[];
  /** How the kernel's log names it, such as `sda`. */
  readonly kernelName: string;
  /** It can be mapped as persistent memory. */
  readonly dax: boolean;
}
