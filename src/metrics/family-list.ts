import type { MetricFamily } from '../documents/metrics.js';
import { METRICS, METRIC_NAMES, type MetricName } from './catalog.js';

export type Labels = Readonly<Record<string, string>>;
export type Value = number | bigint | boolean;

/** Collects samples, one by one, into the families of the catalogue. */
export class FamilyList {
  readonly #samples = new Map<MetricName, MetricFamily['samples']>();

  add(name: MetricName, labels: Labels, value: Value): void {
    const samples = this.#samples.get(name) ?? [];
    samples.push({ labels: { ...labels }, value: typeof value === 'boolean' ? Number(value) : value });
    this.#samples.set(name, samples);
  }

  /** Those of which there is anything, in the order of the catalogue. */
  families(): MetricFamily[] {
    return METRIC_NAMES.flatMap((name): MetricFamily[] => {
      const samples = this.#samples.get(name);
      const { type, help } = METRICS[name];
      return samples === undefined ? [] : [{ name, type, help, samples }];
    });
  }
}
