/** A byte offset or length on a device. Linux devices end below 2^63 bytes, so a double is not always enough. */
export type Bytes = number | bigint;

/**
 * The port behind which every medium looks alike: an image file, a block device, memory, a recorder, a device
 * that fails on purpose. Calls are synchronous and complete: a short transfer is an error, never a result.
 *
 * All methods throw {@link OperationError} (code `io-error`) when the medium fails, and
 * {@link WrongDeviceError} (code `device-ended`) when it is shorter than `sizeBytes` promised.
 */
export interface BlockDevice {
  /** How messages name it, usually the path that the user gave. */
  readonly name: string;
  readonly sizeBytes: bigint;
  /** The unit in which the medium is addressed; 512 for files and memory. */
  readonly logicalBlockSizeBytes: number;
  /** Whether reads go to the medium itself, past every cache, so that it is worth reading ahead. */
  readonly isDirect?: boolean;
  /**
   * What another thread of this process needs to read it too, where that is faster: the medium is memory, in effect.
   * The descriptor stays this device's, and is valid until it is closed.
   */
  readonly shared?: SharedDevice | undefined;
  /** Fills all of `target` from `offset`. */
  read(target: Uint8Array, offset: Bytes): void;
  /**
   * As `read`, in a thread of its own where the medium has one: so several reads can be under way at once. `target` must not
   * be touched before it has ended. Media that have nothing to gain by it have no such method (see `readLater`).
   */
  readAsync?(target: Uint8Array, offset: Bytes): Promise<void>;
  /** Writes all of `source` at `offset`. Durable only after `flush`. */
  write(source: Uint8Array, offset: Bytes): void;
  /** Returns when everything written before is on the medium. */
  flush(): void;
  /**
   * As `flush`, in a thread of its own where the medium makes it wait: it may take seconds, and what is written meanwhile
   * need not be on the medium when it has ended. Media that have nothing to gain by it have no such method (see
   * `flushLater`).
   */
  flushAsync?(): Promise<void>;
  /** Tells the medium that a range is no longer needed; what it reads as afterwards is undefined. */
  discard(offset: Bytes, lengthBytes: Bytes): void;
  close(): void;
}

/** A device as another thread opens it: see {@link BlockDevice.shared}. */
export interface SharedDevice {
  readonly fd: number;
  readonly name: string;
  readonly sizeBytes: bigint;
}
