import type { DoctorDocument } from '../documents/index.js';
import { findingText } from './findings.js';
import { TEXT_WIDTH } from './inspection.js';
import { LIVE_TONE } from './list.js';
import { printable } from './printable.js';
import { tone } from './style.js';
import { facts, wrap } from './table.js';

/** What `wcache doctor` shows a person: the sum, the machine, then each finding, the worst first. */
export function doctorText(document: DoctorDocument): string {
  const brief = document.findings.filter(isBackground);
  return [
    summary(document),
    facts(machineRows(document)),
    ...document.findings.filter((finding) => !isBackground(finding)).map((finding) => findingText(finding)),
    ...(brief.length === 0 ? [] : [backgroundText(brief)]),
  ].join('\n\n');
}

type DoctorFinding = DoctorDocument['findings'][number];

/** What is true of every kernel, or not known of this one: a line is enough for it. */
function isBackground({ severity, subject }: DoctorFinding): boolean {
  return severity === 'info' && subject === 'kernel';
}

function backgroundText(findings: readonly DoctorFinding[]): string {
  return [
    'Good to know of this kernel (wcache doctor --json tells more):',
    ...findings.map(({ code, message }) => {
      const [sentence = message] = /^.*?\.(?= [A-Z])/s.exec(message) ?? [];
      return `  ${wrap(`${code}: ${sentence}`, TEXT_WIDTH, '    ')}`;
    }),
  ].join('\n');
}

function summary({ ok, findings }: DoctorDocument): string {
  const count = (severity: string): number => findings.filter((each) => each.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  const warned =
    warnings === 0 ? '' : ` ${String(warnings)} ${warnings === 1 ? 'warning' : 'warnings'} to know of.`;
  if (ok) return `${tone('good', 'Nothing needs attention.')}${warned}`;
  const needs = errors === 1 ? '1 thing needs' : `${String(errors)} things need`;
  return `${tone('bad', `${needs} attention.`)}${warned}`;
}

const MODULE: Readonly<Record<DoctorDocument['module'], string>> = {
  loaded: 'loaded',
  'built-in': 'built into the kernel',
  available: 'not loaded, available as a module',
  missing: 'missing',
  unknown: 'not loaded',
};

const VENDOR: Readonly<Record<DoctorDocument['kernel']['vendor'], string>> = {
  debian: "Debian's",
  ubuntu: "Ubuntu's",
  rhel: "Red Hat's",
  suse: "SUSE's",
  vanilla: "kernel.org's",
  unknown: 'of its own',
};

function machineRows(document: DoctorDocument): [string, string][] {
  const { dmsetup, target_version: target } = document;
  return [
    ['kernel', kernelName(document)],
    ['target', `writecache${target === null ? '' : ` ${target}`}, ${MODULE[document.module]}`],
    ['device-mapper', deviceMapper(document)],
    ['dmsetup', dmsetup.installed ? `library ${dmsetup.library_version ?? 'unknown'}` : 'not installed'],
    ['udev', document.udev ? 'runs' : 'does not run'],
    ['root', document.root ? 'yes' : 'no'],
    ['writecaches', wrap(caches(document), TEXT_WIDTH, ' '.repeat(17))],
  ];
}

/** Vendors that pick fixes by themselves only base their kernel on the version that it names. */
function kernelName({ kernel: { release, version, vendor, exact } }: DoctorDocument): string {
  if (version === null) return release;
  const name = exact ? `${VENDOR[vendor]} ${version}` : `${VENDOR[vendor]}, based on ${version}`;
  return `${release} (${name})`;
}

function deviceMapper({ device_mapper: answers, dmsetup }: DoctorDocument): string {
  if (answers === null) return 'only root could tell';
  if (!answers) return 'does not answer';
  return dmsetup.driver_version === null ? 'there' : `driver ${dmsetup.driver_version}`;
}

function caches({ caches: found }: DoctorDocument): string {
  if (found === null) return 'not looked at';
  if (found.length === 0) return 'none';
  return found.map(({ name, state }) => `${printable(name)} (${tone(LIVE_TONE[state], state)})`).join(', ');
}
