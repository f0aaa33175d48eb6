import { TARGET, type DeviceMapper } from '../dm/index.js';
import { listDocument } from '../documents/list.js';
import type { MetricFamily } from '../documents/metrics.js';
import { statusDocument } from '../documents/status.js';
import { ExitStatus, WcacheError } from '../errors.js';
import { metricFamilies, type MetricsLook, type SeenCaches } from '../metrics/families.js';
import type { ListenAddress } from '../metrics/listen-address.js';
import { observeCaches } from '../procedure/observe-caches.js';
import type { KnownRemoval } from '../procedure/removal/judge-removals.js';
import { formatTargetVersion, type KernelIdentity } from '../table/index.js';

/** What metrics are made of; the machine's own, or another in tests. */
export interface MeasuredMachine {
  readonly dm: DeviceMapper;
  readonly kernel: KernelIdentity;
  removals(): readonly KnownRemoval[];
  readonly wcacheVersion: string;
}

export interface Measured {
  readonly families: readonly MetricFamily[];
  /** Why the device-mapper told nothing: the families then say so, and little else. */
  readonly failure: WcacheError | null;
}

/** Looks at a machine once. `failuresBefore` is for who counts them. */
export async function measure(machine: MeasuredMachine, failuresBefore?: number): Promise<Measured> {
  const began = new Date();
  const started = performance.now();
  const { seen, failure } = await see(machine);
  const look: MetricsLook = {
    wcacheVersion: machine.wcacheVersion,
    kernelRelease: machine.kernel.release,
    began,
    seconds: (performance.now() - started) / 1000,
    seen,
    ...(failuresBefore !== undefined && { failures: failuresBefore + (failure === null ? 0 : 1) }),
  };
  return { families: metricFamilies(look), failure };
}

async function see(
  machine: MeasuredMachine,
): Promise<{ seen: SeenCaches | null; failure: WcacheError | null }> {
  const { dm, kernel } = machine;
  try {
    const observed = await observeCaches(dm);
    const version = observed.live[0]?.targetVersion ?? (await dm.targetVersion(TARGET));
    const known = machine.removals();
    const seen = {
      live: statusDocument(observed.live, kernel, known),
      waiting: listDocument({ live: [], waiting: observed.waiting }),
      removals: known,
      targetVersion: version === null ? null : formatTargetVersion(version),
    };
    return { seen, failure: null };
  } catch (error) {
    if (!(error instanceof WcacheError)) throw error;
    return { seen: null, failure: error };
  }
}

/** Metrics as Prometheus reads them. The library that writes them is loaded here, for nobody else needs it. */
export async function metricsText(families: readonly MetricFamily[]): Promise<string> {
  const { exposition } = await import('../metrics/exposition.js');
  return exposition(families);
}

/** Writes a file for node_exporter. One that tells of a failed look is written, too: the old one would look healthy. */
export async function writeMetrics(path: string, machine: MeasuredMachine): Promise<readonly MetricFamily[]> {
  const { requireOutput, writeTextfile } = await import('../metrics/textfile.js');
  requireOutput(path);
  const { families, failure } = await measure(machine);
  writeTextfile(path, await metricsText(families));
  if (failure !== null) throw failure;
  return families;
}

/** Serves metrics until a signal ends it, and returns the exit status. */
export async function serve(
  address: ListenAddress,
  machine: MeasuredMachine,
  note: (text: string) => void,
): Promise<ExitStatus> {
  const [{ serveMetrics }, { CONTENT_TYPE }] = await Promise.all([
    import('../metrics/server.js'),
    import('../metrics/exposition.js'),
  ]);
  let failures = 0;
  let told: string | null = null;
  const tell = (failure: string | null): void => {
    if (failure === told) return;
    note(failure === null ? 'The device-mapper answers again.' : `A look failed: ${failure}`);
    told = failure;
  };
  const ended = endSignal();
  const server = await serveMetrics(address, {
    contentType: CONTENT_TYPE,
    scrape: async () => {
      const { families, failure } = await measure(machine, failures);
      failures += failure === null ? 0 : 1;
      tell(failure?.message ?? null);
      return metricsText(families);
    },
    failed: (error) => {
      failures += 1;
      tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
    },
  });
  note(`Serving ${server.url}`);
  const signal = await ended;
  await server.close();
  return signal === 'SIGINT' ? ExitStatus.interrupted : ExitStatus.done;
}

/** The first signal that asks for an end; a second one ends the process at once. */
function endSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve(signal);
      });
    }
  });
}
