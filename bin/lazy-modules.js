/**
 * What the bundle does to modules so that a verb pays only for what it uses. None of it changes what a module does, only
 * when it is loaded.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import ts from 'typescript';
import { changed } from './changed.js';

/** Packages that most verbs can do without: scripts of their own, which are loaded when they are used first. */
export const PARTS = {
  ansis: ['ansis'],
  zod: ['zod'],
  execa: ['execa'],
  listr2: ['listr2'],
  'prom-client': ['prom-client'],
  'string-width': ['string-width'],
  'wrap-ansi': ['wrap-ansi'],
  screen: ['ink', 'react', 'react/jsx-runtime'],
};

/** Node's own modules that are there when a program starts. */
const AT_HAND = ['buffer', 'events', 'fs', 'module', 'os', 'path', 'process', 'timers', 'url', 'util', 'vm'];

/**
 * Stands in for the parts and for Node's modules where our own sources import them: each export is looked up when it is
 * used.
 *
 * @type {import('esbuild').Plugin}
 */
export const loadedAtUse = {
  name: 'loaded-at-use',
  setup(build) {
    const sources = new Map();
    for (const [part, packages] of Object.entries(PARTS)) {
      for (const name of packages) sources.set(name, `require('./${part}.cjs')['${name}']`);
    }
    for (const name of builtinModules.filter((each) => !/^_/.test(each) && !AT_HAND.includes(each))) {
      sources.set(`node:${name}`, `require('node:${name}')`);
    }
    const { names, pairs } = namedImports(build.initialOptions.stdin?.resolveDir ?? '.');
    build.onResolve({ filter: /^[^./]/, namespace: 'file' }, ({ path, importer }) => {
      if (!sources.has(path) || importer.includes('/node_modules/')) return undefined;
      // A name that is not known would be undefined where it is used.
      if (!pairs.has(`${importer} ${path}`)) {
        return {
          errors: [{ text: `The bundle can tell no names in the import of ${path} by ${importer}.` }],
        };
      }
      return { path, namespace: 'at-use' };
    });
    build.onLoad({ filter: /.*/, namespace: 'at-use' }, ({ path }) => {
      const getters = [...(names.get(path) ?? [])].map(
        (name) => `${name}: { enumerable: true, get: () => loaded().${name} },`,
      );
      // What is imported as the default, a function or a class in every case, is the whole of a CommonJS module to Node.
      return {
        contents: `
          let it;
          const loaded = () => (it ??= ${sources.get(path)});
          const stand = Object.defineProperties(function () {}, { ${getters.join('\n')} });
          module.exports = new Proxy(stand, {
            apply: (_, self, words) => Reflect.apply(loaded().default, self, words),
            construct: (_, words) => Reflect.construct(loaded().default, words),
          });`,
      };
    });
    build.onResolve({ filter: /.*/, namespace: 'at-use' }, ({ path }) => ({ path, external: true }));
  },
};

/** What our own sources import: the names by module, and which file imports from which module. */
function namedImports(/** @type {string} */ root) {
  /** @type {Map<string, Set<string>>} */
  const names = new Map();
  /** @type {Set<string>} */
  const pairs = new Set();
  for (const folder of ['src', 'commands']) {
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(file)) continue;
      const path = join(root, folder, file);
      const source = readFileSync(path, 'utf8');
      // The import of what JSX turns into is not in the source.
      const text = file.endsWith('x')
        ? transformSync(source, { loader: 'tsx', jsx: 'automatic' }).code
        : source;
      const imports = text.matchAll(
        /^import (?:\w+|(?:\w+, )?\{(?<list>[^}]*)\}) from (?<quote>['"])(?<module>[^.'"][^'"]*)\k<quote>;$/gm,
      );
      for (const { groups: { list = '', module = '' } = {} } of imports) {
        const known = names.get(module) ?? new Set();
        for (const [, name = ''] of list.matchAll(/(?:^|,)\s*(?!type )(\w+)/g)) known.add(name);
        names.set(module, known);
        pairs.add(`${path} ${module}`);
      }
    }
  }
  return { names, pairs };
}

/**
 * Lets oclif's modules require one another when they need one another, instead of all at once. The TypeScript compiler
 * wrote them: it requires a module in a line of its own, under a name that is used for nothing else.
 *
 * @type {import('esbuild').Plugin}
 */
export const oclifAtUse = {
  name: 'oclif-at-use',
  setup(build) {
    // It would load Node's terminals and sockets in every start; with DEBUG unset it says nothing.
    build.onResolve({ filter: /^debug$/ }, ({ path, resolveDir, namespace }) =>
      namespace === 'quiet' ? undefined : { path, namespace: 'quiet', pluginData: { resolveDir } },
    );
    build.onLoad({ filter: /.*/, namespace: 'quiet' }, ({ pluginData }) => ({
      contents: `
        const quiet = () => Object.assign(() => undefined, { enabled: false, extend: quiet });
        module.exports = process.env.DEBUG ? require('debug') : quiet;`,
      resolveDir: pluginData.resolveDir,
    }));
    // Of which it uses no more than whether this is Linux under Windows.
    build.onLoad({ filter: /\/wsl-utils\/index\.js$/ }, () => ({
      contents: "export { default as isWsl } from 'is-wsl';",
    }));
    build.onLoad({ filter: /\/@oclif\/core\/lib\/.*\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      const requires = contents.matchAll(
        /^(?:const|var) (?<name>\w+_\d+) = (?<call>(?:__import\w+\()?require\("[^"]+"\)\)?);$/gm,
      );
      for (const { 0: line, groups: { name = '', call = '' } = {} } of requires) {
        const uses = new RegExp(`\\b${name}\\b`, 'g');
        contents = contents.replace(line, '').replace(uses, `(${name}it ??= ${call})`);
        contents = contents.replace('"use strict";', `"use strict"; let ${name}it;`);
      }
      return {
        contents: contents.replace(
          /^exports\.(\w+) = (__importStar\(require\("[^"]+"\)\));$/gm,
          'let $1it; Object.defineProperty(exports, "$1", { enumerable: true, get: () => ($1it ??= $2) });',
        ),
      };
    });
  },
};

/**
 * Makes a schema when it is asked something first, and lets those go that no verb asks: the documents' are for the library
 * and its types. A bundler cannot know that making one does nothing else.
 *
 * @type {import('esbuild').Plugin}
 */
export const schemasAtUse = {
  name: 'schemas-at-use',
  setup(build) {
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes("from 'zod'")) return undefined;
      const makers = ts
        .createSourceFile(path, text, ts.ScriptTarget.Latest, true)
        .statements.filter(ts.isVariableStatement)
        .flatMap(({ declarationList }) => declarationList.declarations.map(({ initializer }) => initializer));
      let contents = text;
      for (const maker of makers.reverse()) {
        if (maker === undefined || !isOfSchemas(maker)) continue;
        const [before, made, after] = [text.slice(0, maker.pos), text.slice(maker.pos, maker.end), maker.end];
        const late = ts.isObjectLiteralExpression(maker)
          ? `(() => (${made}))()`
          : `schemaAtUse(() => (${made}))`;
        contents = `${before} /* @__PURE__ */ ${late}${contents.slice(after)}`;
      }
      return { contents: `import { schemaAtUse } from 'schema-at-use';\n${contents}`, loader: 'ts' };
    });
    build.onResolve({ filter: /^schema-at-use$/ }, ({ path }) => ({ path, namespace: 'schema-at-use' }));
    build.onLoad({ filter: /.*/, namespace: 'schema-at-use' }, () => ({
      contents: `
        export function schemaAtUse(make) {
          let it;
          const get = (_, key) => Reflect.get((it ??= make()), key);
          const has = (_, key) => Reflect.has((it ??= make()), key);
          return new Proxy({}, { get, has });
        }`,
    }));
  },
};

/** Whether it calls zod or a schema's own methods, or is an object of such. */
function isOfSchemas(/** @type {ts.Expression} */ expression) {
  if (ts.isObjectLiteralExpression(expression)) return /\bz\./.test(expression.getFullText());
  let at = expression;
  while (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at)) at = at.expression;
  return expression !== at && ts.isIdentifier(at) && (at.text === 'z' || at.text.endsWith('Schema'));
}

/**
 * execa opens its own standard input to have it at hand, of which wcache's programs get nothing.
 *
 * @type {import('esbuild').Plugin}
 */
export const execaAtUse = {
  name: 'execa-at-use',
  setup(build) {
    build.onLoad({ filter: /\/execa\/lib\/utils\/standard-stream\.js$/ }, async ({ path }) => ({
      contents: changed(await readFile(path, 'utf8'), [
        [
          '[process.stdin, process.stdout, process.stderr]',
          'new Proxy([], { get: (_, key) => Reflect.get([process.stdin, process.stdout, process.stderr], key) })',
        ],
      ]),
    }));
  },
};

/**
 * ink and the layout engine under it wait for something at their top level, which a script cannot. The engine is
 * WebAssembly, and can be compiled at once; ink looks for its developer tools, which are not here.
 *
 * @type {import('esbuild').Plugin}
 */
export const inkAtOnce = {
  name: 'ink-at-once',
  setup(build) {
    build.onLoad({ filter: /\/ink\/build\/reconciler\.js$/ }, async ({ path }) => ({
      contents: changed(await readFile(path, 'utf8'), [
        ["await import('./devtools.js');", ''],
        ['? await loadPackageJson()', '? undefined'],
      ]),
    }));
    build.onLoad({ filter: /\/yoga-layout\/dist\/src\/index\.js$/ }, async ({ path }) => ({
      contents: changed(await readFile(path, 'utf8'), [
        ['import loadYoga from', 'import loadYoga, { wasm } from'],
        [
          'wrapAssembly(await loadYoga())',
          `wrapAssembly((() => {
            const library = {
              instantiateWasm(imports, received) {
                const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64')), imports);
                received(instance);
                return instance.exports;
              },
            };
            loadYoga(library);
            return library;
          })())`,
        ],
      ]),
    }));
    build.onLoad({ filter: /\/yoga-layout\/dist\/binaries\/[\w-]+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const [whole, wasm] = /data:application\/octet-stream;base64,([\w+/=]+)/.exec(text) ?? [''];
      return {
        contents:
          changed(text, [[whole, 'data:application/octet-stream;base64,']]) +
          `\nexport const wasm = '${wasm}';`,
      };
    });
  },
};
