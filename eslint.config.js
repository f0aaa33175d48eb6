import { builtinModules } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import js from '@eslint/js';
import { globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * The rooms, and all that each may import: other rooms (a file directly in src/ is a room of its own), packages and
 * Node's modules. What is not here is forbidden (design.md §1: the arrows run one way).
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const rooms = {
  'src/errors': [],
  'src/packaged': ['node:fs', 'node:path', 'node:url'],
  'src/units': ['src/errors'],
  'src/exec': ['src/errors', 'execa'],
  'src/format': [],
  'src/wasm': [],
  'src/device': ['src/errors', 'src/exec', 'src/wasm', 'node:fs', 'node:path', 'node:util', 'zod'],
  'src/table': ['src/errors', 'src/units', 'src/format'],
  'src/completion': ['src/table'],
  'src/dm': [
    ...['src/errors', 'src/exec', 'src/device', 'src/table'],
    ...['node:crypto', 'node:fs', 'node:os', 'node:path'],
  ],
  'src/target': ['src/errors', 'src/format', 'src/device', 'src/table'],
  'src/model-dm': ['src/errors', 'src/format', 'src/device', 'src/table', 'src/dm', 'src/target'],
  'src/scan': [
    ...['src/errors', 'src/units', 'src/format', 'src/device', 'src/wasm', 'src/packaged'],
    ...['node:crypto', 'node:os', 'node:worker_threads'],
  ],
  'src/simulate': [
    ...['src/errors', 'src/units', 'src/format', 'src/device', 'src/table', 'src/target', 'node:fs'],
  ],
  'src/crosscheck': [
    ...['src/errors', 'src/units', 'src/format', 'src/device', 'src/scan', 'src/table', 'src/target'],
    ...['node:crypto', 'node:fs', 'node:path', 'zod'],
  ],
  'src/procedure': [
    ...['src/errors', 'src/exec', 'src/units', 'src/format', 'src/device', 'src/scan', 'src/table', 'src/dm'],
    ...['src/crosscheck', 'src/completion'],
    ...['node:crypto', 'node:fs', 'node:path', 'node:timers/promises', 'node:util', 'zod'],
  ],
  'src/watch': ['src/errors', 'src/device', 'src/table', 'src/dm', 'src/procedure'],
  'src/metrics': [
    ...['src/errors', 'src/packaged', 'src/documents', 'src/procedure'],
    ...['prom-client', 'node:fs', 'node:http', 'node:net', 'node:path'],
  ],
  'src/documents': [
    ...[
      'src/format',
      'src/scan',
      'src/table',
      'src/dm',
      'src/simulate',
      'src/crosscheck',
      'src/procedure',
      'src/watch',
      'zod',
    ],
  ],
  'src/ui': [
    ...[
      'src/units',
      'src/format',
      'src/scan',
      'src/wasm',
      'src/table',
      'src/crosscheck',
      'src/documents',
      'src/procedure',
      'src/watch',
    ],
    ...['ansis', 'ink', 'listr2', 'react', 'string-width', 'wrap-ansi', 'node:util'],
  ],
  'src/cli': [
    ...['src/errors', 'src/units', 'src/format', 'src/device', 'src/scan', 'src/table', 'src/dm'],
    ...['src/simulate', 'src/crosscheck', 'src/documents', 'src/procedure', 'src/ui', 'src/completion'],
    ...[
      'src/watch',
      'src/metrics',
      '@oclif/core',
      'node:events',
      'node:fs',
      'node:path',
      'node:readline/promises',
      'node:v8',
    ],
  ],
  commands: [
    ...['src/errors', 'src/cli', 'src/device', 'src/scan', 'src/table', 'src/dm'],
    ...['src/crosscheck', 'src/documents', 'src/procedure', 'src/ui'],
    ...['src/metrics', 'src/completion', '@oclif/core'],
  ],
  'src/index': [
    ...['src/errors', 'src/units', 'src/format', 'src/device', 'src/scan', 'src/table', 'src/target'],
    ...['src/documents', 'src/procedure'],
  ],
};

/** The room of a file, given relative to the root: `src/scan/chunks.ts` is in `src/scan`, `src/exec.ts` in `src/exec`. */
export function roomOf(/** @type {string} */ file) {
  const [top = '', second = ''] = file.split('/');
  return top === 'src' ? `src/${second.replace(/\.[jt]sx?$/, '')}` : top;
}

/**
 * What an import names: a room for a relative path, else a package or one of Node's modules with its prefix.
 *
 * @param {string} specifier
 * @param {string} file an absolute path
 * @param {string} root
 */
export function targetOf(specifier, file, root) {
  if (specifier.startsWith('.') || specifier.startsWith('/')) {
    return roomOf(relative(root, resolve(dirname(file), specifier)));
  }
  const bare = specifier.replace(/^node:/, '');
  if (builtinModules.includes(bare)) {
    return `node:${bare}`;
  }
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** @type {import('eslint').Rule.RuleModule} */
const arrows = {
  meta: {
    type: 'problem',
    messages: {
      forbidden: '{{room}} must not import {{target}}: the arrows in eslint.config.js tell what it may.',
      unknown: '{{room}} is no room: give it its arrows in eslint.config.js.',
      computed: 'What is imported must be written out, so that the arrows can be seen.',
    },
  },
  create(context) {
    const root = context.cwd;
    const room = roomOf(relative(root, context.filename));
    const allowed = rooms[room];
    function look(/** @type {import('estree').Node | null | undefined} */ source) {
      if (source === null || source === undefined) {
        return;
      }
      if (source.type !== 'Literal' || typeof source.value !== 'string') {
        context.report({ node: source, messageId: 'computed' });
        return;
      }
      const target = targetOf(source.value, context.filename, root);
      if (allowed !== undefined && target !== room && !allowed.includes(target)) {
        context.report({ node: source, messageId: 'forbidden', data: { room, target } });
      }
    }
    return {
      Program(node) {
        if (allowed === undefined) {
          context.report({ node, messageId: 'unknown', data: { room } });
        }
      },
      ImportDeclaration: ({ source }) => look(source),
      ExportNamedDeclaration: ({ source }) => look(source),
      ExportAllDeclaration: ({ source }) => look(source),
      ImportExpression: ({ source }) => look(source),
    };
  },
};

export default tseslint.config(
  globalIgnores([
    'src/wasm/assembly/',
    'src/wasm/kernels.ts',
    'dist/',
    'dist.new/',
    'coverage/',
    'node_modules/',
    'test/fixtures/',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      curly: ['error', 'multi-line'],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        Buffer: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx', 'commands/**/*.ts'],
    plugins: { wcache: { rules: { arrows } } },
    rules: { 'wcache/arrows': 'error' },
  },
);
