/** The two devices of a target. In pmem mode the cache device is memory, and its `flush` is a barrier. */
export type TraceDevice = 'origin' | 'cache';

/** What a program asked of the mapped device. Sectors are 512 bytes, counted from its start. */
export type TracedRequest =
  | {
      readonly kind: 'write';
      readonly startSector: number;
      readonly lengthSectors: number;
      readonly fua: boolean;
    }
  | { readonly kind: 'flush' }
  | { readonly kind: 'discard'; readonly startSector: number; readonly lengthSectors: number };

/**
 * What a target does, in order. A write is done as soon as it stands here, unless it is held; done is not durable:
 * that is a write with `fua`, and every done write before a `flush` of its device.
 */
export type TraceEvent =
  | {
      readonly op: 'write';
      readonly device: TraceDevice;
      readonly offsetBytes: number;
      readonly data: Uint8Array;
      readonly fua: boolean;
      /** The device has taken the write and not done it yet; `done` with the same number follows. */
      readonly held?: number;
    }
  | { readonly op: 'done'; readonly held: number }
  | { readonly op: 'flush'; readonly device: TraceDevice }
  | {
      readonly op: 'discard';
      readonly device: TraceDevice;
      readonly offsetBytes: number;
      readonly lengthBytes: number;
    }
  | { readonly op: 'request'; readonly id: number; readonly request: TracedRequest }
  /** The request has ended well, and the program knows it. One that failed is never acknowledged. */
  | { readonly op: 'acknowledge'; readonly id: number };

/** Takes the events as they happen. The data of a write are the taker's to keep. */
export type TraceSink = (event: TraceEvent) => void;
