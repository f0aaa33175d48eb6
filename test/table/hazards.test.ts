import { describe, expect, it } from 'vitest';
import {
  HAZARD_CODES,
  hazardsOf,
  kernelIdentity,
  parseTargetVersion,
  reloadIsSafe,
  type KernelIdentity,
} from '../../src/table/index.js';

const vanilla = (release: string): KernelIdentity => kernelIdentity(release, '#1 SMP');
const DEBIAN_6_1 = kernelIdentity('6.1.0-51-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-11-01)');
const DEBIAN_6_12 = kernelIdentity('6.12.117+deb13-amd64', '#1 SMP Debian 6.12.117-1 (2026-11-12)');
const RHEL = kernelIdentity('4.18.0-553.el8_10.x86_64', '#1 SMP');
const UBUNTU = kernelIdentity('5.4.0-150-generic', '#167-Ubuntu SMP');

function codesOf(kernel: KernelIdentity, target: string, applies: string): string[] {
  return hazardsOf(kernel, parseTargetVersion(target))
    .filter((hazard) => hazard.applies === applies)
    .map(({ code }) => code);
}

function appliesTo(code: string, kernel: KernelIdentity, target: string): string | undefined {
  return hazardsOf(kernel, parseTargetVersion(target)).find((hazard) => hazard.code === code)?.applies;
}

const ALWAYS = [
  'W10-flush-forgets-overwrites',
  'W7-no-identity',
  'W8-extra-words-ignored',
  'W8-block-size-above-page',
];
const NEWER = ['W8-cleaner-not-shown', 'W7-blocks-beyond-origin-dropped'];
const LARGE_WRITES = ['W3-bug-in-writeback', 'W4-identical-entries', 'W9-freed-block-written-back'];

describe('hazardsOf', () => {
  it('knows what was seen on Debian 6.1.192', () => {
    expect(codesOf(DEBIAN_6_1, '1.6.0', 'yes').sort()).toEqual(
      [
        ...[
          'W1-crash-without-dax',
          'W2-fua-not-durable',
          'W11-tail-lost',
          'W6-resume-after-error',
          'H2-flush-error-lost',
        ],
        ...[...LARGE_WRITES, ...ALWAYS, ...NEWER],
      ].sort(),
    );
    expect(codesOf(DEBIAN_6_1, '1.6.0', 'unknown')).toEqual([]);
  });

  it('knows what was mended in Debian 6.12.117', () => {
    expect(codesOf(DEBIAN_6_12, '1.6.0', 'yes').sort()).toEqual(
      ['W6-resume-after-error', ...LARGE_WRITES, ...ALWAYS, ...NEWER].sort(),
    );
    expect(codesOf(DEBIAN_6_12, '1.6.0', 'unknown')).toEqual([]);
  });

  it('of a vendor that picks its fixes, knows what the target version tells', () => {
    expect(codesOf(RHEL, '1.6.0', 'unknown')).toEqual([
      ...['W1-crash-without-dax', 'W2-fua-not-durable', 'W11-tail-lost', 'W6-resume-after-error'],
      ...['W7-blocks-beyond-origin-dropped', 'H2-flush-error-lost', 'H5-unlimited-writeback-jobs'],
    ]);
    expect(appliesTo('W5-reload-loses-data', RHEL, '1.6.0')).toBe('no');
    expect(appliesTo('W5-reload-loses-data', UBUNTU, '1.1.1')).toBe('unknown');
    expect(appliesTo('W3-bug-in-writeback', UBUNTU, '1.1.1')).toBe('no');
  });

  it.each([
    ['6.1.192', 'yes'],
    ['6.1.193', 'unknown'],
    ['6.12.116', 'yes'],
    ['6.12.117', 'no'],
    ['6.12.200', 'no'],
    ['5.15.100', 'yes'],
    ['4.19.1', 'yes'],
    ['6.6.50', 'unknown'],
    ['6.8.12', 'yes'],
    ['6.13.1', 'unknown'],
    ['7.0.1', 'unknown'],
    ['6.1.192+', 'unknown'],
    ['nonsense', 'unknown'],
  ])('the fixes of 2026: %s lacks them: %s', (release, lacks) => {
    expect(appliesTo('W2-fua-not-durable', vanilla(release), '1.6.0')).toBe(lacks);
  });

  it.each([
    ['4.18.5', '1.1.0', 'no'],
    ['4.19.200', '1.1.1', 'no'],
    ['5.3.1', '1.1.1', 'no'],
    ['5.4.100', '1.1.1', 'unknown'],
    ['5.7.8', '1.3.0', 'no'],
    ['5.7.9', '1.3.0', 'yes'],
    ['5.8.0', '1.3.0', 'yes'],
    ['6.6.1', '1.6.0', 'unknown'],
    ['6.12.117', '1.6.0', 'no'],
  ])('W1: %s with target %s: %s', (release, target, applies) => {
    expect(appliesTo('W1-crash-without-dax', vanilla(release), target)).toBe(applies);
  });

  it.each([
    ['W5-flush-order', '5.4.18', '1.1.1', 'yes'],
    ['W5-flush-order', '5.4.19', '1.1.1', 'no'],
    ['W5-flush-order', '5.5.1', '1.1.1', 'unknown'],
    ['W5-flush-order', '5.3.18', '1.1.1', 'yes'],
    ['W5-flush-order', '5.6.0', '1.2.0', 'no'],
    ['H1-pmem-fua-ignored', '5.4.3', '1.1.1', 'yes'],
    ['H1-pmem-fua-ignored', '5.4.4', '1.1.1', 'no'],
    ['H1-pmem-fua-ignored', '4.19.90', '1.1.1', 'unknown'],
    ['W5-bypassed-writes-not-flushed', '5.6.5', '1.2.0', 'no'],
    ['W5-bypassed-writes-not-flushed', '5.9.1', '1.3.0', 'yes'],
    ['W5-bypassed-writes-not-flushed', '5.10.70', '1.3.0', 'unknown'],
    ['W5-bypassed-writes-not-flushed', '5.13.1', '1.4.0', 'yes'],
    ['W5-bypassed-writes-not-flushed', '5.14.1', '1.5.0', 'no'],
    ['W6-resume-after-error', '5.15.1', '1.6.0', 'unknown'],
    ['W7-blocks-beyond-origin-dropped', '5.10.19', '1.3.0', 'no'],
    ['W7-blocks-beyond-origin-dropped', '5.10.20', '1.3.0', 'yes'],
    ['W8-cleaner-not-shown', '5.10.1', '1.3.0', 'no'],
    ['H3-start-sector-not-printed', '4.18.1', '1.0.0', 'no'],
    ['H3-start-sector-not-printed', '4.18.1', '1.1.0', 'yes'],
    ['H3-start-sector-not-printed', '4.19.1', '1.1.1', 'no'],
    ['H4-inexact-table-line', '5.10.19', '1.3.0', 'yes'],
    ['H4-inexact-table-line', '5.10.20', '1.3.0', 'no'],
    ['H4-inexact-table-line', '4.19.100', '1.1.1', 'unknown'],
    ['H5-unlimited-writeback-jobs', '5.17.1', '1.6.0', 'yes'],
    ['H5-unlimited-writeback-jobs', '5.15.1', '1.6.0', 'unknown'],
    ['H5-unlimited-writeback-jobs', '6.0.0', '1.6.0', 'no'],
    ['H6-bitmap-read-past-end', '4.18.1', '1.1.0', 'unknown'],
    ['H6-bitmap-read-past-end', '4.19.1', '1.1.1', 'no'],
  ])('%s in %s with target %s: %s', (code, release, target, applies) => {
    expect(appliesTo(code, vanilla(release), target)).toBe(applies);
  });

  it('has stable codes, each once, and says everything in sentences', () => {
    expect(new Set(HAZARD_CODES).size).toBe(HAZARD_CODES.length);
    for (const hazard of hazardsOf(DEBIAN_6_1, parseTargetVersion('1.6.0'))) {
      expect(hazard.code).toMatch(/^[WH]\d+-[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(hazard.modes.length).toBeGreaterThan(0);
      expect(hazard.title).toMatch(/^[a-z].*[^.]$/);
      for (const text of [hazard.whatHappens, hazard.evidence, hazard.advice]) expect(text).toMatch(/\.$/);
    }
  });
});

describe('reloadIsSafe', () => {
  it.each([
    ['4.18.20', '1.1.0', 'no'],
    ['4.19.100', '1.1.1', 'unknown'],
    ['5.4.100', '1.1.1', 'unknown'],
    ['5.5.19', '1.1.1', 'no'],
    ['5.6.10', '1.2.0', 'no'],
    ['5.6.11', '1.2.0', 'yes'],
    ['5.7.0', '1.3.0', 'yes'],
    ['6.12.117', '1.6.0', 'yes'],
    ['5.6.10-custom', '1.2.0', 'unknown'],
    ['5.6.10-custom', '1.3.0', 'yes'],
  ])('%s with target %s: %s', (release, target, safe) => {
    expect(reloadIsSafe(vanilla(release), parseTargetVersion(target))).toBe(safe);
  });
});
