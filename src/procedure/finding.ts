/** `error`: needs attention. `warning`: may cost data or time one day. `info`: good to know. */
export type FindingSeverity = 'error' | 'warning' | 'info';

/** Something that was noticed on a machine, and what to do about it. */
export interface Finding<Code extends string = string> {
  /** Stable. */
  readonly code: Code;
  readonly severity: FindingSeverity;
  /** What it is about: a mapping's name, a file, `kernel`. */
  readonly subject: string;
  readonly message: string;
  /** How it is known, where that is not plain to see. */
  readonly evidence: string | null;
  /** What to do; null where there is nothing to do. */
  readonly advice: string | null;
}

const ORDER: readonly FindingSeverity[] = ['error', 'warning', 'info'];

/** The worst first, otherwise as they came. */
export function bySeverity<Code extends string>(findings: readonly Finding<Code>[]): Finding<Code>[] {
  return [...findings].sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
}
