import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { changed } from '../changed.js';

/** @typedef {import('./tree.js').Tree} Tree */

/** Where wcache lies. The program finds all else from here, as in npm's package. */
const HOME = 'usr/share/wcache';
/** Where the code is kept that V8 made: /usr is not written to after an installation. */
const CODE_FOLDER = 'var/cache/wcache';
const DOCUMENTATION = 'usr/share/doc/wcache';

/** By what `wcache completion` calls a shell. */
const COMPLETIONS = {
  bash: 'usr/share/bash-completion/completions/wcache',
  zsh: 'usr/share/zsh/vendor-completions/_wcache',
  fish: 'usr/share/fish/vendor_completions.d/wcache.fish',
};

/**
 * Puts in place what Debian's package installs.
 *
 * @param {string} root the folder of package.json, built
 * @param {Tree} tree
 * @param {{ changelog: string, copyright: string }} documents
 */
export async function contents(root, tree, { changelog, copyright }) {
  /** @param {string} path */
  const read = (path) => readFileSync(join(root, path));
  program(root, tree, read);
  tree.file(`${HOME}/dist/src/scan/search-worker.js`, await searchWorker(root));
  data(root, tree, read);
  for (const page of readdirSync(join(root, 'man')).filter((name) => /\.[1-9]$/.test(name))) {
    tree.compressed(`usr/share/man/man${page.slice(-1)}/${page}`, read(`man/${page}`));
  }
  for (const [shell, path] of Object.entries(COMPLETIONS)) {
    const words = [join(root, 'bin/wcache.cjs'), 'completion', shell];
    tree.file(path, execFileSync(process.execPath, words, { encoding: 'utf8' }));
  }
  tree.file('usr/share/lintian/overrides/wcache', read('bin/debian/lintian-overrides'));
  tree.compressed(`${DOCUMENTATION}/changelog`, changelog);
  tree.file(`${DOCUMENTATION}/copyright`, copyright);
  tree.compressed(`${DOCUMENTATION}/README.md`, read('README.md'));
}

/**
 * @param {string} root
 * @param {Tree} tree
 * @param {(path: string) => Buffer} read
 */
function program(root, tree, read) {
  const start = changed(read('bin/wcache.cjs').toString(), [
    ['#!/usr/bin/env node', '#!/usr/bin/node'],
    ['new Scripts(folder)', `new Scripts(folder, '/${CODE_FOLDER}')`],
  ]);
  tree.file(`${HOME}/bin/wcache.cjs`, start, 0o755);
  tree.file(`${HOME}/bin/scripts.cjs`, read('bin/scripts.cjs'));
  tree.link('usr/bin/wcache', '../share/wcache/bin/wcache.cjs');
  for (const name of readdirSync(join(root, 'dist/bundle')).filter((each) => each.endsWith('.cjs'))) {
    tree.file(`${HOME}/dist/bundle/${name}`, read(`dist/bundle/${name}`));
  }
  const { name, version, description, license, type, bin, engines, oclif } = JSON.parse(
    read('package.json').toString(),
  );
  const pjson = { name, version, description, license, type, bin, engines, oclif };
  tree.file(`${HOME}/package.json`, `${JSON.stringify(pjson, null, 2)}\n`);
  tree.file(`${HOME}/oclif.manifest.json`, read('oclif.manifest.json'));
  tree.folder(CODE_FOLDER);
}

/**
 * What is there for others to read, where they look for it.
 *
 * @param {string} root
 * @param {Tree} tree
 * @param {(path: string) => Buffer} read
 */
function data(root, tree, read) {
  for (const name of readdirSync(join(root, 'dist/schemas'))) {
    tree.file(`${HOME}/schemas/${name}`, read(`dist/schemas/${name}`));
  }
  for (const name of readdirSync(join(root, 'dist/monitoring'))) {
    const isUnit = /\.(?:service|timer)$/.test(name);
    tree.file(
      `${isUnit ? 'usr/lib/systemd/system' : `${HOME}/monitoring`}/${name}`,
      read(`dist/monitoring/${name}`),
    );
  }
  tree.link(`${HOME}/dist/monitoring`, '../monitoring');
}

/** The thread that helps to scan, which is a module with others around it, as one. */
async function searchWorker(/** @type {string} */ root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/scan/search-worker.js'],
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return outputFiles.map(({ text }) => text).join('');
}
