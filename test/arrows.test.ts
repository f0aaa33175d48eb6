import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const eslint = new ESLint({
  overrideConfig: [
    { files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false, program: null } } },
  ],
  ruleFilter: ({ ruleId }) => ruleId === 'wcache/arrows',
});

/** Lints made-up text as if it stood in a file of a room, and returns what the arrows say against it. */
async function complaints(filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath });
  return (result?.messages ?? []).map(({ ruleId, messageId }) => `${String(ruleId)} ${String(messageId)}`);
}

describe('the arrows between the rooms', () => {
  it.each([
    ['src/format/x.ts', '../scan/index.js'],
    ['src/format/x.ts', '../device/index.js'],
    ['src/format/x.ts', '../units.js'],
    ['src/format/x.ts', '../index.js'],
    ['src/format/x.ts', '../../commands/inspect.js'],
    ['src/format/x.ts', './../ui/table.js'],
    ['src/format/x.ts', '../../src/ui/table.js'],
    ['src/format/x.ts', 'node:fs'],
    ['src/format/x.ts', 'fs'],
    ['src/format/x.ts', 'wcache'],
    ['src/format/x.ts', 'zod'],
    ['src/scan/x.ts', '../ui/table.js'],
    ['src/scan/x.ts', '../cli/output.js'],
    ['src/scan/x.ts', 'node:fs'],
    ['src/ui/x.ts', '../device/index.js'],
    ['src/ui/x.ts', '../cli/output.js'],
    ['src/ui/x.ts', '@oclif/core'],
    ['src/device/x.ts', '../scan/index.js'],
    ['src/device/x.ts', 'execa'],
    ['src/device/x.ts', 'child_process'],
    ['src/device/x.ts', 'node:child_process'],
    ['src/device/x.ts', 'node:net'],
    ['src/procedure/x.ts', '../ui/table.js'],
    ['commands/x.ts', 'execa'],
    ['commands/x.ts', 'node:fs'],
    ['commands/x.ts', '../src/exec.js'],
    ['commands/x.ts', '../src/index.js'],
    ['src/units.ts', './scan/index.js'],
    ['src/exec.ts', './device/index.js'],
  ])('%s may not import %s, at once, later or to pass it on', async (file, target) => {
    const forbidden = ['wcache/arrows forbidden'];
    expect(await complaints(file, `import '${target}';\n`)).toEqual(forbidden);
    expect(await complaints(file, `await import('${target}');\n`)).toEqual(forbidden);
    expect(await complaints(file, `export * from '${target}';\n`)).toEqual(forbidden);
    expect(await complaints(file, `export { x } from '${target}';\n`)).toEqual(forbidden);
  });

  it.each([
    ['src/scan/x.ts', '../format/index.js'],
    ['src/scan/x.ts', './chunks.js'],
    ['src/scan/x.ts', '../device/index.js'],
    ['src/device/x.ts', '../exec.js'],
    ['src/device/x.ts', 'node:fs'],
    ['src/cli/x.ts', '../ui/table.js'],
    ['src/exec.ts', 'execa'],
    ['commands/x.ts', '../src/scan/index.js'],
  ])('%s may import %s', async (file, target) => {
    expect(await complaints(file, `import '${target}';\nawait import('${target}');\n`)).toEqual([]);
  });

  it('a new room has to be given its arrows, and an import has to be written out', async () => {
    expect(await complaints('src/attic/x.ts', '')).toEqual(['wcache/arrows unknown']);
    expect(await complaints('src/scan/x.ts', 'await import(`../${name}.js`);\n')).toEqual([
      'wcache/arrows computed',
    ]);
  });
});
