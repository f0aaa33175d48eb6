/**
 * The bundle: all of wcache in a few scripts in dist/bundle, which start in a fraction of the time that hundreds of
 * modules take. Scripts, because Node 20 keeps compiled code only for these (bin/scripts.cjs).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Scripts } from './scripts.cjs';
import { licencesFile, thirdParties } from './third-party.js';
import { PARTS, execaAtUse, inkAtOnce, loadedAtUse, oclifAtUse, schemasAtUse } from './lazy-modules.js';

/** @param {string} root the folder of package.json */
export async function bundle(root) {
  const folder = `${root}/dist/bundle`;
  mkdirSync(folder, { recursive: true });
  // Compiled code is kept only in a folder that nobody else can write to.
  chmodSync(folder, 0o755);
  const metafiles = await Promise.all([
    script(root, 'wcache', { contents: entry(root), resolveDir: root }, [
      loadedAtUse,
      oclifAtUse,
      schemasAtUse,
    ]),
    ...Object.entries(PARTS).map(([part, packages]) =>
      script(root, part, { contents: reexport(packages), resolveDir: root, sourcefile: `${part}.mjs` }, [
        inkAtOnce,
        execaAtUse,
      ]),
    ),
  ]);
  const packages = thirdParties(root, metafiles);
  writeFileSync(`${folder}/THIRD-PARTY-LICENSES`, licencesFile(packages));
  // For Debian's package, which tells the same in a form of its own.
  writeFileSync(`${root}/dist/third-party.json`, `${JSON.stringify(packages, null, 2)}\n`);
  warm(root);
}

/** Starts wcache as it is mostly started, which keeps the code that it needs. Other uses add theirs when they come first. */
function warm(/** @type {string} */ root) {
  const temporary = mkdtempSync(join(tmpdir(), 'wcache-warm-'));
  const image = join(temporary, 'image');
  writeFileSync(image, new Uint8Array(1 << 20));
  const environment = { ...process.env };
  delete environment['NODE_OPTIONS'];
  for (const words of [
    ['--help'],
    ['format', image, '--block-size', '4096', '--yes'],
    ['inspect', image],
    ['check', image],
  ]) {
    const { status } = spawnSync(process.execPath, [join(root, 'bin/wcache.cjs'), ...words], {
      env: environment,
    });
    if (status !== 0) throw new Error(`wcache ${words.join(' ')} does not run from the bundle.`);
  }
  rmSync(temporary, { recursive: true });
  // What a watch needs is known from nothing that could be done here.
  const scripts = new Scripts(join(root, 'dist/bundle'));
  for (const name of ['execa', 'screen', 'string-width', 'ansis']) scripts.load(`${name}.cjs`);
  scripts.keep('');
}

/** The verbs, each under oclif's word for it. */
function entry(/** @type {string} */ root) {
  const files = readdirSync(`${root}/commands`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const verbs = files.map((file) => {
    const path = file.replace(/\.ts$/, '');
    return `'${path.replaceAll('/', ':')}': () => import('./commands/${path}.js'),`;
  });
  return `export { mainOfBundle as main } from './src/cli/bundled.js';\nexport const verbs = { ${verbs.join('\n')} };`;
}

/** @param {string[]} packages */
function reexport(packages) {
  return packages
    .map((name, index) => `import * as part${index} from '${name}';\nexport { part${index} as '${name}' };`)
    .join('\n');
}

/**
 * @param {string} root
 * @param {string} name
 * @param {import('esbuild').StdinOptions} stdin
 * @param {import('esbuild').Plugin[]} plugins
 * @returns {Promise<import('esbuild').Metafile>} what it was made of
 */
async function script(root, name, stdin, plugins) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    stdin,
    plugins,
    outfile: `${root}/dist/bundle/${name}.cjs`,
    write: false,
    metafile: true,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // Names and lines stay as they are, for the stack of an error.
    minify: false,
    // They are in THIRD-PARTY-LICENSES.
    legalComments: 'none',
    logLevel: 'error',
    external: ['typescript', 'ts-node', 'tsx', 'react-devtools-core'],
    define: {
      'import.meta.url': 'importMeta.url',
      'process.env.NODE_ENV': '"production"',
      // oclif would compare versions of Node that package.json rules out.
      'process.env.OCLIF_DISABLE_ENGINE_WARNING': '"1"',
    },
    banner: {
      js: "const importMeta = { get url() { return require('node:url').pathToFileURL(__filename).href; } };",
    },
  });
  for (const { path, text } of outputFiles) {
    writeFileSync(path, withId(inAscii(text)), { mode: 0o644 });
  }
  return metafile;
}

/** esbuild leaves other characters only in regular expressions and comments. Each byte is to be one character: no text is read faster. */
function inAscii(/** @type {string} */ text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What compiled code is known by: V8 itself compares only the length of the source. */
function withId(/** @type {string} */ text) {
  return `// ${createHash('sha256').update(text).digest('hex')}\n(function (exports, require, module, __filename, __dirname) {\n${text}\n})`;
}
