/** A test that runs a command of the README as it stands there. */
export interface Claim {
  /** Its file. */
  readonly test: string;
  /** What stands in it, and shows that it does. */
  readonly evidence: string;
}

/** A Debian in which wcache never was, as somebody comes to it and parts from it again. */
const FRESH_ROOT = 'test/install/fresh-root.test.ts';

/**
 * The commands of the README's blocks `sh set-up`: each is run by the test that is named here. VERSION stands for the
 * package's.
 */
export const CLAIMS: Readonly<Record<string, Claim>> = {
  // Its script sets up, builds and starts the demo; the first two begin every run of the tests.
  'npm run demo': { test: 'test/kernel/demo.test.ts', evidence: 'dist/test/lab/demo.js' },
  'npm test': { test: '.ci/run', evidence: 'exec npm test' },
  'npm ci': { test: 'test/set-up.js', evidence: "spawnSync('npm', ['ci'," },
  'npm pack': { test: 'test/install/packages.ts', evidence: "execa('npm', ['pack'," },
  'npm run package:deb': { test: 'test/install/packages.ts', evidence: 'bin/package-deb.js' },
  'apt install ./wcache_VERSION_all.deb': { test: FRESH_ROOT, evidence: "debian.apt('install'," },
  'apt purge wcache': { test: FRESH_ROOT, evidence: "debian.apt('purge', '--auto-remove', 'wcache')" },
  'npm install --global ./wcache-VERSION.tgz': {
    test: FRESH_ROOT,
    evidence: "debian.printed(['npm', 'install',",
  },
  'npm uninstall --global wcache': {
    test: FRESH_ROOT,
    evidence: "['npm', 'uninstall', '--global', 'wcache']",
  },
  'wcache completion --install': {
    test: 'test/install/completion.test.ts',
    evidence: 'completion --install;',
  },
  'wcache completion --uninstall': { test: FRESH_ROOT, evidence: "['wcache', 'completion', '--uninstall']" },
};
