import type { MappedDevice, TableSlot } from '../dm/device-mapper.js';
import type { TargetLine } from '../table/index.js';
import type { Backing } from './backing.js';
import { KernelRefusal } from './kernel-refusal.js';
import type { LoadedTable } from './loaded-table.js';
import { MappingView } from './mapping-view.js';

export interface MappingIdentity {
  readonly name: string;
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
}

/** One mapping: two slots for tables, and whether I/O goes on. */
export class Mapping {
  readonly identity: MappingIdentity;
  /** How other tables name it. */
  readonly backing: Backing;
  /** How many views of it are open. */
  opens = 0;
  live: LoadedTable | null = null;
  inactive: LoadedTable | null = null;
  suspended = false;
  /** Before its first table it is no block device yet. */
  hasHadTable = false;

  constructor(identity: MappingIdentity) {
    const { name, major, minor } = identity;
    const kernelName = `dm-${String(minor)}`;
    this.identity = identity;
    this.backing = {
      device: new MappingView(this, () => undefined),
      number: `${String(major)}:${String(minor)}`,
      paths: [`/dev/mapper/${name}`, `/dev/${kernelName}`],
      kernelName,
      dax: false,
    };
  }

  /** A view of it that counts as open until it is closed. */
  open(): MappingView {
    this.opens++;
    return new MappingView(this, () => {
      this.opens--;
    });
  }

  uses(backing: Backing): boolean {
    return [this.live, this.inactive].some((table) => table?.uses(backing) === true);
  }

  /** Puts a table into the inactive slot, in the place of one that waits there. Throws {@link KernelRefusal}. */
  load(table: LoadedTable): void {
    if (!this.hasHadTable) {
      this.hasHadTable = true;
      refuseMisfit(
        table,
        'core: Cannot calculate initial queue limits',
        'ioctl: unable to set up device queue for new table.',
      );
    }
    this.inactive = table;
  }

  /** Does nothing where it is suspended: the targets hear of it once. */
  suspend(): void {
    if (this.suspended) return;
    this.live?.target.suspend();
    this.suspended = true;
  }

  /**
   * Throws {@link KernelRefusal} for a table that does not fit its devices: that is gone then, and the mapping left
   * suspended with the old one; and where there is nothing to resume.
   */
  resume(): void {
    const waiting = this.inactive;
    if (waiting !== null) {
      this.inactive = null;
      this.suspend();
      refuseMisfit(waiting);
      this.live = waiting;
    }
    if (!this.suspended) return;
    if (this.live === null) throw new KernelRefusal('EINVAL');
    this.live.target.resume();
    this.suspended = false;
  }

  lines(slot: TableSlot, what: 'table' | 'status'): TargetLine[] {
    const table = this[slot];
    if (table === null) return [];
    return [what === 'table' ? table.tableLine() : table.statusLine()];
  }

  /** @param holders how many other mappings have it in their tables. */
  describe(holders: number): MappedDevice {
    return {
      ...this.identity,
      suspended: this.suspended,
      // The port makes no others.
      readOnly: false,
      hasLiveTable: this.live !== null,
      hasInactiveTable: this.inactive !== null,
      openCount: this.opens + holders,
    };
  }
}

function refuseMisfit(table: LoadedTable, ...more: readonly string[]): void {
  const why = table.misfit();
  if (why !== null) throw new KernelRefusal('EINVAL', [why, ...more]);
}
