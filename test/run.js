/**
 * `npm test`: everything, from a fresh clone on Debian with Node 20. Sets up what it needs (npm packages; Debian's
 * where it is root, else it names them), builds, then runs format, lint, types and all suites, and ends with one
 * plain line over all of them. Plain JavaScript on Node's own modules, as it runs before there are any others.
 *
 * Arguments are passed on to vitest, for example `npm test -- test/scan`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, requireNode, root, setUp } from './set-up.js';

/** Test files to run, where not all are wanted. */
const chosen = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const remarks = [];

requireNode();
const missingPackages = await setUp();
// Here, as it may take longer to fetch than a test may. Where it cannot be had, the tests that need it fail and say so.
const { promtool } = await import('./lab/promtool.js');
await promtool().catch((error) => {
  console.error(error.message);
});
check('build', [process.execPath, 'bin/build.js']);
check('lint and format of the sources', ['npm', 'run', '--silent', 'lint']);
check('types', ['node_modules/.bin/tsc', '--noEmit']);
// Coverage has thresholds, and a few chosen files can't reach them.
runSuites('unit', chosen.length === 0 ? ['--coverage'] : []);
if (missingPackages.length === 0) {
  runSuites('kernel', []);
} else {
  leaveOut([
    'THE KERNEL TESTS DID NOT RUN: no real kernel could be booted here, and nothing about the kernel was proved.',
    ...howToInstall(missingPackages),
  ]);
}
const obstacle = whatKeepsFromInstalling();
if (obstacle.length === 0) {
  runSuites('install', []);
} else {
  leaveOut([
    'THE TESTS OF WHAT IS INSTALLED DID NOT RUN: manual pages, completion and packages were not tried.',
    ...obstacle,
  ]);
}

for (const remark of remarks) {
  console.log(remark);
}
console.log(
  `${String(totals.passed)} passed, ${String(totals.failed)} failed, ${String(totals.skipped)} skipped`,
);
process.exitCode = totals.failed === 0 ? 0 : 1;

/**
 * One check that passes or fails as a whole.
 *
 * @param {string} name
 * @param {[string, ...string[]]} command
 */
function check(name, [program, ...args]) {
  console.log(`# ${name}`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: environment });
  totals[status === 0 ? 'passed' : 'failed'] += 1;
  if (status !== 0) {
    remarks.push(`FAILED: ${name}`);
  }
}

/**
 * @param {'unit' | 'kernel' | 'install'} project
 * @param {string[]} options
 */
function runSuites(project, options) {
  console.log(`# ${project} tests`);
  const folder = mkdtempSync(join(tmpdir(), 'wcache-test-'));
  const report = join(folder, 'report.json');
  const { status } = spawnSync(
    'node_modules/.bin/vitest',
    [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...options,
      ...(chosen.length === 0 ? [] : ['--passWithNoTests', ...chosen]),
    ],
    { cwd: root, stdio: 'inherit', env: environment },
  );
  if (existsSync(report)) {
    const counts = JSON.parse(readFileSync(report, 'utf8'));
    totals.passed += counts.numPassedTests;
    totals.failed += counts.numFailedTests;
    totals.skipped += counts.numPendingTests + counts.numTodoTests;
    if (counts.numPendingTests + counts.numTodoTests > 0) {
      totals.failed += 1;
      remarks.push(`FAILED: ${project} tests left some out; none may be skipped silently.`);
    }
    if (status !== 0 && counts.numFailedTests === 0) {
      totals.failed += 1;
      remarks.push(
        `FAILED: ${project} tests ended with status ${String(status)} (a suite, or the coverage).`,
      );
    }
  } else {
    totals.failed += 1;
    remarks.push(`FAILED: ${project} tests did not run.`);
  }
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Suites that can't run here: told at the end, and a failure in CI.
 *
 * @param {string[]} lines
 */
function leaveOut(lines) {
  const inCi = environment['CI'] !== undefined && environment['CI'] !== '' && environment['CI'] !== 'false';
  totals[inCi ? 'failed' : 'skipped'] += 1;
  remarks.push('', ...lines, '');
}

/** @param {string[]} missing */
function howToInstall(missing) {
  return [
    `These Debian packages are missing: ${missing.join(' ')}`,
    `As root: apt-get install ${missing.join(' ')}`,
  ];
}

/** Why a Debian of its own cannot be made here; nothing where it can. */
function whatKeepsFromInstalling() {
  if (missingPackages.length > 0) return howToInstall(missingPackages);
  if (process.getuid?.() !== 0) return ['They need root, for a Debian of their own.'];
  const { status, stderr } = spawnSync('unshare', ['--mount', '--pid', '--fork', 'true'], {
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`They need namespaces of their own: ${stderr.trim()}`];
}
