import type { DiskImage } from './types.js';

/** What an engine must be told to start one machine. */
export interface MachinePlan {
  /** A directory of this machine's own, removed with it. */
  readonly scratch: string;
  /** Copy of guest/agent.pl, at a path without characters that a kernel command line could not carry. */
  readonly agent: string;
  readonly disks: readonly DiskImage[];
  readonly pmem: readonly DiskImage[];
  readonly memoryMiB: number;
  readonly shareDirectory: string | undefined;
}

/** How to start a machine, and what its agent has to be told. */
export interface Machine {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Words of the agent's setup message (see guest/agent.pl). */
  readonly setup: readonly string[];
  /** Device paths of the disks, where the engine knows them beforehand; otherwise the agent finds them. */
  readonly disks?: readonly string[];
}

/** Makes machines of one kernel. What takes long (fetching the kernel) is done when one has a design. */
export type MachineDesign = (plan: MachinePlan) => Promise<Machine>;
