import type { StatusEntry } from '../documents/status.js';

/** What is needed to tell a cache from all others. */
export type Labelled = Pick<StatusEntry, 'name' | 'kernel_name' | 'start'>;

/**
 * Chooses the labels that identify each cache. Two time series with the same labels would make Prometheus refuse both,
 * and node_exporter all that is in the file.
 */
export class CacheLabels {
  /** How many mappings have this as one of their names. */
  readonly #mappingsBehind = new Map<string, number>();
  readonly #cachesIn = new Map<string, number>();

  constructor(caches: readonly Labelled[]) {
    for (const cache of caches) {
      const kernelName = kernelNameOf(cache);
      count(this.#cachesIn, kernelName);
      if (this.#cachesIn.get(kernelName) !== 1) continue;
      for (const name of new Set([kernelName, cache.name])) count(this.#mappingsBehind, name);
    }
  }

  /** The name as people write it, unless it could mean another mapping as well: then the kernel's. */
  name(cache: Labelled): string {
    return (this.#mappingsBehind.get(cache.name) ?? 0) > 1 ? kernelNameOf(cache) : cache.name;
  }

  /** With the first sector, where the mapping has several writecaches. */
  of(cache: Labelled): { readonly name: string; readonly start?: string } {
    const name = this.name(cache);
    const isOnlyOne = this.#cachesIn.get(kernelNameOf(cache)) === 1;
    return isOnlyOne ? { name } : { name, start: String(cache.start) };
  }
}

export function kernelNameOf({ name, kernel_name: kernelName }: Labelled): string {
  return kernelName ?? name;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
