import type {
  DeviceMapper,
  Glance,
  GuardTables,
  MappedDevice,
  NewMapping,
  ResumeOptions,
  SuspendGuard,
  SuspendOptions,
  TableSlot,
} from '../../src/dm/index.js';
import { OperationError } from '../../src/errors.js';
import type { TargetLine, TargetVersion } from '../../src/table/index.js';

/** Another device-mapper, some of whose calls fail on purpose, and which remembers what was asked of it. */
export class FailingMapper implements DeviceMapper {
  /** All calls that change something, in order; a message by its text. */
  readonly calls: string[] = [];
  /** Calls that fail, by name, as often as they stand here; `late:` does its work first. */
  readonly failing: string[] = [];

  constructor(protected readonly inner: DeviceMapper) {}

  list(): Promise<MappedDevice[]> {
    return this.inner.list();
  }

  info(name: string): Promise<MappedDevice | null> {
    return this.inner.info(name);
  }

  table(name: string, slot: TableSlot): Promise<TargetLine[]> {
    return this.inner.table(name, slot);
  }

  status(name: string): Promise<TargetLine[]> {
    return this.inner.status(name);
  }

  tables(target: string, listed?: readonly MappedDevice[]): Promise<Map<string, TargetLine[]>> {
    return this.inner.tables(target, listed);
  }

  statuses(target: string, listed?: readonly MappedDevice[]): Promise<Map<string, TargetLine[]>> {
    return this.inner.statuses(target, listed);
  }

  glance(target: string, known: readonly MappedDevice[]): Promise<Glance | null> {
    return this.inner.glance(target, known);
  }

  targetVersion(target: string): Promise<TargetVersion | null> {
    return this.inner.targetVersion(target);
  }

  create(mapping: NewMapping): Promise<void> {
    return this.#call('create', () => this.inner.create(mapping));
  }

  load(name: string, line: TargetLine): Promise<void> {
    return this.#call('load', () => this.inner.load(name, line));
  }

  clear(name: string): Promise<void> {
    return this.#call('clear', () => this.inner.clear(name));
  }

  suspend(name: string, options?: SuspendOptions): Promise<void> {
    return this.#call('suspend', () => this.inner.suspend(name, options));
  }

  async suspendGuarded(name: string, tables: GuardTables, options?: SuspendOptions): Promise<SuspendGuard> {
    let guard: SuspendGuard = { release: () => Promise.resolve() };
    await this.#call('suspend', async () => {
      guard = await this.inner.suspendGuarded(name, tables, options);
    });
    return guard;
  }

  resume(name: string, options?: ResumeOptions): Promise<void> {
    return this.#call('resume', () => this.inner.resume(name, options));
  }

  message(name: string, text: string, abandon?: AbortSignal): Promise<void> {
    return this.#call(text, () => this.inner.message(name, text, abandon));
  }

  remove(name: string): Promise<void> {
    return this.#call('remove', () => this.inner.remove(name));
  }

  async #call(name: string, work: () => Promise<void>): Promise<void> {
    this.calls.push(name);
    const at = [name, `late:${name}`].map((each) => this.failing.indexOf(each)).find((place) => place >= 0);
    const how = at === undefined ? undefined : this.failing.splice(at, 1)[0];
    if (how !== name) await work();
    if (how !== undefined) throw new OperationError(`${name} failed.`, { code: 'device-mapper-failed' });
  }
}
