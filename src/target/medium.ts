import type { BlockDevice } from '../device/index.js';
import { WcacheError } from '../errors.js';
import type { TraceDevice, TraceSink } from './trace.js';

/** One of the two devices of a target: everything that changes it goes through here, and is recorded here. */
export class Medium {
  readonly #device: BlockDevice;
  readonly #name: TraceDevice;
  readonly #trace: TraceSink | undefined;

  constructor(device: BlockDevice, name: TraceDevice, trace: TraceSink | undefined) {
    this.#device = device;
    this.#name = name;
    this.#trace = trace;
  }

  get sizeBytes(): bigint {
    return this.#device.sizeBytes;
  }

  /** Whether the device did it: what fails in the target's own doing is a state of the target, and no exception. */
  tryRead(target: Uint8Array, offsetBytes: number): boolean {
    try {
      this.#device.read(target, offsetBytes);
    } catch (error) {
      return failed(error);
    }
    return true;
  }

  /** `held` numbers a write that the device takes and does not do yet. */
  tryWrite(data: Uint8Array, offsetBytes: number, { fua = false, held }: WriteFlags = PLAIN): boolean {
    try {
      this.#device.write(data, offsetBytes);
    } catch (error) {
      return failed(error);
    }
    this.#trace?.({
      op: 'write',
      device: this.#name,
      offsetBytes,
      // A copy: the writer may use its buffer again.
      data: new Uint8Array(data),
      fua,
      ...(held !== undefined && { held }),
    });
    return true;
  }

  /** Makes all that was done durable; of memory, a barrier. */
  tryFlush(): boolean {
    try {
      this.#device.flush();
    } catch (error) {
      return failed(error);
    }
    this.#trace?.({ op: 'flush', device: this.#name });
    return true;
  }

  tryDiscard(offsetBytes: number, lengthBytes: number): boolean {
    try {
      this.#device.discard(offsetBytes, lengthBytes);
    } catch (error) {
      return failed(error);
    }
    this.#trace?.({ op: 'discard', device: this.#name, offsetBytes, lengthBytes });
    return true;
  }
}

export interface WriteFlags {
  readonly fua?: boolean;
  readonly held?: number | undefined;
}

const PLAIN: WriteFlags = {};

/** False for what a device throws; a mistake of the program is thrown on. */
function failed(error: unknown): false {
  if (error instanceof WcacheError) return false;
  throw error;
}
