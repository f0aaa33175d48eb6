import type { HeldRequest } from './held-writes.js';

/** A write of a program: whole blocks, in one bio. */
export interface WriteRequest {
  readonly startSector: number;
  readonly data: Uint8Array;
  readonly fua: boolean;
  /** Marked as metadata of a file system, which metadata_only lets into the cache. */
  readonly meta: boolean;
  /** Data that go to the cache device are left in flight for it (ssd mode), until something waits for them. */
  readonly held: HeldRequest | undefined;
}
