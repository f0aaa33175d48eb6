import type { KnownRemoval } from '../../src/procedure/removal/index.js';
import { lvmOwner, unmangleName } from '../../src/device/index.js';
import type { LiveCache, MappedDevice } from '../../src/dm/index.js';
import type { DoctorFacts } from '../../src/procedure/doctor.js';
import type { WaitingCacheFacts } from '../../src/procedure/observe-caches.js';
import {
  kernelIdentity,
  parsePrintedTable,
  parseStatus,
  parseTargetLine,
  parseTargetVersion,
} from '../../src/table/index.js';

export const LVM_UUID = `LVM-${'a'.repeat(64)}`;

export interface CacheSketch {
  /** The kernel's name. */
  readonly name?: string;
  readonly uuid?: string;
  readonly suspended?: boolean;
  readonly hasInactiveTable?: boolean;
  readonly parameters?: string;
  readonly status?: string;
  readonly version?: string;
  readonly lineCount?: number;
  readonly originPath?: string | null;
}

/** A live cache made up from what the kernel would print. */
export function liveCache(sketch: CacheSketch = {}): LiveCache {
  const version = parseTargetVersion(sketch.version ?? '1.6.0');
  const { parameters = 's 254:0 254:16 4096 0' } = sketch;
  const device = mapping(sketch);
  const { table, unknown } = parsePrintedTable(parameters, version);
  return {
    device,
    name: unmangleName(device.name),
    line: parseTargetLine(`0 524288 writecache ${parameters}`),
    lineCount: sketch.lineCount ?? 1,
    table,
    unknownOptions: unknown,
    status: parseStatus(sketch.status ?? '0 8160 7750 0 100 40 500 10 20 30 440 0 7 1', version),
    originPath: sketch.originPath === undefined ? '/dev/vda' : sketch.originPath,
    cachePath: '/dev/vdb',
    lvm: lvmOwner(device.name, device.uuid),
    targetVersion: version,
  };
}

/** A mapping whose table was loaded and never resumed. */
export function waitingCache(sketch: CacheSketch = {}): WaitingCacheFacts {
  const { device, name, line, table, originPath, cachePath, lvm } = liveCache({ name: 'later', ...sketch });
  return {
    device: { ...device, hasLiveTable: false, hasInactiveTable: true },
    name,
    line,
    table,
    originPath,
    cachePath,
    lvm,
  };
}

function mapping({
  name = 'wc',
  uuid = '',
  suspended = false,
  hasInactiveTable = false,
}: CacheSketch): MappedDevice {
  return {
    name,
    uuid,
    major: 253,
    minor: 0,
    suspended,
    readOnly: false,
    hasLiveTable: true,
    hasInactiveTable,
    openCount: 0,
  };
}

export const DEBIAN_12 = kernelIdentity(
  '6.1.0-51-amd64',
  '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-11-01)',
);

/** A machine on which nothing is wrong, as far as that is possible. */
export function healthyFacts(changes: Partial<DoctorFacts> = {}): DoctorFacts {
  return {
    kernel: DEBIAN_12,
    root: true,
    dmsetup: { installed: true, library: '1.02.185 (2022-05-18)', driver: '4.47.0' },
    deviceMapper: true,
    module: 'loaded',
    targetVersion: parseTargetVersion('1.6.0'),
    udev: true,
    caches: { live: [liveCache()], waiting: [] },
    cachesFailure: null,
    unreadablePairs: [],
    removals: [],
    ...changes,
  };
}

/** A removal of a mapping that was killed in its drain. */
export function interruptedRemoval(name = 'wc', uuid = ''): KnownRemoval {
  return {
    mapping: name,
    uuid,
    finding: {
      code: 'cache-removal-interrupted',
      severity: 'warning',
      subject: name,
      message: 'removal interrupted after step 2 (evidence); nothing is lost.',
      evidence: 'It was in step 3 (drain), and its process is gone.',
      advice: `To finish it: wcache remove ${name}. To take it back: wcache remove ${name} --undo`,
    },
  };
}
