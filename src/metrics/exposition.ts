import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricFamily } from '../documents/metrics.js';
import { METRICS, type MetricName } from './catalog.js';

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * Metrics in Prometheus' text format. What is counted is the kernel's, so the registry lives for one scrape. Loading the
 * library takes as long as starting wcache, so this module is loaded where it is needed.
 */
export function exposition(families: readonly MetricFamily[]): Promise<string> {
  const registry = new Registry();
  for (const { name, type, help, samples } of families) {
    const labelNames = [...METRICS[name as MetricName].labels];
    const settings = { name, help, labelNames, registers: [registry] };
    const take = type === 'counter' ? counter(settings) : gauge(settings);
    // The library tells series apart by their labels in one string, in which `start` could be a part of a name. An empty
    // label is none to Prometheus.
    const common = samples.some(({ labels }) => 'start' in labels) ? { start: '' } : {};
    for (const { labels, value } of samples) take({ ...common, ...labels }, Number(value));
  }
  return registry.metrics();
}

interface Settings {
  name: string;
  help: string;
  labelNames: string[];
  registers: Registry[];
}
type Take = (labels: Record<string, string>, value: number) => void;

function counter(settings: Settings): Take {
  const metric = new Counter(settings);
  return (labels, value) => {
    metric.inc(labels, value);
  };
}

function gauge(settings: Settings): Take {
  const metric = new Gauge(settings);
  return (labels, value) => {
    metric.set(labels, value);
  };
}
