import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { exposition } from '../../src/metrics/exposition.js';
import { METRICS, METRIC_NAMES } from '../../src/metrics/catalog.js';
import { metricFamilies } from '../../src/metrics/families.js';
import { ROOT, scratchFolder } from '../cli/wcache.js';
import { EVERY_SHAPE, look } from './looks.js';
import { promtool } from './promtool.js';
import { readTextFormat } from './text-format.js';

const source = (name: string): string => readFileSync(join(ROOT, 'src/metrics', name), 'utf8');

const targetSchema = z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() });
const panelSchema = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string().min(1),
  description: z.string().optional(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(targetSchema).default([]),
});
const dashboardSchema = z.object({
  uid: z.string(),
  schemaVersion: z.int(),
  panels: z.array(panelSchema),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.string(), definition: z.string().optional() })),
  }),
});

const dashboardText = source('grafana-dashboard.json');
const dashboard = dashboardSchema.parse(JSON.parse(dashboardText));
const rules = source('alert-rules.yml');
const targets = dashboard.panels.flatMap((panel) => panel.targets.map((target) => ({ ...target, panel })));
const definitions = dashboard.templating.list.flatMap(({ definition }) => definition ?? []);
const ruleExpressions = [...rules.matchAll(/^ {8}expr: (?:>-\n((?: {10}.*\n)+)|(.*)$)/gm)].map(
  ([, folded, plain]) => folded ?? plain ?? '',
);

/** What Prometheus adds to every series of a scrape. */
const OF_A_SCRAPE = ['instance', 'job'];

const metricsIn = (text: string): string[] => [...text.matchAll(/\bwcache_[a-z_]+/g)].map(([name]) => name);

/** The labels that an expression names: in selectors, in `by` and `without`. */
function labelsIn(expr: string): string[] {
  const selected = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  );
  const grouped = [...expr.matchAll(/\b(?:by|without|on)\s*\(([^)]*)\)/g)].flatMap(([, inside = '']) =>
    inside.split(',').map((label) => label.trim()),
  );
  return [...selected, ...grouped];
}

function labelsOf(expr: string): string[] {
  const metrics = metricsIn(expr).map(
    (name) => METRICS[name as keyof typeof METRICS].labels as readonly string[],
  );
  // What label_replace makes.
  const made = [...expr.matchAll(/label_replace\(.*?, "(\w+)",/g)].map(([, label = '']) => label);
  return [...metrics.flat(), ...made, ...OF_A_SCRAPE];
}

/** Grafana's variables, as it would fill them in. */
function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', '5m').replace(/\$(?:instance|name)\b/g, '.*');
}

describe('the dashboard and the rules', () => {
  it('have something in them for these tests to look at', () => {
    expect(targets.length).toBeGreaterThan(20);
    expect(ruleExpressions).toHaveLength(11);
    expect(rules.match(/- alert: /g)).toHaveLength(11);
  });

  it('ask for metrics that there are', async () => {
    const told = readTextFormat(await exposition(metricFamilies({ ...look(EVERY_SHAPE), failures: 0 })));
    const asked = [...metricsIn(dashboardText), ...metricsIn(rules)];
    expect([...new Set(asked)].filter((name) => !told.has(name))).toEqual([]);
  });

  it('leave no metric out on the dashboard', () => {
    const shown = new Set(metricsIn(dashboardText));
    expect(METRIC_NAMES.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('name labels that there are', () => {
    for (const expr of [...targets.map((target) => target.expr), ...ruleExpressions]) {
      expect([expr, metricsIn(expr).length > 0]).toEqual([expr, true]);
      expect([expr, ...labelsOf(expr)]).toEqual(expect.arrayContaining([expr, ...labelsIn(expr)]));
    }
  });

  it('show labels that there are', () => {
    for (const { expr, legendFormat } of targets) {
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      expect(labelsOf(expr)).toEqual(expect.arrayContaining(shown));
      const by = /^sum by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ');
      if (by !== undefined) expect(by).toEqual(expect.arrayContaining(shown));
    }
    for (const definition of definitions) {
      const [, label = ''] = /^label_values\(wcache_[a-z_]+(?:\{.*\})?, (\w+)\)$/.exec(definition) ?? [];
      expect(labelsOf(definition)).toContain(label);
    }
    const ofRules = rules.split('- alert: ').slice(1);
    for (const [i, rule] of ofRules.entries()) {
      const shown = [...rule.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
      expect(shown).not.toEqual([]);
      expect(labelsOf(ruleExpressions[i] ?? '')).toEqual(expect.arrayContaining(shown));
    }
  });
});

describe('the dashboard', () => {
  it('asks in words that Prometheus understands', async () => {
    const path = join(scratchFolder(), 'rules.yml');
    const recorded = targets.map(({ expr }, i) => ({ record: `panel:${String(i)}`, expr: filledIn(expr) }));
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
    const { status, output } = await promtool(['check', 'rules', path]);
    expect(output).toContain(`SUCCESS: ${String(targets.length)} rules found`);
    expect(status).toBe(0);
  });

  it('shows the state of each cache, the worst first', async () => {
    const { expr } = targets.find(({ panel }) => panel.type === 'state-timeline') ?? { expr: '' };
    const flags = ['error', 'suspended', 'waiting'] as const;
    const cases = [
      [0, 0, 0, 0],
      [1, 0, 0, 3],
      [1, 1, 0, 3],
      [0, 1, 0, 2],
    ] as const;
    const series = cases.flatMap((values, i) =>
      flags.map((flag, place) => ({
        series: `wcache_${flag}{instance="h",name="c${String(i)}"}`,
        values: String(values[place]),
      })),
    );
    series.push({ series: 'wcache_waiting{instance="h",name="later"}', values: '1' });
    const states = [
      ...cases.map((values, i) => [`c${String(i)}`, values[3]] as const),
      ['later', 1] as const,
    ];
    const path = join(scratchFolder(), 'test.yml');
    const question = {
      expr: `max by (instance, name) (${filledIn(expr)})`,
      eval_time: '0m',
      exp_samples: states.map(([name, value]) => ({ labels: `{instance="h",name="${name}"}`, value })),
    };
    const tests = [{ interval: '1m', input_series: series, promql_expr_test: [question] }];
    writeFileSync(path, JSON.stringify({ rule_files: [], evaluation_interval: '1m', tests }));
    expect(await promtool(['test', 'rules', path])).toMatchObject({ status: 0 });
  });

  it('has panels that do not overlap, each with a number and a question of its own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos, type, targets: asked } of panels) {
      const { x, y, w, h } = gridPos;
      expect([title, x >= 0, x + w <= 24, h > 0]).toEqual([title, true, true, true]);
      for (let column = x; column < x + w; column++) {
        for (let row = y; row < y + h; row++) {
          const place = `${String(column)} ${String(row)}`;
          expect([title, taken.get(place)]).toEqual([title, undefined]);
          taken.set(place, title);
        }
      }
      expect([title, asked.length > 0]).toEqual([title, type !== 'row']);
      expect(new Set(asked.map(({ refId }) => refId)).size).toBe(asked.length);
    }
  });

  it('takes its data from where its user says', () => {
    const sources = [...dashboardText.matchAll(/"datasource": \{\s*"type": "(\w+)",\s*"uid": "([^"]*)"/g)];
    expect(sources.length).toBeGreaterThan(targets.length);
    expect(new Set(sources.map(([, type, uid]) => `${type ?? ''} ${uid ?? ''}`))).toEqual(
      new Set(['prometheus ${datasource}', 'grafana -- Grafana --']),
    );
    expect(dashboard.templating.list.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'datasource datasource',
      'instance query',
      'name query',
    ]);
  });
});

describe('the rules', () => {
  it('tell in each what is wrong and what to do with wcache, and name verbs that there are', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, unknown>;
    };
    for (const rule of rules.split('- alert: ').slice(1)) {
      const [, severity] = /severity: (\w+)$/m.exec(rule) ?? [];
      expect(['critical', 'warning']).toContain(severity);
      expect(rule).toMatch(/^ {10}summary: '/m);
      const verbs = [...rule.matchAll(/`wcache (\w+)/g)].map(([, verb = '']) => verb);
      expect(verbs).not.toEqual([]);
      expect(Object.keys(manifest.commands)).toEqual(expect.arrayContaining(verbs));
    }
  });
});
