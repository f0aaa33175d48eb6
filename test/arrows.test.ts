import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

/** Lints made-up text as if it stood in a file of a room, and returns the rules that speak against it. */
async function complaints(filePath: string, text: string): Promise<string[]> {
  const eslint = new ESLint({
    overrideConfig: [
      { files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false, program: null } } },
    ],
    ruleFilter: ({ ruleId }) => ruleId.startsWith('no-restricted-'),
  });
  const [result] = await eslint.lintText(text, { filePath });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

describe('the arrows between the rooms', () => {
  it.each([
    ['src/format/x.ts', '../scan/index.js'],
    ['src/format/x.ts', '../device/index.js'],
    ['src/format/x.ts', 'node:fs'],
    ['src/scan/x.ts', '../ui/table.js'],
    ['src/scan/x.ts', '../cli/output.js'],
    ['src/scan/x.ts', 'node:fs'],
    ['src/ui/x.ts', '../device/index.js'],
    ['src/ui/x.ts', '../cli/output.js'],
    ['src/ui/x.ts', '@oclif/core'],
    ['src/device/x.ts', '../scan/index.js'],
    ['src/device/x.ts', 'execa'],
    ['src/device/x.ts', 'node:child_process'],
    ['src/procedure/x.ts', '../ui/table.js'],
    ['commands/x.ts', 'execa'],
    ['commands/x.ts', 'node:fs'],
    ['commands/x.ts', '../src/exec.js'],
    ['src/units.ts', './scan/index.js'],
  ])('%s may not import %s, at once or later', async (file, target) => {
    expect(await complaints(file, `import '${target}';\n`)).toEqual(['no-restricted-imports']);
    expect(await complaints(file, `await import('${target}');\n`)).toEqual(['no-restricted-syntax']);
  });

  it.each([
    ['src/scan/x.ts', '../format/index.js'],
    ['src/scan/x.ts', '../device/index.js'],
    ['src/device/x.ts', '../exec.js'],
    ['src/device/x.ts', 'node:fs'],
    ['src/cli/x.ts', '../ui/table.js'],
    ['src/exec.ts', 'execa'],
    ['commands/x.ts', '../src/scan/index.js'],
  ])('%s may import %s', async (file, target) => {
    expect(await complaints(file, `import '${target}';\nawait import('${target}');\n`)).toEqual([]);
  });
});
