import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlockDevice } from '../../../src/device/index.js';
import type { DeviceMapper } from '../../../src/dm/index.js';
import {
  prepareRemoval,
  runRemoval,
  type RemovalEnvironment,
  type RemovalOptions,
  type RemovalRequest,
  type RemovalResult,
} from '../../../src/procedure/removal/index.js';
import { kernelIdentity } from '../../../src/table/index.js';
import { CACHE, ModelCache, type ModelCacheOptions, ORIGIN } from '../model-cache.js';

export const REQUEST: RemovalRequest = {
  drain: true,
  timeoutMs: null,
  maxStallMs: 1000,
  verify: 'full',
  invalidate: false,
  ending: 'keep',
  overrides: [],
};

/** A cache in this process, and folders of its own for what a removal keeps. */
export class RemovalSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'wcache-removal-'));
  readonly environment: RemovalEnvironment;

  private constructor(readonly wc: ModelCache) {
    const devices = new Map<string, BlockDevice>([
      [ORIGIN, wc.origin],
      [CACHE, wc.cacheDevice],
    ]);
    this.environment = {
      kernel: kernelIdentity('6.12.117+deb13-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1 (2026-11-12)'),
      removalsFolder: join(this.folder, 'removals'),
      pairsFolder: join(this.folder, 'pairs'),
      open: (number) => unclosed(devices, number),
      commit: (device) => {
        const opened = wc.mapper.open(device.name);
        opened.flush();
        opened.close();
      },
      activity: () => null,
      identity: (number) => ({ path: `/dev/disk-${number}`, ids: [`id-${number}`] }),
      readAheadSectors: () => undefined,
      ownFiles: () => [],
      blame: () => Promise.resolve('One of the devices failed.'),
    };
  }

  static async create(options?: ModelCacheOptions): Promise<RemovalSite> {
    return new RemovalSite(await ModelCache.create(options));
  }

  async remove(
    request: Partial<RemovalRequest> = {},
    options: RemovalOptions = {},
    dm: DeviceMapper = this.wc.dm,
  ): Promise<RemovalResult> {
    const { environment } = this;
    const prepared = await prepareRemoval(dm, 'wc', { ...REQUEST, ...request }, { environment });
    return runRemoval(dm, prepared, options);
  }

  /** Whether the mapping is linear, runs, and has everything. */
  async isOnOrigin(): Promise<boolean> {
    const { suspended, hasInactiveTable } = await this.wc.device();
    const [line] = await this.wc.mapper.table('wc', 'live');
    return !suspended && !hasInactiveTable && line?.target === 'linear' && !this.wc.isOriginStale();
  }

  /** Whether the writecache runs, as if nothing had been. */
  async isCached(): Promise<boolean> {
    const { suspended, hasInactiveTable } = await this.wc.device();
    const [line] = await this.wc.mapper.table('wc', 'live');
    return !suspended && !hasInactiveTable && line?.target === 'writecache' && !this.wc.isStale();
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The devices of a model last longer than a look at them. */
function unclosed(devices: ReadonlyMap<string, BlockDevice>, number: string): BlockDevice {
  const device = devices.get(number);
  if (device === undefined) throw new Error(`no device ${number}`);
  return new Proxy(device, {
    get: (target, key) => {
      if (key === 'close') return () => undefined;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
