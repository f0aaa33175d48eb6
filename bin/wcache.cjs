#!/usr/bin/env node
'use strict';
const fs = require('node:fs');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');

const root = dirname(__dirname);
const folder = join(root, 'dist/bundle');
const modules = join(root, 'dist/src/cli/main.js');
const words = process.argv.slice(2);

if (fs.existsSync(join(folder, 'wcache.cjs'))) {
  if (!printVersion()) startBundle();
} else if (fs.existsSync(modules)) {
  // What is left of a build that failed half-way.
  void import(pathToFileURL(modules).href).then(({ main }) => main(words, root));
} else {
  process.stderr.write('wcache: this checkout is not built yet; run `npm install && npm run build` first.\n');
  process.exitCode = 3;
}

/** `--version` alone needs nothing of wcache; anything that is odd about it is left to wcache itself. */
function printVersion() {
  if (words[0] !== '--version' && words[0] !== '-V') return false;
  // oclif has a word of its own for Linux under Windows.
  if (/microsoft/i.test(require('node:os').release())) return false;
  const { name, version } = require('../package.json');
  try {
    fs.writeSync(1, `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
    return true;
  } catch {
    return false;
  }
}

function startBundle() {
  const { Scripts } = require('./scripts.cjs');
  const scripts = new Scripts(folder);
  const { main, verbs } = scripts.load('wcache.cjs');
  // These set a flag of V8, and no code is taken any more that was made without it.
  const setsFlag = words.some((word) => /^--(?:watch|listen)(?:=|$)/.test(word));
  if (setsFlag) {
    for (const name of ['execa', 'screen', 'string-width', 'ansis']) scripts.prepare(`${name}.cjs`);
  } else if (scripts.mayKeep && process.execArgv.length === 0 && process.env['NODE_OPTIONS'] === undefined) {
    process.once('exit', () => {
      scripts.keep(Object.hasOwn(verbs, words[0] ?? '') ? `${words[0]}` : '');
    });
  }
  void main(words, root, verbs);
}
