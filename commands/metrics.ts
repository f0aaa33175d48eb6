import { Flags } from '@oclif/core';
import { BaseCommand } from '../src/cli/base-command.js';
import { measure, metricsText, serve, writeMetrics, type MeasuredMachine } from '../src/cli/metrics.js';
import { requireNoWords } from '../src/cli/no-words.js';
import { write } from '../src/cli/output.js';
import { Dmsetup, requireRoot, thisKernel } from '../src/dm/index.js';
import type { MetricFamily, MetricsDocument } from '../src/documents/metrics.js';
import { parseListenAddress } from '../src/metrics/listen-address.js';
import { monitoringFile } from '../src/metrics/monitoring-file.js';
import { knownRemovals } from '../src/procedure/removal/judge-removals.js';

export default class Metrics extends BaseCommand {
  static override summary = 'Tell Prometheus how all writecaches are doing';
  static override description =
    'Prints metrics in its text format, writes them to a file for node_exporter, or serves them. A Grafana dashboard and ' +
    'alert rules for them come with it. Asking changes nothing and flushes nothing.';
  static override examples = [
    '<%= config.bin %> metrics',
    '<%= config.bin %> metrics --output /var/lib/prometheus/node-exporter/wcache.prom',
    '<%= config.bin %> metrics --listen 29253',
    '<%= config.bin %> metrics --alert-rules > /etc/prometheus/rules/wcache.yml',
  ];
  static override flags = {
    output: Flags.string({
      description:
        'Write them to this file, whole or not at all, for the textfile collector of node_exporter.',
      helpValue: 'FILE',
      exclusive: ['listen', 'dashboard', 'alert-rules'],
    }),
    listen: Flags.string({
      description:
        'Serve them at /metrics; on 127.0.0.1 unless an address is given. Port 0 takes a free one.',
      helpValue: '[ADDRESS:]PORT',
      exclusive: ['json', 'dashboard', 'alert-rules'],
    }),
    dashboard: Flags.boolean({
      description: 'Print a Grafana dashboard.',
      exclusive: ['json', 'alert-rules'],
    }),
    'alert-rules': Flags.boolean({ description: 'Print alert rules for Prometheus.', exclusive: ['json'] }),
  };
  static override strict = false;

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Metrics);
    requireNoWords('metrics', argv);
    if (flags.dashboard) return write(monitoringFile('grafana-dashboard.json'));
    if (flags['alert-rules']) return write(monitoringFile('alert-rules.yml'));
    const address = flags.listen === undefined ? null : parseListenAddress(flags.listen);
    requireRoot();
    const machine: MeasuredMachine = {
      dm: new Dmsetup(),
      kernel: thisKernel(),
      removals: knownRemovals,
      wcacheVersion: this.config.version,
    };
    if (address !== null) {
      this.exitWith(await serve(address, machine, this.note));
    } else if (flags.output !== undefined) {
      const families = await writeMetrics(flags.output, machine);
      if (this.jsonEnabled()) await this.#printDocument(families, flags.output);
    } else {
      const { families, failure } = await measure(machine);
      if (failure !== null) throw failure;
      if (this.jsonEnabled()) await this.#printDocument(families, null);
      else await write(await metricsText(families));
    }
  }

  #printDocument(families: readonly MetricFamily[], output: string | null): Promise<void> {
    const document: MetricsDocument = { families: [...families], output };
    return this.print(document, () => '');
  }
}
