import type { TargetLine, TargetVersion } from '../table/index.js';

/** A mapping as the kernel's device-mapper knows it, whatever its targets are. */
export interface MappedDevice {
  /** The kernel's name, in which libdm writes unusual characters as `\x20`. */
  readonly name: string;
  /** Empty where it has none. */
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
  readonly suspended: boolean;
  readonly readOnly: boolean;
  readonly hasLiveTable: boolean;
  /** A table is loaded and waits for the next resume. */
  readonly hasInactiveTable: boolean;
  /** How many have it open: mounts, programs, mappings on top of it. */
  readonly openCount: number;
}

/** What one question tells of the mappings that are known: for those who look again every second. */
export interface Glance {
  /** The live tables' status lines that use the target, by mapping; a mapping that is gone has none. */
  readonly statuses: ReadonlyMap<string, readonly TargetLine[]>;
  /** The kernel's names of those that are suspended. */
  readonly suspended: ReadonlySet<string>;
}

export type TableSlot = 'live' | 'inactive';

/** What a `create` makes: a mapping with a live table of one line. */
export interface NewMapping {
  readonly name: string;
  readonly uuid: string;
  readonly line: TargetLine;
  /** As `dmsetup --readahead` takes it: sectors, `+sectors` for at least as many, `auto` or `none`. */
  readonly readAhead?: string | undefined;
}

export interface SuspendOptions {
  /** Do not freeze the file system on it first. */
  readonly skipLockfs?: boolean;
}

export interface ResumeOptions {
  /** In sectors; what the kernel sets unless told. */
  readonly readAheadSectors?: number | undefined;
}

/** What a guard may load. */
export interface GuardTables {
  /** The writecache's own line; null where the kernel does not survive a second instance (before 5.6.11). */
  readonly fresh: TargetLine | null;
  /** A line of as many sectors on which all I/O fails. */
  readonly failing: TargetLine;
}

/** Somebody who brings a suspended mapping back to life, should this process end before it says that it has done so. */
export interface SuspendGuard {
  /** The mapping runs again, or is looked after otherwise: there is nothing to guard any more. */
  release(): Promise<void>;
}

/**
 * The port to a device-mapper: the kernel's through dmsetup, or one in this process. Names are the kernel's names.
 *
 * All methods throw {@link OperationError} when the device-mapper refuses, with the kernel's words where they can be
 * had; {@link BusyError} `device-busy` where it says so; {@link WrongDeviceError} `no-such-mapping` for a name that
 * does not exist; {@link NotPossibleHereError} where there is no device-mapper or no permission.
 */
export interface DeviceMapper {
  /** All mappings, sorted by name. */
  list(): Promise<MappedDevice[]>;
  /** Null where there is none of this name. */
  info(name: string): Promise<MappedDevice | null>;
  /** No lines where the slot is empty. */
  table(name: string, slot: TableSlot): Promise<TargetLine[]>;
  /** Of the live table; never makes the target flush anything. */
  status(name: string): Promise<TargetLine[]>;
  /**
   * The live tables' lines that use a target, by mapping, in one call.
   *
   * @param listed all mappings, where they were listed just now: that spares another look.
   */
  tables(target: string, listed?: readonly MappedDevice[]): Promise<Map<string, TargetLine[]>>;
  /** The same for status. */
  statuses(target: string, listed?: readonly MappedDevice[]): Promise<Map<string, TargetLine[]>>;
  /**
   * How the `known` mappings are doing, in one question, however many there are. Null where there is a mapping with this
   * target that is not among them, or one of them is another device than it was: all has to be asked anew then.
   */
  glance(target: string, known: readonly MappedDevice[]): Promise<Glance | null>;
  /** The version of a target that the kernel has loaded; null where it has not. */
  targetVersion(target: string): Promise<TargetVersion | null>;
  create(mapping: NewMapping): Promise<void>;
  /** Puts a table into the inactive slot. */
  load(name: string, line: TargetLine): Promise<void>;
  /** Empties the inactive slot. */
  clear(name: string): Promise<void>;
  suspend(name: string, options?: SuspendOptions): Promise<void>;
  /**
   * Suspends a writecache for a step or two, with somebody who undoes it if this process ends meanwhile, however: he resumes
   * the running instance, or, where that is in error, a fresh one (W6), or, where there can be none, what fails.
   */
  suspendGuarded(name: string, tables: GuardTables, options?: SuspendOptions): Promise<SuspendGuard>;
  /** Makes the inactive table live, if there is one (suspending for that moment), and lets I/O go on. */
  resume(name: string, options?: ResumeOptions): Promise<void>;
  /**
   * Sends a message to the target at sector 0. `flush` takes until everything is written back, and nothing can stop
   * the kernel; `abandon` only gives up waiting for it.
   */
  message(name: string, text: string, abandon?: AbortSignal): Promise<void>;
  remove(name: string): Promise<void>;
}
