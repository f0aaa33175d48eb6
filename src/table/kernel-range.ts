import { compareKernelVersions, type KernelIdentity, type KernelVersion } from './kernel-release.js';
import { isAtLeast, type TargetVersion } from './target-version.js';

/** `unknown`: nobody looked, or the vendor picks fixes by itself. */
export type Applies = 'yes' | 'no' | 'unknown';

/**
 * In which kernels a fault is. A target version decides for every vendor, for a vendor that takes a newer target takes
 * what came with it; a release number only for kernels that follow kernel.org.
 */
export interface FaultyKernels {
  /** Where the fault came in. */
  readonly introduced?: { readonly target?: string; readonly kernels?: readonly KernelVersion[] };
  /** Where it went out: the release of the main line last, stable releases before it. Absent: it never did. */
  readonly mended?: { readonly target?: string; readonly kernels: readonly KernelVersion[] };
  /** Stable series, like `5.4`, that got the change at a release that is not known. */
  readonly unsure?: readonly string[];
}

/** Whether a kernel has a fault. */
export function hasFault(
  { introduced, mended, unsure = [] }: FaultyKernels,
  kernel: KernelIdentity,
  target: TargetVersion,
): Applies {
  if (introduced?.target !== undefined && !isAtLeast(target, introduced.target)) return 'no';
  if (mended?.target !== undefined && isAtLeast(target, mended.target)) return 'no';
  if (mended === undefined && introduced?.kernels === undefined) return 'yes';
  const { version, exact } = kernel;
  if (version === null || !exact) return 'unknown';
  if (mended !== undefined && hasChange(version, mended.kernels)) return 'no';
  if (unsure.includes(seriesOf(version))) return 'unknown';
  if (introduced?.kernels !== undefined && !hasChange(version, introduced.kernels)) return 'no';
  return 'yes';
}

/** A change is in its own stable series from a release on, and in everything from the last one on. */
function hasChange(version: KernelVersion, kernels: readonly KernelVersion[]): boolean {
  return kernels.some((first, place) => {
    const isMainLine = place === kernels.length - 1;
    return (
      compareKernelVersions(version, first) >= 0 && (isMainLine || seriesOf(version) === seriesOf(first))
    );
  });
}

function seriesOf([major, minor]: KernelVersion): string {
  return `${String(major)}.${String(minor)}`;
}

/** The first release of 6.12.y whose changelog has the fixes of autumn 2026, and the last of 6.1.y seen without. */
const FIRST_WITH_2026 = 117;
const LAST_WITHOUT_2026 = 192;
/** Series that ended before 2026, between those two. */
const ENDED: readonly string[] = ['6.2', '6.3', '6.4', '6.5', '6.7', '6.8', '6.9', '6.10', '6.11'];

/**
 * Whether a kernel lacks the fixes of autumn 2026 (kernel-target.md §6). They are in 6.12.117, not in 6.1.192, and which
 * releases of other series have them is not known. A series older than 6.1 does not get what 6.1 has not got.
 */
export function lacksFixesOf2026({ version, exact }: KernelIdentity): Applies {
  if (version === null || !exact) return 'unknown';
  const [, , patch] = version;
  const series = seriesOf(version);
  if (series === '6.12') return patch >= FIRST_WITH_2026 ? 'no' : 'yes';
  if (series === '6.1') return patch <= LAST_WITHOUT_2026 ? 'yes' : 'unknown';
  const isOlder = compareKernelVersions(version, [6, 1, 0]) < 0;
  return isOlder || ENDED.includes(series) ? 'yes' : 'unknown';
}
