import { GuestError } from '../../lab/index.js';
import { lastCase } from './script.js';

/** A kernel that did not survive a case. */
export interface Crash {
  readonly index: number;
  /** Which of the crashes that we know (kernel-target.md §6); undefined for a new one. */
  readonly known: 'W1' | 'W3' | undefined;
  readonly console: string;
}

/** What a kernel prints that goes on after a part of it died. */
const OOPS = /kernel BUG at|Oops:|BUG: |general protection fault/;

const KNOWN = [
  { name: 'W1', sign: /dax_synchronous/ },
  { name: 'W3', sign: /__writecache_writeback_ssd/ },
] as const;

/** Which case killed the guest; undefined where the error has another reason, or no case had begun. */
export function crashOf(error: unknown, console: string): Crash | undefined {
  const index = lastCase(console);
  if (index === undefined || !(error instanceof GuestError || OOPS.test(console))) return undefined;
  return { index, known: KNOWN.find(({ sign }) => sign.test(console))?.name, console };
}

/** Whether a part of the kernel died although it goes on. */
export function hasOops(console: string): boolean {
  return OOPS.test(console);
}
