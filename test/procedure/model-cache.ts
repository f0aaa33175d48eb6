import { FaultyDevice, MemoryDevice, type BlockDevice } from '../../src/device/index.js';
import { findCache, type DeviceMapper, type LiveCache, type MappedDevice } from '../../src/dm/index.js';
import { DEBIAN_6_12, ModelMapper, type ModelMapperOptions } from '../../src/model-dm/index.js';
import type { TargetLine, TargetVersion } from '../../src/table/index.js';
import { FailingMapper } from './failing-mapper.js';

const BLOCK_BYTES = 4096;
const ORIGIN_BLOCKS = 256;
const CACHE_BLOCKS = 64;

/** Under which nothing is written back or committed by itself. */
const LAZY = 'high_watermark 100 low_watermark 100 autocommit_time 3600000';

/** The devices of {@link ModelCache}, under numbers that no machine has. */
export const ORIGIN = '4000:0';
export const CACHE = '4000:16';

/** The parameters of its tables. */
export function tableOf(options: string = LAZY): string {
  const count = options === '' ? 0 : options.split(' ').length;
  return `s ${ORIGIN} ${CACHE} 4096 ${String(count)} ${options}`.trim();
}

export function lineOf(parameters: string, target = 'writecache'): TargetLine {
  return { startSector: 0n, lengthSectors: 2048n, target, parameters };
}

export interface ModelCacheOptions {
  /** Parameters; {@link tableOf} nothing unless told. */
  readonly parameters?: string;
  readonly version?: TargetVersion;
  readonly pace?: ModelMapperOptions['pace'];
}

/**
 * A running writecache `wc` of 63 blocks in a device-mapper of this process, whose origin can be made to fail. The kernel's
 * ways are those of Debian's 6.12, which forgets blocks when it resumes a target in error: what is read is then stale.
 */
export class ModelCache {
  readonly mapper: ModelMapper;
  readonly dm: FailingMapper;
  readonly origin: FaultyDevice;
  readonly cacheDevice: FaultyDevice;
  #written = 0;

  private constructor({ version, pace }: ModelCacheOptions) {
    const targets = { ...DEBIAN_6_12.targets, ...(version && { writecache: version }) };
    this.mapper = new ModelMapper({ traits: { ...DEBIAN_6_12, targets }, ...(pace && { pace }) });
    this.dm = new FailingMapper(this.mapper);
    this.origin = new FaultyDevice(new MemoryDevice(ORIGIN_BLOCKS * BLOCK_BYTES));
    this.#add(ORIGIN, this.origin);
    this.cacheDevice = new FaultyDevice(new MemoryDevice(CACHE_BLOCKS * BLOCK_BYTES));
    this.#add(CACHE, this.cacheDevice);
    this.#add('4000:1', new MemoryDevice(ORIGIN_BLOCKS * BLOCK_BYTES));
    this.#add('4000:32', new MemoryDevice(CACHE_BLOCKS * BLOCK_BYTES));
  }

  static async create(options: ModelCacheOptions = {}): Promise<ModelCache> {
    const made = new ModelCache(options);
    const line = lineOf(options.parameters ?? tableOf());
    await made.mapper.create({ name: 'wc', uuid: 'WCACHE-1', line });
    return made;
  }

  cache(dm: DeviceMapper = this.dm): Promise<LiveCache> {
    return findCache(dm, 'wc');
  }

  async device(): Promise<MappedDevice> {
    const device = await this.mapper.info('wc');
    if (device === null) throw new Error('the mapping is gone');
    return device;
  }

  /** The parameters of the live table. */
  async parameters(): Promise<string> {
    return (await this.mapper.table('wc', 'live'))[0]?.parameters ?? '';
  }

  /** Writes so many blocks, which lie apart from each other, and commits them. */
  dirty(blocks: number): void {
    const device = this.mapper.open('wc');
    for (let block = 0; block < blocks; block++) device.write(contentOf(block), 2 * block * BLOCK_BYTES);
    device.flush();
    device.close();
    this.#written = blocks;
  }

  /** All writes to the origin fail from now on. */
  failOrigin(): void {
    const lengthBytes = this.origin.sizeBytes;
    this.origin.setFaults({ ranges: [{ offsetBytes: 0, lengthBytes, on: 'write' }] });
  }

  mendOrigin(): void {
    this.origin.setFaults({});
  }

  /** Gets into error by an origin that fails for a moment, with blocks that are committed in the cache alone. */
  async bringIntoError(): Promise<void> {
    this.dirty(3);
    this.failOrigin();
    await this.mapper.message('wc', 'flush').catch(() => undefined);
    this.mendOrigin();
    if (!(await this.isInError())) throw new Error('there should be an error');
  }

  async isInError(): Promise<boolean> {
    return (await this.cache(this.mapper)).status.error;
  }

  /** Whether a program would read something else than what was written, now that it is running. */
  isStale(): boolean {
    const device = this.mapper.open('wc');
    const stale = this.#differs(device);
    device.close();
    return stale;
  }

  /** Whether the origin alone has something else than what was written. */
  isOriginStale(): boolean {
    return this.#differs(this.origin);
  }

  #differs(device: BlockDevice): boolean {
    const found = new Uint8Array(BLOCK_BYTES);
    return Array.from({ length: this.#written }, (_, block) => block).some((block) => {
      device.read(found, 2 * block * BLOCK_BYTES);
      return found[0] !== contentOf(block)[0];
    });
  }

  #add(number: string, device: MemoryDevice | FaultyDevice): void {
    this.mapper.addDevice({ device, number, path: `/dev/disk-${number}` });
  }
}

function contentOf(block: number): Uint8Array {
  return new Uint8Array(BLOCK_BYTES).fill(block + 1);
}
