import { z } from 'zod';
import { jsonInteger } from './json.js';

/** A metric with its time series, as Prometheus knows it. */
export const metricFamilySchema = z.strictObject({
  name: z.string().regex(/^wcache_[a-z_]+$/),
  type: z.enum(['counter', 'gauge']),
  help: z.string(),
  samples: z.array(
    z.strictObject({
      labels: z.record(z.string(), z.string()),
      /** Exact, also where Prometheus, which has only doubles, rounds it. */
      value: z.union([jsonInteger, z.number().nonnegative()]),
    }),
  ),
});
export type MetricFamily = z.infer<typeof metricFamilySchema>;

/** `wcache metrics --json`. */
export const metricsDocumentSchema = z.strictObject({
  families: z.array(metricFamilySchema),
  /** The file that was written; null where none was asked for. */
  output: z.string().nullable(),
});
export type MetricsDocument = z.infer<typeof metricsDocumentSchema>;
