import { z } from 'zod';
import { jsonInteger } from './json.js';

/** A metric with its time series, as Prometheus knows it. */
export const metricFamilySchema = z.strictObject({
  name: z
    .string()
    .regex(/^wcache_[a-z_]+$/)
    .describe('As Prometheus knows it; its end tells the unit.'),
  type: z
    .enum(['counter', 'gauge'])
    .describe('counter: only grows, until it begins anew. gauge: goes up and down.'),
  help: z.string().describe('What it measures.'),
  samples: z
    .array(
      z.strictObject({
        labels: z
          .record(z.string(), z.string().describe("The label's value."))
          .describe('What the sample is of, by the names of the labels; for a cache its `name`.'),
        value: z
          .union([jsonInteger, z.number().nonnegative()])
          .describe('Exact, also where Prometheus, which has only doubles, rounds it.'),
      }),
    )
    .describe('One for each time series.'),
});
export type MetricFamily = z.infer<typeof metricFamilySchema>;

/** `wcache metrics --json`. */
export const metricsDocumentSchema = z
  .strictObject({
    families: z.array(metricFamilySchema).describe('The metrics, each with its time series.'),
    output: z.string().nullable().describe('The file that was written; null where none was asked for.'),
  })
  .describe('What Prometheus is told of all caches.');
export type MetricsDocument = z.infer<typeof metricsDocumentSchema>;
