import type { BlockDevice } from '../device/block-device.js';
import { ENTRY_BYTES } from '../format/index.js';
import { entryRuns, type EntryRun, type PassOptions, type ScanOptions } from './chunks.js';

/** Where the entries of a cache are. */
export interface EntryPlace {
  readonly device: BlockDevice;
  readonly startBytes: bigint;
  readonly nBlocks: number;
}

/** Goes through the entries of one cache as often as it is asked to, and tells the progress of all passes together. */
export class Passes {
  readonly place: EntryPlace;
  readonly #options: ScanOptions;
  readonly #buffers: PassOptions['buffers'];
  #done = 0;

  constructor(place: EntryPlace, options: ScanOptions = {}, buffers?: PassOptions['buffers']) {
    this.place = place;
    this.#options = options;
    this.#buffers = buffers;
  }

  /** One pass; `following`: how many more are known to come. Throws as {@link entryRuns} does. */
  async *run(following = 0): AsyncGenerator<EntryRun> {
    const { device, startBytes, nBlocks } = this.place;
    const { signal, onProgress } = this.#options;
    const passBytes = nBlocks * ENTRY_BYTES;
    const before = this.#done * passBytes;
    const totalBytes = (this.#done + 1 + following) * passBytes;
    const onBytes =
      onProgress &&
      ((bytes: number): void => {
        onProgress({ doneBytes: before + bytes, totalBytes });
      });
    yield* entryRuns(device, startBytes, nBlocks, { signal, onBytes, buffers: this.#buffers });
    this.#done += 1;
  }
}
