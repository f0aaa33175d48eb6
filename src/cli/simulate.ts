import { simulateDocument, type SimulateDocument } from '../documents/simulate.js';
import { InterruptedError } from '../errors.js';
import {
  candidatesOf,
  openWorkload,
  simulate,
  type CandidateQuestion,
  type OriginSpeed,
  type WorkloadOptions,
} from '../simulate/index.js';
import { formatCount, formatMilliseconds } from '../units.js';
import { Pace, rateText } from '../ui/progress.js';
import { interruption } from './confirm.js';
import { ProgressLine } from './progress-line.js';

export interface SimulateRun {
  readonly path: string;
  readonly workload: WorkloadOptions;
  readonly caches: CandidateQuestion;
  readonly speed: OriginSpeed;
}

/** Runs a workload with the progress shown. Throws as the simulation does, and {@link InterruptedError} on Ctrl-C. */
export async function runSimulate({ path, workload, caches, speed }: SimulateRun): Promise<SimulateDocument> {
  const candidates = candidatesOf(caches);
  const line = new ProgressLine({ handlesSignals: true });
  const pace = new Pace();
  const { signal, dispose } = interruption();
  try {
    const opened = openWorkload(path, { ...workload, signal });
    const simulation = await simulate(opened, candidates, {
      originBytes: caches.originBytes,
      speed,
      signal,
      onProgress: ({ requests, atMs }) => {
        pace.note(requests, performance.now());
        line.show(() => {
          const done = `${formatCount(requests)} requests, ${formatMilliseconds(atMs)} of work`;
          const rate = rateText(pace, 'requests');
          return `${opened.name}: ${done}${rate === null ? '' : `, ${rate}`}`;
        });
      },
    });
    return simulateDocument(simulation);
  } catch (error) {
    // Its own words are of work that a kernel may have begun.
    if (error !== signal.reason) throw error;
    throw new InterruptedError('Interrupted; a simulation changes nothing.', { code: 'interrupted' });
  } finally {
    line.clear();
    dispose();
  }
}
