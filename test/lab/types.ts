/** A kernel the lab can boot: `uml-6.1` has ssd mode only, the two under QEMU have ssd and pmem mode. */
export type KernelName = 'uml-6.1' | 'debian-6.1' | 'debian-6.12';

/** A raw disk image: a file of the host. */
export interface DiskImage {
  readonly path: string;
  readonly readOnly?: boolean;
}

export interface BootOptions {
  readonly kernel: KernelName;
  /** The guest's disks, in the order of `guest.disks`. */
  readonly disks?: readonly DiskImage[];
  /**
   * QEMU only: files that are the guest's /dev/pmemN, with DAX. A store of the guest is in the file at once,
   * at the same offset. The size must be a multiple of 2 MiB.
   */
  readonly pmem?: readonly DiskImage[];
  readonly memoryMiB?: number;
  readonly bootTimeoutMs?: number;
  /** What error messages call this guest. */
  readonly label?: string;
  /** A directory of the host that is writable in the guest, at the same absolute path. */
  readonly shareDirectory?: string;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status, or 128 and the signal's number. */
  readonly status: number;
}

export interface RunOptions {
  /** How long the command may take before the guest counts as hung and is ended. */
  readonly timeoutMs?: number;
  /** Standard input; without it there is none (/dev/null). */
  readonly input?: string;
  /** Added to the guest's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory, `/` if not given. */
  readonly cwd?: string;
}

/** A running kernel. */
export interface Guest {
  readonly kernelRelease: string;
  /** Device paths in the guest, as `BootOptions.disks` has them. */
  readonly disks: readonly string[];
  /** Device paths in the guest, as `BootOptions.pmem` has them. */
  readonly pmem: readonly string[];
  /**
   * Runs `sh -c command` as root in the guest. Several may be under way at once. It ends with the shell: a
   * process left behind does not hold it up. A nonzero status is a result; only a guest that died, or had to
   * be ended, rejects (GuestError).
   */
  run(command: string, options?: RunOptions): Promise<RunResult>;
  /** Everything that the kernel's console has printed so far. */
  console(): string;
  /**
   * Ends the machine at once: what the guest's kernel had written is in the files, what it held in memory is
   * gone.
   */
  powerCut(): Promise<void>;
  /**
   * Orderly end: sync, power off, wait until every process of the machine is gone. Does nothing for a guest
   * that has ended.
   */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Whether the lab's kernels can be booted here, and what is missing if they cannot. */
export type LabReadiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reason: string; readonly missingPackages: string[] };
