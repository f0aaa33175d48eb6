/**
 * Decides between outcomes that are all legal, as the kernel leaves them to the timing of its threads and of the
 * devices: a number from 0 to `count` - 1. All that depends on timing is asked here; a list of answers is an execution.
 */
export type Choose = (count: number, what: string) => number;

/** The plainest execution: everything ends in the order in which it began, and requests are not interrupted. */
export const plainly: Choose = () => 0;
