import { checkRange, ioError, type DeviceAction } from '../device/transfer-errors.js';
import type { BlockDevice, Bytes } from '../device/index.js';
import type { Mapping } from './mapping.js';
import type { ModelTarget } from './model-target.js';

/**
 * I/O on a suspended mapping. The kernel would let it wait for the resume, which a synchronous call cannot; and it is
 * no failed I/O, which a target above would take for an error of its device. So it is an error of the program.
 */
export class IoWouldWait extends Error {
  constructor(name: string) {
    super(
      `I/O on ${name} would wait until it is resumed, and nothing in this process could resume it meanwhile.`,
    );
    this.name = 'IoWouldWait';
  }
}

/** A mapping as those see it who read and write it. What they do goes to the table that is live at the time. */
export class MappingView implements BlockDevice {
  readonly #mapping: Mapping;
  readonly #onClose: () => void;
  #closed = false;

  constructor(mapping: Mapping, onClose: () => void) {
    this.#mapping = mapping;
    this.#onClose = onClose;
  }

  get name(): string {
    return `/dev/mapper/${this.#mapping.identity.name}`;
  }

  /** Of the live table; 0 without one. */
  get sizeBytes(): bigint {
    return this.#mapping.live?.sizeBytes ?? 0n;
  }

  get logicalBlockSizeBytes(): number {
    return this.#mapping.live?.logicalBlockSizeBytes ?? 512;
  }

  read(target: Uint8Array, offset: Bytes): void {
    this.#at('read', offset, target.length, (live, at) => {
      live.read(target, at);
    });
  }

  write(source: Uint8Array, offset: Bytes): void {
    this.#at('written', offset, source.length, (live, at) => {
      live.write(source, at);
    });
  }

  flush(): void {
    this.#at('flushed', 0, 0, (live) => {
      live.flush();
    });
  }

  discard(offset: Bytes, lengthBytes: Bytes): void {
    this.#at('discarded', offset, Number(lengthBytes), (live, at) => {
      live.discard(at, Number(lengthBytes));
    });
  }

  /** May be called again; only the first call does something. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }

  #at(
    action: DeviceAction,
    offset: Bytes,
    lengthBytes: number,
    transfer: (live: ModelTarget, at: number) => void,
  ): void {
    const at = Number(checkRange(this, action, offset, lengthBytes));
    const { live, suspended } = this.#mapping;
    if (suspended) throw new IoWouldWait(this.name);
    if (live === null) throw ioError(this.name, action, at, EIO);
    const block = this.logicalBlockSizeBytes;
    if (at % block !== 0 || lengthBytes % block !== 0) throw ioError(this.name, action, at, EINVAL);
    transfer(live.target, at);
  }
}

const EIO = Object.assign(new Error('EIO'), { code: 'EIO', errno: -5 });
const EINVAL = Object.assign(new Error('EINVAL'), { code: 'EINVAL', errno: -22 });
