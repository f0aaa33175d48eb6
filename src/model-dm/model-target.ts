import type { ReferenceTargetOptions } from '../target/index.js';
import type { Backing } from './backing.js';
import type { KernelTraits } from './kernel-traits.js';

/** A range of a device that a table uses, as device-mapper itself looks at it. */
export interface UsedRange {
  readonly backing: Backing;
  readonly startSector: bigint;
  readonly lengthSectors: bigint;
}

/** One instance of a target, as a loaded table line makes it. Offsets are in bytes, from the line's start. */
export interface ModelTarget {
  /** Everything that it holds open. */
  readonly backings: readonly Backing[];
  /** What device-mapper holds against the devices' sizes; a cache device is not among it (kernel-target.md §2.4). */
  readonly ranges: readonly UsedRange[];
  /** The smallest unit in which it can be addressed, whatever its devices can. */
  readonly blockSizeBytes: number;
  /** What the table line says behind the target's name, as the kernel prints it. */
  parameters(): string;
  /** The same of the status line. */
  status(): string;
  read(target: Uint8Array, offsetBytes: number): void;
  write(source: Uint8Array, offsetBytes: number): void;
  flush(): void;
  discard(offsetBytes: number, lengthBytes: number): void;
  /** Absent for a target that takes no messages. Throws {@link KernelRefusal}. */
  message?(text: string): void;
  suspend(): void;
  resume(): void;
  /** Lets the time go on to this moment. */
  advance(toMs: number): void;
}

/** Where a target is made: what its constructor may look at besides its words. */
export interface Surroundings {
  readonly lengthSectors: bigint;
  readonly traits: KernelTraits;
  /** The device that a word of a table means. */
  readonly find: (word: string) => Backing | undefined;
  /** For reference targets: how they are to run, and from when on. */
  readonly reference: ReferenceTargetOptions;
}
