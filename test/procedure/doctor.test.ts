import { describe, expect, it } from 'vitest';
import { DOCTOR_CODES, diagnoseMachine, type DoctorFacts } from '../../src/procedure/doctor.js';
import { HAZARD_CODES, kernelIdentity, parseTargetVersion } from '../../src/table/index.js';
import { healthyFacts, interruptedRemoval, liveCache, waitingCache } from './live-caches.js';

function codes(changes: Partial<DoctorFacts>, severity: string): string[] {
  return diagnoseMachine(healthyFacts(changes))
    .filter((finding) => finding.severity === severity)
    .map(({ code }) => code);
}

const FIXED = kernelIdentity(
  '6.12.117+deb12-amd64',
  '#1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1~bpo12+1 (2026-11-12)',
);
const OLD = kernelIdentity('5.3.5', '#1 SMP');

describe('diagnoseMachine', () => {
  it('finds nothing that needs attention on a healthy machine', () => {
    expect(codes({}, 'error')).toEqual([]);
    expect(codes({ kernel: FIXED }, 'error')).toEqual([]);
  });

  it('names the hazards of the kernel, with evidence and advice', () => {
    const found = diagnoseMachine(healthyFacts()).filter(({ subject }) => subject === 'kernel');
    expect(found.map(({ code }) => code)).toContain('W2-fua-not-durable');
    for (const { evidence, advice, message } of found) {
      expect(evidence).toMatch(/\S/);
      expect(advice).toMatch(/\S/);
      expect(message).toMatch(/^[A-Z].*\.$/s);
    }
    expect(codes({ kernel: FIXED }, 'warning')).not.toContain('W2-fua-not-durable');
  });

  it('says which caches a hazard concerns', () => {
    const live = [liveCache(), liveCache({ name: 'pm', parameters: 'p 254:0 259:0 4096 0' })];
    const found = diagnoseMachine(healthyFacts({ caches: { live, waiting: [] } }));
    const message = (code: string): string | undefined => found.find((each) => each.code === code)?.message;
    expect(message('W2-fua-not-durable')).toMatch(/It concerns wc\.$/);
    expect(message('W1-crash-without-dax')).toMatch(/It concerns pm\.$/);
    expect(message('W6-resume-after-error')).toMatch(/It concerns wc, pm\.$/);
    expect(message('W7-no-identity')).not.toContain('It concerns');
  });

  it('takes what is not known of a kernel for worth knowing, no more', () => {
    const kernel = kernelIdentity('5.14.0-503.el9.x86_64', '#1 SMP PREEMPT_DYNAMIC');
    expect(codes({ kernel }, 'info')).toContain('W2-fua-not-durable');
    const [found] = diagnoseMachine(healthyFacts({ kernel })).filter(
      ({ code }) => code === 'W2-fua-not-durable',
    );
    expect(found?.message).toMatch(/^It is not known whether this kernel has this: /);
  });

  it('cannot wait where a live cache has commits that overtake their data', () => {
    const targetVersion = parseTargetVersion('1.1.1');
    const old = { kernel: OLD, targetVersion };
    const live = [liveCache({ version: '1.1.1', status: '0 100 90 0' })];
    expect(codes({ ...old, caches: { live, waiting: [] } }, 'error')).toEqual(['W5-flush-order']);
    expect(codes({ ...old, caches: { live: [], waiting: [] } }, 'error')).toEqual([]);
    expect(codes({ ...old, caches: { live: [], waiting: [] } }, 'warning')).toContain('W5-flush-order');
    const pmem = [liveCache({ version: '1.1.1', status: '0 100 90 0', parameters: 'p 254:0 259:0 4096 0' })];
    expect(codes({ ...old, caches: { live: pmem, waiting: [] } }, 'error')).toEqual([]);
    // To reload is what corrupts, and nobody has to.
    expect(codes({ ...old, caches: { live, waiting: [] } }, 'warning')).toContain('W5-reload-loses-data');
  });

  it.each<[string, 'error' | 'warning' | 'info', Partial<DoctorFacts>]>([
    ['no-root', 'error', { root: false, targetVersion: null, caches: null }],
    ['no-dmsetup', 'error', { dmsetup: { installed: false, library: null, driver: null } }],
    ['no-device-mapper', 'error', { deviceMapper: false, targetVersion: null, caches: null }],
    ['no-target', 'error', { module: 'missing', targetVersion: null }],
    ['target-not-loaded', 'info', { module: 'available', targetVersion: null }],
    ['target-not-loaded', 'info', { module: 'unknown', targetVersion: null }],
    ['no-udev', 'info', { udev: false }],
    ['hazards-unknown', 'info', { kernel: OLD, module: 'available', targetVersion: null }],
    ['caches-unreadable', 'error', { caches: null, cachesFailure: 'The status line "x" cannot be read.' }],
    ['pair-unreadable', 'warning', { unreadablePairs: ['/var/lib/wcache/pairs/x.json'] }],
    ['cache-removal-interrupted', 'warning', { removals: [interruptedRemoval()] }],
    ['cache-suspended', 'error', { caches: { live: [liveCache({ suspended: true })], waiting: [] } }],
    ['cache-waiting', 'warning', { caches: { live: [], waiting: [waitingCache()] } }],
  ])('finds %s (%s)', (code, severity, changes) => {
    expect(codes(changes, severity)).toContain(code);
    expect(codes({}, severity)).not.toContain(code);
  });

  it('says nothing of a kernel’s hazards where there is no target to have them', () => {
    for (const changes of [{ deviceMapper: false }, { module: 'missing' as const }]) {
      const found = diagnoseMachine(healthyFacts({ ...changes, targetVersion: null, caches: null }));
      expect(found.filter(({ subject }) => subject === 'kernel')).toEqual([]);
    }
  });

  it('judges a kernel since 5.15 without its target loaded, for all of them have the newest', () => {
    const changes = { module: 'available', targetVersion: null } as const;
    expect(codes(changes, 'warning')).toContain('W2-fua-not-durable');
    expect(codes(changes, 'info')).not.toContain('hazards-unknown');
  });

  it('begins with the worst', () => {
    const found = diagnoseMachine(
      healthyFacts({ udev: false, caches: { live: [liveCache({ suspended: true })], waiting: [] } }),
    );
    const order = ['error', 'warning', 'info'];
    const severities = found.map(({ severity }) => order.indexOf(severity));
    expect(severities).toEqual([...severities].sort());
    expect(severities[0]).toBe(0);
  });

  it('uses only codes that are known', () => {
    expect(DOCTOR_CODES).toEqual(expect.arrayContaining([...HAZARD_CODES]));
    expect(new Set(DOCTOR_CODES).size).toBe(DOCTOR_CODES.length);
    for (const { code } of diagnoseMachine(healthyFacts({ root: false, udev: false }))) {
      expect(DOCTOR_CODES).toContain(code);
    }
  });
});
