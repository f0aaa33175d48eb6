import type { LiveCache, WaitingCache } from '../dm/index.js';
import {
  HAZARD_CODES,
  NEWEST_TARGET_VERSION,
  compareKernelVersions,
  hazardsOf,
  type Hazard,
  type KernelIdentity,
  type TargetVersion,
} from '../table/index.js';
import { CACHE_FINDING_CODES, judgeCacheHealth, judgeWaitingCache } from './cache-health.js';
import { bySeverity, type Finding } from './finding.js';
import { REMOVAL_FINDING_CODES, type KnownRemoval } from './removal/judge-removals.js';

/** Whether the kernel has the target: `loaded` may be built in; `unknown` where its modules cannot be looked at. */
export type ModuleState = 'loaded' | 'built-in' | 'available' | 'missing' | 'unknown';

/** What was gathered of a machine. */
export interface DoctorFacts {
  readonly kernel: KernelIdentity;
  readonly root: boolean;
  /** The versions are null where dmsetup could not tell them. */
  readonly dmsetup: {
    readonly installed: boolean;
    readonly library: string | null;
    readonly driver: string | null;
  };
  /** null where only root could tell. */
  readonly deviceMapper: boolean | null;
  readonly module: ModuleState;
  /** null where the target is not loaded, or only root could tell. */
  readonly targetVersion: TargetVersion | null;
  readonly udev: boolean;
  /** null where they were not looked at. */
  readonly caches: { readonly live: readonly LiveCache[]; readonly waiting: readonly WaitingCache[] } | null;
  /** Why the look at the caches failed. */
  readonly cachesFailure: string | null;
  /** Files of pair records that cannot be read. */
  readonly unreadablePairs: readonly string[];
  /** Removals that are under way or were interrupted. */
  readonly removals: readonly KnownRemoval[];
}

const MACHINE_CODES = [
  'no-root',
  'no-dmsetup',
  'no-device-mapper',
  'no-target',
  'target-not-loaded',
  'no-udev',
  'hazards-unknown',
  'caches-unreadable',
  'pair-unreadable',
] as const;

/** Every code of a doctor's finding. Stable; each finding explains itself. */
export const DOCTOR_CODES: readonly string[] = [
  ...MACHINE_CODES,
  ...CACHE_FINDING_CODES,
  ...REMOVAL_FINDING_CODES,
  ...HAZARD_CODES,
];

/** True of every kernel that there is: to be known, and no reason to worry about this one. */
const OF_EVERY_KERNEL: readonly string[] = [
  'W7-no-identity',
  'W8-cleaner-not-shown',
  'W8-extra-words-ignored',
  'W8-block-size-above-page',
];

/** A live cache on such a kernel holds committed blocks that a power cut makes wrong: that cannot wait. */
const URGENT_WITH_A_CACHE: readonly string[] = ['W5-flush-order'];

/** Every kernel from there on has the newest target, whoever built it. */
const FIRST_WITH_NEWEST_TARGET = [5, 15, 0] as const;

/** What there is to say about a machine, the worst first. */
export function diagnoseMachine(facts: DoctorFacts): Finding[] {
  const live = facts.caches?.live ?? [];
  return bySeverity<string>([
    ...machineFindings(facts),
    ...facts.removals.map(({ finding }): Finding => finding),
    ...live.flatMap((cache): Finding[] => judgeCacheHealth(cache)),
    ...(facts.caches?.waiting ?? []).flatMap((cache): Finding[] => judgeWaitingCache(cache)),
    ...recordFindings(facts),
    ...kernelFindings(facts, live),
  ]);
}

/** The version by which the kernel's hazards are judged; null where it is not known and cannot be told either. */
export function targetVersionToJudge({ kernel, targetVersion }: DoctorFacts): TargetVersion | null {
  if (targetVersion !== null) return targetVersion;
  const isNew =
    kernel.version !== null && compareKernelVersions(kernel.version, FIRST_WITH_NEWEST_TARGET) >= 0;
  return isNew ? NEWEST_TARGET_VERSION : null;
}

function machineFindings(facts: DoctorFacts): Finding[] {
  const found: Finding[] = [];
  if (!facts.dmsetup.installed) {
    found.push(
      machineFinding(
        'no-dmsetup',
        'error',
        'The program dmsetup is not installed, and wcache works through it.',
        'Install the package that brings it: dmsetup or device-mapper.',
      ),
    );
  }
  if (!facts.root) {
    found.push(
      machineFinding(
        'no-root',
        'error',
        'The mappings were not looked at: only root can ask the device-mapper.',
        'Run it again with sudo.',
      ),
    );
  }
  if (facts.deviceMapper === false) {
    found.push(
      machineFinding(
        'no-device-mapper',
        'error',
        'The kernel has no device-mapper that answers.',
        'Load it with: modprobe dm-mod. If there is no such module, it takes a kernel with CONFIG_BLK_DEV_DM.',
      ),
    );
  } else {
    found.push(...targetFindings(facts));
  }
  if (!facts.udev) {
    found.push(
      machineFinding(
        'no-udev',
        'info',
        'No udev daemon runs: dmsetup makes the nodes in /dev/mapper by itself, and there are no links by id.',
        null,
      ),
    );
  }
  return found;
}

function targetFindings({ module, targetVersion }: DoctorFacts): Finding[] {
  if (targetVersion !== null || module === 'loaded' || module === 'built-in') return [];
  if (module === 'missing') {
    return [
      machineFinding(
        'no-target',
        'error',
        'This kernel has no writecache target: neither built in nor as a module.',
        'It takes Linux 4.18 or later with CONFIG_DM_WRITECACHE; some distributions have the module in a package of its own.',
      ),
    ];
  }
  const more = module === 'unknown' ? ', and the modules of this kernel cannot be looked at' : '';
  return [
    machineFinding(
      'target-not-loaded',
      'info',
      `The writecache target is not loaded${more}. While it is not, there is no writecache.`,
      '`wcache create` loads it; by hand: modprobe dm-writecache',
    ),
  ];
}

function recordFindings({ unreadablePairs, cachesFailure }: DoctorFacts): Finding[] {
  const found = unreadablePairs.map((path): Finding => ({
    code: 'pair-unreadable',
    severity: 'warning',
    subject: path,
    message:
      'This record of which cache belongs to which origin cannot be read, and guards nothing any more.',
    evidence: null,
    advice: 'Look at the file. If it is damaged, delete it: the next create of that cache makes a new one.',
  }));
  if (cachesFailure === null) return found;
  return [
    ...found,
    machineFinding(
      'caches-unreadable',
      'error',
      `The writecaches could not be looked at: ${cachesFailure}`,
      'Try again. If it stays so: dmsetup table --target writecache',
    ),
  ];
}

function kernelFindings(facts: DoctorFacts, live: readonly LiveCache[]): Finding[] {
  if (facts.deviceMapper === false || facts.module === 'missing') return [];
  const version = targetVersionToJudge(facts);
  if (version === null) {
    return [
      {
        ...machineFinding(
          'hazards-unknown',
          'info',
          'Which hazards this kernel has depends on the version of its writecache target, and that shows only when the target is loaded.',
          'Load it and look again: modprobe dm-writecache && wcache doctor',
        ),
        subject: 'kernel',
      },
    ];
  }
  return hazardsOf(facts.kernel, version)
    .filter(({ applies }) => applies !== 'no')
    .map((hazard) => hazardFinding(hazard, live));
}

function hazardFinding(hazard: Hazard, live: readonly LiveCache[]): Finding {
  const { code, applies, modes, title, whatHappens, evidence, advice } = hazard;
  const exposed = live.filter(({ table }) => modes.includes(table.mode)).map(({ name }) => name);
  const doubt = applies === 'unknown' ? 'It is not known whether this kernel has this: ' : '';
  const names = exposed.length === 0 ? '' : ` It concerns ${exposed.join(', ')}.`;
  const isGeneral = OF_EVERY_KERNEL.includes(code);
  return {
    code,
    severity: severityOf({ code, isKnown: applies === 'yes', isExposed: exposed.length > 0 }),
    subject: 'kernel',
    message: `${doubt}${doubt === '' ? capitalized(title) : title}. ${whatHappens}${isGeneral ? '' : names}`,
    evidence,
    advice,
  };
}

function severityOf(hazard: { code: string; isKnown: boolean; isExposed: boolean }): Finding['severity'] {
  const { code, isKnown, isExposed } = hazard;
  if (!isKnown || OF_EVERY_KERNEL.includes(code)) return 'info';
  return URGENT_WITH_A_CACHE.includes(code) && isExposed ? 'error' : 'warning';
}

function machineFinding(
  code: (typeof MACHINE_CODES)[number],
  severity: Finding['severity'],
  message: string,
  advice: string | null,
): Finding {
  return { code, severity, subject: 'machine', message, evidence: null, advice };
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
