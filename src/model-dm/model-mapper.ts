import type { BlockDevice } from '../device/index.js';
import type {
  DeviceMapper,
  Glance,
  MappedDevice,
  NewMapping,
  SuspendGuard,
  TableSlot,
} from '../dm/device-mapper.js';
import { noSuchMapping } from '../dm/no-such-mapping.js';
import type { TargetLine, TargetVersion } from '../table/index.js';
import type { Choose, Pace, ReferenceTarget, TraceEvent } from '../target/index.js';
import type { Backing } from './backing.js';
import { KernelRefusal } from './kernel-refusal.js';
import { DEBIAN_6_12, type KernelTraits } from './kernel-traits.js';
import { LoadedTable } from './loaded-table.js';
import { Mapping } from './mapping.js';
import { refused, type Ioctl } from './refused.js';
import { WritecacheTarget } from './writecache-target.js';

export interface ModelMapperOptions {
  /** Whose ways it has; {@link DEBIAN_6_12} unless told. */
  readonly traits?: KernelTraits;
  /** The number of all mappings; 253 unless told. */
  readonly major?: number;
  readonly choose?: Choose;
  readonly pace?: Pace;
  /** Takes what the writecaches do. */
  readonly trace?: (mapping: string, event: TraceEvent) => void;
}

/** A block device for tables to name. */
export interface NewBacking {
  readonly device: BlockDevice;
  readonly path: string;
  /** As `MAJOR:MINOR`. */
  readonly number: string;
  /** It can be mapped as persistent memory, which mode p needs. */
  readonly dax?: boolean;
}

/**
 * A device-mapper in this process, whose writecaches are reference targets. It answers as {@link Dmsetup} does on the
 * kernel that its traits tell, to the letter; the conformance suite is run against both.
 *
 * Nothing happens by itself: time is given with {@link advance}. I/O goes through {@link open}, and all of it is done,
 * writeback included as far as the pace lets it, when a call returns.
 */
export class ModelMapper implements DeviceMapper {
  readonly traits: KernelTraits;
  readonly #options: ModelMapperOptions;
  readonly #backings: Backing[] = [];
  readonly #mappings = new Map<string, Mapping>();
  #nowMs = 0;

  constructor(options: ModelMapperOptions = {}) {
    this.traits = options.traits ?? DEBIAN_6_12;
    this.#options = options;
  }

  addDevice({ device, path, number, dax = false }: NewBacking): void {
    const kernelName = path.slice(path.lastIndexOf('/') + 1);
    this.#backings.push({ device, number, paths: [path], kernelName, dax });
  }

  /**
   * A view of a mapping for reads and writes; it counts as open until it is closed. I/O while the mapping is suspended
   * throws {@link IoWouldWait}.
   */
  open(name: string): BlockDevice {
    return this.#require(name).open();
  }

  /** Lets the time go on in all mappings. */
  advance(milliseconds: number): void {
    this.#nowMs += milliseconds;
    for (const { live } of this.#mappings.values()) live?.target.advance(this.#nowMs);
  }

  /** The writecache in a slot, for what only a model can tell. Null where there is none. */
  reference(name: string, slot: TableSlot = 'live'): ReferenceTarget | null {
    const target = this.#require(name)[slot]?.target;
    return target instanceof WritecacheTarget ? target.reference : null;
  }

  /** Makes a mapping without a table, as `dmsetup create --notable` does. */
  createEmpty(name: string, uuid = ''): Promise<void> {
    return this.#does('create', `${name} ${uuid}`.trim(), () => {
      this.#add(name, uuid);
    });
  }

  list(): Promise<MappedDevice[]> {
    return answer(() => this.#byName().map((mapping) => this.#describe(mapping)));
  }

  info(name: string): Promise<MappedDevice | null> {
    const mapping = this.#mappings.get(name);
    return answer(() => (mapping === undefined ? null : this.#describe(mapping)));
  }

  table(name: string, slot: TableSlot): Promise<TargetLine[]> {
    return answer(() => this.#require(name).lines(slot, 'table'));
  }

  status(name: string): Promise<TargetLine[]> {
    return answer(() => this.#require(name).lines('live', 'status'));
  }

  tables(target: string): Promise<Map<string, TargetLine[]>> {
    return answer(() => this.#ofAll(target, 'table'));
  }

  statuses(target: string): Promise<Map<string, TargetLine[]>> {
    return answer(() => this.#ofAll(target, 'status'));
  }

  glance(target: string, known: readonly MappedDevice[]): Promise<Glance | null> {
    return answer(() => {
      const statuses = this.#ofAll(target, 'status');
      const suspended = new Set<string>();
      for (const { name, major, minor } of known) {
        const number = `${String(major)}:${String(minor)}`;
        const there = [...this.#mappings.values()].find(({ backing }) => backing.number === number);
        if (there?.identity.name !== name && (there !== undefined || statuses.has(name))) return null;
        if (there?.suspended === true) suspended.add(name);
      }
      const names = new Set(known.map(({ name }) => name));
      return [...statuses.keys()].every((name) => names.has(name)) ? { statuses, suspended } : null;
    });
  }

  targetVersion(target: string): Promise<TargetVersion | null> {
    return answer(() => this.traits.targets[target] ?? null);
  }

  create({ name, uuid, line }: NewMapping): Promise<void> {
    return answer(() => {
      const mapping = refusing('create', `${name} ${uuid}`.trim(), () => this.#add(name, uuid));
      try {
        refusing('reload', `${name} (${mapping.backing.number})`, () => {
          mapping.load(this.#load(mapping, line));
        });
      } catch (error) {
        this.#mappings.delete(name);
        throw error;
      }
      mapping.resume();
    });
  }

  load(name: string, line: TargetLine): Promise<void> {
    return this.#change('reload', name, (mapping) => {
      mapping.load(this.#load(mapping, line));
    });
  }

  clear(name: string): Promise<void> {
    return this.#change('clear', name, (mapping) => {
      mapping.inactive = null;
    });
  }

  /** There are no file systems here that could be frozen first. */
  suspend(name: string): Promise<void> {
    return this.#change('suspend', name, (mapping) => {
      mapping.suspend();
    });
  }

  /** This process is the device-mapper: nobody is left to bring anything back when it ends. */
  async suspendGuarded(name: string): Promise<SuspendGuard> {
    await this.suspend(name);
    return { release: () => Promise.resolve() };
  }

  resume(name: string): Promise<void> {
    return this.#change('resume', name, (mapping) => {
      mapping.inactive?.target.advance(this.#nowMs);
      mapping.live?.target.advance(this.#nowMs);
      mapping.resume();
    });
  }

  message(name: string, text: string, abandon?: AbortSignal): Promise<void> {
    return this.#change('message', name, ({ live }) => {
      abandon?.throwIfAborted();
      if (live === null && !this.traits.refusesMessageWithoutTable) return;
      if (live?.target.message === undefined) throw new KernelRefusal('EINVAL');
      live.target.message(text);
    });
  }

  remove(name: string): Promise<void> {
    return this.#change('remove', name, (mapping) => {
      if (this.#describe(mapping).openCount > 0) throw new KernelRefusal('EBUSY');
      mapping.suspend();
      this.#mappings.delete(name);
    });
  }

  #change(ioctl: Ioctl, name: string, work: (mapping: Mapping) => void): Promise<void> {
    return this.#does(ioctl, name, () => {
      work(this.#require(name));
    });
  }

  #does(ioctl: Ioctl, subject: string, work: () => void): Promise<void> {
    return answer(() => {
      refusing(ioctl, subject, work);
    });
  }

  #require(name: string): Mapping {
    const mapping = this.#mappings.get(name);
    if (mapping === undefined) throw noSuchMapping(name);
    return mapping;
  }

  /** Throws {@link KernelRefusal} for a name or uuid that is taken. */
  #add(name: string, uuid: string): Mapping {
    const others = [...this.#mappings.values()].map(({ identity }) => identity);
    if (others.some((other) => other.name === name || (uuid !== '' && other.uuid === uuid))) {
      throw new KernelRefusal('EBUSY');
    }
    const minor = lowestFree(others.map((other) => other.minor));
    const mapping = new Mapping({ name, uuid, major: this.#options.major ?? 253, minor });
    this.#mappings.set(name, mapping);
    return mapping;
  }

  #load(mapping: Mapping, line: TargetLine): LoadedTable {
    const { choose, pace, trace } = this.#options;
    const { name } = mapping.identity;
    return new LoadedTable(line, {
      traits: this.traits,
      find: (word) => this.#find(word),
      reference: {
        behaviour: this.traits.behaviour,
        nowMs: this.#nowMs,
        ...(choose && { choose }),
        ...(pace && { pace }),
        ...(trace && {
          trace: (event: TraceEvent) => {
            trace(name, event);
          },
        }),
      },
    });
  }

  #find(word: string): Backing | undefined {
    const mapped = [...this.#mappings.values()].filter(({ hasHadTable }) => hasHadTable);
    const all = [...this.#backings, ...mapped.map(({ backing }) => backing)];
    return all.find(({ number, paths }) => number === word || paths.includes(word));
  }

  #describe(mapping: Mapping): MappedDevice {
    const holders = [...this.#mappings.values()].filter((other) => other.uses(mapping.backing));
    return mapping.describe(holders.length);
  }

  #ofAll(target: string, what: 'table' | 'status'): Map<string, TargetLine[]> {
    const found = this.#byName().map(
      (mapping) =>
        [
          mapping.identity.name,
          mapping.lines('live', what).filter((line) => line.target === target),
        ] as const,
    );
    return new Map(found.filter(([, lines]) => lines.length > 0));
  }

  #byName(): Mapping[] {
    return [...this.#mappings.values()].sort((one, other) =>
      one.identity.name < other.identity.name ? -1 : 1,
    );
  }
}

/** A port's calls may take their time, so what is thrown here comes as a rejection. */
function answer<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

function refusing<T>(ioctl: Ioctl, subject: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof KernelRefusal ? refused(ioctl, subject, error) : error;
  }
}

function lowestFree(taken: readonly number[]): number {
  let minor = 0;
  while (taken.includes(minor)) minor++;
  return minor;
}
