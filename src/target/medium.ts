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
    return succeeds(() => {
      this.#device.read(target, offsetBytes);
    });
  }

  /** `held` numbers a write that the device takes and does not do yet. */
  tryWrite(data: Uint8Array, offsetBytes: number, { fua = false, held }: WriteFlags = {}): boolean {
    return succeeds(() => {
      this.#device.write(data, offsetBytes);
      this.#trace?.({
        op: 'write',
        device: this.#name,
        offsetBytes,
        // A copy: the writer may use its buffer again.
        data: new Uint8Array(data),
        fua,
        ...(held !== undefined && { held }),
      });
    });
  }

  /** Makes all that was done durable; of memory, a barrier. */
  tryFlush(): boolean {
    return succeeds(() => {
      this.#device.flush();
      this.#trace?.({ op: 'flush', device: this.#name });
    });
  }

  tryDiscard(offsetBytes: number, lengthBytes: number): boolean {
    return succeeds(() => {
      this.#device.discard(offsetBytes, lengthBytes);
      this.#trace?.({ op: 'discard', device: this.#name, offsetBytes, lengthBytes });
    });
  }
}

export interface WriteFlags {
  readonly fua?: boolean;
  readonly held?: number | undefined;
}

function succeeds(transfer: () => void): boolean {
  try {
    transfer();
    return true;
  } catch (error) {
    if (error instanceof WcacheError) return false;
    throw error;
  }
}
