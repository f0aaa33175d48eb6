import js from '@eslint/js';
import { globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src/ and which of them each may use (design.md §1: the arrows run one way). Files directly in src/
 * (errors, units, exec) are everybody's, but only `exec.ts` may start programs.
 */
const rooms = {
  format: [],
  device: ['exec'],
  scan: ['format', 'device'],
  documents: ['format', 'scan', 'procedure'],
  procedure: ['format', 'device', 'scan'],
  ui: ['format', 'scan', 'documents', 'procedure'],
  cli: ['format', 'device', 'scan', 'documents', 'procedure', 'ui'],
};
const everyRoom = [...Object.keys(rooms), 'exec'];

/** What only one room may import from npm or Node. */
const keptModules = {
  execa: ['exec'],
  'node:child_process': [],
  '@oclif/core': ['cli', 'commands'],
  zod: ['documents', 'device'],
  'node:fs': ['device'],
  'cli-table3': ['ui'],
  ansis: ['ui'],
};

/** Forbids imports, both `import … from` and `import()`, by regular expressions on what is imported. */
function forbid(patterns) {
  const usable = patterns.filter(({ regex }) => regex !== '');
  return {
    'no-restricted-imports': [
      'error',
      { patterns: usable.map(({ regex, message }) => ({ regex, message })) },
    ],
    'no-restricted-syntax': [
      'error',
      ...usable.map(({ regex, message }) => ({
        selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\/')}/]`,
        message,
      })),
    ],
  };
}

function forbiddenIn(room, allowedRooms) {
  const forbiddenRooms = everyRoom.filter((other) => other !== room && !allowedRooms.includes(other));
  const forbiddenModules = Object.entries(keptModules)
    .filter(([, users]) => !users.includes(room))
    .map(([name]) => name);
  return forbid([
    {
      regex: forbiddenRooms.length === 0 ? '' : `^\\.\\.?/(src/)?(${forbiddenRooms.join('|')})(/|\\.js$)`,
      message: `${room} must not use this room: the arrows in eslint.config.js tell which it may.`,
    },
    {
      regex: forbiddenModules.length === 0 ? '' : `^(${forbiddenModules.join('|')})(/|$)`,
      message: `${room} must not import this: eslint.config.js tells which room may.`,
    },
  ]);
}

export default tseslint.config(
  globalIgnores(['dist/', 'coverage/', 'node_modules/', 'test/fixtures/']),
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
    files: ['**/*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly' },
    },
  },
  ...Object.entries(rooms).map(([room, allowed]) => ({
    files: [`src/${room}/**/*.ts`, `src/${room}/**/*.tsx`],
    rules: forbiddenIn(room, allowed),
  })),
  { files: ['commands/**/*.ts'], rules: forbiddenIn('commands', Object.keys(rooms)) },
  { files: ['src/units.ts', 'src/errors.ts'], rules: forbiddenIn('shared', []) },
);
