import {
  judge,
  readEvidence,
  takeEvidence,
  writeEvidence,
  type Certificate,
  type Evidence,
  type JudgedDevice,
  type VerifyLevel,
} from '../crosscheck/index.js';
import { deviceIdentity, withDevice, type OpenedDevice } from '../device/index.js';
import { evidenceDocument, type EvidenceDocument } from '../documents/verify.js';
import { UsageError } from '../errors.js';
import { Pace, blocksProgressText } from '../ui/progress.js';
import { interruption } from './confirm.js';
import { runningNote, usersOf } from './context.js';
import { ProgressLine } from './progress-line.js';

export interface VerifyRun {
  readonly cache: string;
  readonly origin: string;
  /** That of the evidence unless told, or 0. */
  readonly startSector: bigint | undefined;
  readonly level: VerifyLevel;
  /** An image of the cache device from before the removal. */
  readonly before: string | undefined;
  /** A file that `--save` or a removal has written. */
  readonly evidence: string | undefined;
  /** Nothing was written since the evidence was taken, says the user. */
  readonly nothingWritten: boolean;
  readonly note: (text: string) => void;
}

/** Judges a removal by what is on both devices, with what there is from before. Nothing is written. */
export async function runVerify(run: VerifyRun): Promise<Certificate> {
  const { cache, origin, level, nothingWritten, note } = run;
  const kept = run.evidence === undefined ? null : readEvidence(run.evidence);
  const startSector = startSectorOf(run, kept);
  return withProgress((signal, show) =>
    withDevice(cache, { access: 'read' }, (cacheDevice) =>
      withDevice(origin, { access: 'read' }, async (originDevice) => {
        const running = runningNote(cacheDevice);
        if (running !== null) note(running);
        const evidence = kept ?? (await evidenceOf(run.before, { startSector, level, signal }, show));
        const writes = nothingWritten ? 'none' : 'unknown';
        return judge({
          ...{ name: null, cache: judged(cacheDevice), origin: judged(originDevice), startSector },
          // In the end the metadata are the same in both modes, and nothing on the devices tells which it was.
          ...{ mode: 's', level, evidence, comparison: null, window: null },
          ...{ writesSinceEvidence: writes, writesSinceSuspend: writes, signal },
          onProgress: (done, total) => {
            show(`${origin}: compared`, done, total);
          },
        });
      }),
    ),
  );
}

/** Takes evidence from a cache device, which may be live, and keeps it in a file for a verify that comes later. */
export function runSave(run: {
  readonly cache: string;
  readonly path: string;
  readonly startSector: bigint;
  readonly level: VerifyLevel;
}): Promise<EvidenceDocument> {
  const { cache, path, startSector, level } = run;
  return withProgress((signal, show) =>
    withDevice(cache, { access: 'read' }, async (device) => {
      const evidence = await takeEvidence(device, {
        ...{ startSector, level, signal },
        onProgress: (done, total) => {
          show(`${cache}: read`, done, total);
        },
      });
      writeEvidence(path, evidence);
      return evidenceDocument(evidence, { cache, path, heldBy: usersOf(device) });
    }),
  );
}

async function evidenceOf(
  image: string | undefined,
  request: { readonly startSector: bigint; readonly level: VerifyLevel; readonly signal: AbortSignal },
  show: ShowProgress,
): Promise<Evidence | null> {
  if (image === undefined) return null;
  const onProgress = (done: number, total: number): void => {
    show(`${image}: read`, done, total);
  };
  return withDevice(image, { access: 'read' }, (device) => takeEvidence(device, { ...request, onProgress }));
}

function startSectorOf({ startSector, evidence: path }: VerifyRun, evidence: Evidence | null): bigint {
  if (evidence === null) return startSector ?? 0n;
  if (startSector === undefined || startSector === evidence.startSector) return evidence.startSector;
  throw new UsageError(
    `${path ?? ''} is of a cache with start_sector ${String(evidence.startSector)}, not ${String(startSector)}.`,
    { code: 'other-start-sector', hint: 'Leave --start-sector out: the evidence tells it.' },
  );
}

function judged(device: OpenedDevice): JudgedDevice {
  const { path, deviceNumber } = device;
  return { device, path, ids: deviceNumber === null ? [] : (deviceIdentity(deviceNumber)?.ids ?? []) };
}

/** Of so many blocks so many are done; `what` is the same as long as it is the same work. */
type ShowProgress = (what: string, done: number, total: number) => void;

async function withProgress<T>(work: (signal: AbortSignal, show: ShowProgress) => Promise<T>): Promise<T> {
  const line = new ProgressLine({ handlesSignals: true });
  const { signal, dispose } = interruption();
  const paces = new Map<string, Pace>();
  try {
    return await work(signal, (what, done, total) => {
      const pace = paces.get(what) ?? new Pace();
      paces.set(what, pace);
      pace.note(done, performance.now());
      line.show(() => `${what} ${blocksProgressText(pace, done, total)}`);
    });
  } finally {
    line.clear();
    dispose();
  }
}
