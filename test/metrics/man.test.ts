import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import Metrics from '../../commands/metrics.js';
import { METRICS, METRIC_NAMES } from '../../src/metrics/catalog.js';
import { ROOT, scratchFolder } from '../cli/wcache.js';
import { promtool } from './promtool.js';

const page = join(ROOT, 'man/wcache-metrics.8');
const source = readFileSync(page, 'utf8');
const text = source.replaceAll('\\-', '-');

describe('wcache-metrics(8)', () => {
  it.each(Object.keys(Metrics.flags))('explains --%s', (flag) => {
    expect(text).toMatch(new RegExp(`^\\.TP\\n\\.(?:B|BI|BR) --${flag}\\b`, 'm'));
  });

  it('explains each metric as the metrics themselves do, and no other', () => {
    const items = /^\.BR (wcache_\w+) " \((\w+)\)(?: \{(.*)\})?"\n((?:[^.].*\n)+)/gm;
    const explained = [...text.matchAll(items)].map(([, name, type, labels = '', help = '']) => ({
      ...{
        name,
        type,
        help: help
          .trim()
          .replaceAll('\n', ' ')
          .replaceAll(/\\f[BR]/g, ''),
      },
      labels: labels === '' ? [] : labels.split(', '),
    }));
    expect(explained).toEqual(
      METRIC_NAMES.map((name) => {
        const { type, help, labels } = METRICS[name];
        return {
          name,
          type,
          help: help.replaceAll('`', ''),
          labels: labels.filter((label) => !['name', 'start'].includes(label)),
        };
      }),
    );
  });

  it('names every alert', () => {
    const rules = readFileSync(join(ROOT, 'src/metrics/alert-rules.yml'), 'utf8');
    const section = text.split(/^\.SH /m).find((each) => each.startsWith('ALERTS\n')) ?? '';
    const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect([...section.matchAll(/\bWcache\w+/g)].map(([name]) => name).sort()).toEqual(names.sort());
  });

  it('has questions that Prometheus understands', async () => {
    const questions = [...(text.split('.SS Questions')[1] ?? '').matchAll(/\.EX\n([^]*?)\.EE/g)];
    expect(questions).toHaveLength(3);
    const rules = questions.map(([, expr = ''], i) => ({ record: `question:${String(i)}`, expr }));
    const path = join(scratchFolder(), 'rules.yml');
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'page', rules }] }));
    expect(await promtool(['check', 'rules', path])).toMatchObject({ status: 0 });
    const series = (name: string, labels: string) => ({
      series: `${name}{instance="h",name="wc"${labels}}`,
      values: '95',
    });
    const asked = {
      expr: rules[1]?.expr,
      eval_time: '0m',
      exp_samples: [{ labels: '{instance="h",name="wc",origin_path="/dev/sda"}', value: 95 }],
    };
    const test = {
      interval: '1m',
      input_series: [
        series('wcache_dirty_blocks', ''),
        series('wcache_blocks', ''),
        { ...series('wcache_cache_info', ',origin_path="/dev/sda",device="dm-3"') },
      ],
      promql_expr_test: [asked],
    };
    writeFileSync(path, JSON.stringify({ rule_files: [], evaluation_interval: '1m', tests: [test] }));
    expect(await promtool(['test', 'rules', path])).toMatchObject({ status: 0 });
  });

  it('has a scrape configuration that Prometheus takes', async () => {
    const [, config = ''] = /\.EX\n(rule_files:\n[^]*?)\.EE/.exec(text) ?? [];
    const path = join(scratchFolder(), 'prometheus.yml');
    writeFileSync(
      path,
      config.replace('/etc/prometheus/rules/wcache.yml', join(ROOT, 'src/metrics/alert-rules.yml')),
    );
    const { status, output } = await promtool(['check', 'config', path]);
    expect(output).toContain('SUCCESS: 11 rules found');
    expect(status).toBe(0);
  });

  it('renders without a warning', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', page], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('those that come together share one look.');
  });
});
