import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, scratchFolder } from '../cli/wcache.js';
import { HEALTHY, HOST, MACHINE, scenarios, type Expected, type Scenario } from './alert-scenarios.js';
import { promtool } from './promtool.js';

const RULES = join(ROOT, 'src/metrics/alert-rules.yml');
function inputSeries({ cache = {}, machine = {}, noCache = false }: Scenario): object[] {
  const of = (values: Readonly<Record<string, string | null>>, labels: string): object[] =>
    Object.entries(values).flatMap(([name, each]) =>
      each === null ? [] : [{ series: `${name}{${labels}}`, values: each }],
    );
  return [
    ...of({ ...MACHINE, ...machine }, `instance="${HOST}"`),
    ...(noCache ? [] : of({ ...HEALTHY, ...cache }, `instance="${HOST}",name="wc"`)),
  ];
}

const OF_MACHINE = ['WcacheScrapeFailing', 'WcacheStale', 'WcacheAbsent'];
const CRITICAL = ['WcacheError', 'WcacheSuspended', 'WcacheScrapeFailing'];

async function expectFiring(
  series: object[],
  expected: readonly Expected[],
  labelsOf: (alert: string) => string = (alert) =>
    OF_MACHINE.includes(alert) ? `,instance="${HOST}"` : `,instance="${HOST}",name="wc"`,
): Promise<void> {
  const promqlTests = expected.map(({ at, firing }) => ({
    expr: 'ALERTS{alertstate="firing"}',
    eval_time: at,
    exp_samples: firing.map((alert) => ({
      labels: `ALERTS{alertname="${alert}",alertstate="firing",severity="${CRITICAL.includes(alert) ? 'critical' : 'warning'}"${labelsOf(alert)}}`,
      value: 1,
    })),
  }));
  const path = join(scratchFolder(), 'test.yml');
  const test = { interval: '1m', input_series: series, promql_expr_test: promqlTests };
  // JSON is YAML, too.
  writeFileSync(path, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests: [test] }));
  expect(await promtool(['test', 'rules', path])).toMatchObject({ status: 0 });
}

describe('the alert rules', () => {
  it('are such that Prometheus takes them', async () => {
    const { status, output } = await promtool(['check', 'rules', RULES]);
    expect(output).toContain('SUCCESS: 11 rules found');
    expect(status).toBe(0);
  });

  it.each(scenarios)('where %s', async (_, scenario, expected) => {
    await expectFiring(inputSeries(scenario), expected);
  });

  it('are all made to fire here', () => {
    const names = [...readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const fired = new Set(scenarios.flatMap(([, , expected]) => expected.flatMap(({ firing }) => firing)));
    expect([...fired, 'WcacheAbsent'].sort()).toEqual(names.sort());
  });

  it('where there are no metrics at all', async () => {
    await expectFiring(
      [],
      [
        { at: '9m', firing: [] },
        { at: '10m', firing: ['WcacheAbsent'] },
      ],
      () => '',
    );
  });

  it('where one of two machines has none any more, for some hours', async () => {
    const other = Object.entries(MACHINE).map(([name, values]) => ({
      series: `${name}{instance="db2:29253"}`,
      values,
    }));
    const gone = inputSeries({
      noCache: true,
      machine: { wcache_up: '1x30 stale', wcache_scrape_timestamp_seconds: '0+60x30 stale' },
    });
    await expectFiring(
      [...gone, ...other],
      [
        { at: '30m', firing: [] },
        { at: '42m', firing: ['WcacheAbsent'] },
        { at: '6h', firing: ['WcacheAbsent'] },
        { at: '7h', firing: [] },
      ],
    );
  });
});
