import type { DeviceMapper, LiveCache, MappedDevice } from '../../src/dm/index.js';
import { findCache } from '../../src/dm/index.js';
import { OperationError } from '../../src/errors.js';
import {
  hasCounters,
  NEWEST_TARGET_VERSION,
  type TargetLine,
  type TargetVersion,
} from '../../src/table/index.js';

/** One instance of the target: what a loaded table becomes. */
interface Instance {
  readonly line: TargetLine;
  error: boolean;
}

/**
 * The two table slots of one mapping, as device-mapper has them, with calls that can be made to fail. It knows nothing
 * of what the target does; it is for the order of calls alone, and for what runs in the end.
 */
export class SlotMapper implements DeviceMapper {
  live: Instance;
  inactive: Instance | null = null;
  suspended = false;
  /** All calls that change something, in order. */
  readonly calls: string[] = [];
  /** Calls that fail, by name, as often as they stand here; `late:` does its work first. */
  readonly failing: string[] = [];
  /** Instances that are made from now on come up in error. */
  freshInError = false;
  /** The running instance gets into error at its next suspend. */
  errorInSuspend = false;
  version: TargetVersion = NEWEST_TARGET_VERSION;

  constructor(parameters: string) {
    this.live = { line: lineOf(parameters), error: false };
  }

  cache(): Promise<LiveCache> {
    return findCache(this, 'wc');
  }

  /** Whether what an application would read next is right: an instance in error that was resumed shows stale data. */
  isStale = false;

  list(): Promise<MappedDevice[]> {
    return Promise.resolve([this.#device()]);
  }

  info(name: string): Promise<MappedDevice | null> {
    return Promise.resolve(name === 'wc' ? this.#device() : null);
  }

  table(_name: string, slot: 'live' | 'inactive'): Promise<TargetLine[]> {
    const instance = slot === 'live' ? this.live : this.inactive;
    return Promise.resolve(instance === null ? [] : [instance.line]);
  }

  status(): Promise<TargetLine[]> {
    const { line, error } = this.live;
    const counters = hasCounters(this.version) ? ' 0 0 0 0 0 0 0 0 0 0' : '';
    const parameters = line.target === 'writecache' ? `${error ? '1' : '0'} 100 40 0${counters}` : '';
    return Promise.resolve([{ ...line, parameters }]);
  }

  async tables(): Promise<Map<string, TargetLine[]>> {
    return new Map([['wc', await this.table('wc', 'live')]]);
  }

  async statuses(): Promise<Map<string, TargetLine[]>> {
    return new Map([['wc', await this.status()]]);
  }

  targetVersion(): Promise<TargetVersion> {
    return Promise.resolve(this.version);
  }

  create(): Promise<void> {
    return Promise.reject(new Error('there is one mapping, and it is there'));
  }

  load(_name: string, line: TargetLine): Promise<void> {
    return this.#call('load', () => {
      this.inactive = { line, error: this.freshInError };
    });
  }

  clear(): Promise<void> {
    return this.#call('clear', () => {
      this.inactive = null;
    });
  }

  suspend(): Promise<void> {
    return this.#call('suspend', () => {
      this.#suspend();
    });
  }

  resume(): Promise<void> {
    return this.#call('resume', () => {
      if (this.inactive !== null) {
        if (!this.suspended) this.#suspend();
        this.live = this.inactive;
        this.inactive = null;
        this.isStale ||= this.live.line.target !== 'writecache';
      } else if (this.suspended && this.live.error) {
        this.isStale = true;
      }
      this.suspended = false;
    });
  }

  #suspend(): void {
    this.suspended = true;
    if (this.errorInSuspend) this.live.error = true;
    this.errorInSuspend = false;
  }

  message(_name: string, text: string): Promise<void> {
    return this.#call(text, () => undefined);
  }

  remove(): Promise<void> {
    return this.#call('remove', () => undefined);
  }

  #call(name: string, work: () => void): Promise<void> {
    this.calls.push(name);
    const fails = [name, `late:${name}`].map((each) => this.failing.indexOf(each)).find((at) => at >= 0);
    const how = fails === undefined ? undefined : this.failing.splice(fails, 1)[0];
    if (how !== name) work();
    if (how === undefined) return Promise.resolve();
    return Promise.reject(new OperationError(`${name} failed.`, { code: 'device-mapper-failed' }));
  }

  #device(): MappedDevice {
    return {
      name: 'wc',
      uuid: 'WCACHE-1',
      major: 254,
      minor: 0,
      suspended: this.suspended,
      readOnly: false,
      hasLiveTable: true,
      hasInactiveTable: this.inactive !== null,
      openCount: 0,
    };
  }
}

export function lineOf(parameters: string, target = 'writecache'): TargetLine {
  return { startSector: 0n, lengthSectors: 524288n, target, parameters };
}
