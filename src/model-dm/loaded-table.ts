import { SECTOR_BYTES } from '../format/index.js';
import type { TargetLine } from '../table/index.js';
import { splitWords } from '../table/index.js';
import type { Backing } from './backing.js';
import { KernelRefusal } from './kernel-refusal.js';
import type { ModelTarget, Surroundings, UsedRange } from './model-target.js';
import { errorTarget, linearTarget, zeroTarget } from './simple-targets.js';
import { WritecacheTarget } from './writecache-target.js';

/** A table in one of the slots: one line, and the instance of the target that the line has made. */
export class LoadedTable {
  readonly target: ModelTarget;
  readonly #line: TargetLine;

  /** Throws {@link KernelRefusal} as the ioctl that loads a table. */
  constructor(line: TargetLine, surroundings: Omit<Surroundings, 'lengthSectors'>) {
    if (line.startSector !== 0n) throw KernelRefusal.byTarget(line.target, 'Gap in table');
    this.#line = line;
    this.target = makeTarget(line, { ...surroundings, lengthSectors: line.lengthSectors });
  }

  get sizeBytes(): bigint {
    return this.#line.lengthSectors * BigInt(SECTOR_BYTES);
  }

  get logicalBlockSizeBytes(): number {
    const below = this.target.ranges.map(({ backing }) => backing.device.logicalBlockSizeBytes);
    return Math.max(this.target.blockSizeBytes, ...below);
  }

  uses(backing: Backing): boolean {
    return this.target.backings.includes(backing);
  }

  tableLine(): TargetLine {
    return { ...this.#line, parameters: this.target.parameters() };
  }

  statusLine(): TargetLine {
    return { ...this.#line, parameters: this.target.status() };
  }

  /**
   * The line of the kernel's log that says why the table does not fit its devices; null where it does. The kernel asks
   * that when it gives a mapping its first table, and of later ones only when it makes them live.
   */
  misfit(): string | null {
    for (const range of this.target.ranges) {
      const why = misfitOf(range, this.logicalBlockSizeBytes);
      if (why !== null) return why;
    }
    return null;
  }
}

function misfitOf({ backing, startSector, lengthSectors }: UsedRange, blockBytes: number): string | null {
  const { kernelName, device } = backing;
  const sectors = device.sizeBytes / BigInt(SECTOR_BYTES);
  const [start, length] = [String(startSector), String(lengthSectors)];
  // A device without a size, such as a mapping without a table, is not asked.
  if (sectors === 0n) return null;
  if (startSector + lengthSectors > sectors) {
    return `${kernelName} too small for target: start=${start}, len=${length}, dev_size=${String(sectors)}`;
  }
  const unit = BigInt(blockBytes / SECTOR_BYTES);
  const unaligned = [
    { what: `start=${start}`, sector: startSector },
    { what: `len=${length}`, sector: lengthSectors },
  ].find(({ sector }) => sector % unit !== 0n);
  return unaligned === undefined
    ? null
    : `${unaligned.what} not aligned to h/w logical block size ${String(blockBytes)} of ${kernelName}`;
}

function makeTarget({ target, parameters }: TargetLine, surroundings: Surroundings): ModelTarget {
  const words = splitWords(parameters);
  if (Object.hasOwn(surroundings.traits.targets, target)) {
    switch (target) {
      case 'writecache':
        return new WritecacheTarget(parameters, surroundings);
      case 'linear':
        return linearTarget(words, surroundings);
      case 'error':
        return errorTarget(words, surroundings);
      case 'zero':
        return zeroTarget(words);
    }
  }
  throw new KernelRefusal('EINVAL', [
    `${target}: unknown target type`,
    'ioctl: error adding target to table',
  ]);
}
