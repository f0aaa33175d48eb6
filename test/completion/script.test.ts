import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  COMPLETION_SHELLS,
  completionScript,
  isOurScript,
  type ManifestCommand,
} from '../../src/completion/index.js';
import { LISTER } from '../../src/completion/lister.js';
import { ROOT, scratchFolder, wcache } from '../cli/wcache.js';
import { ODD_MANIFEST } from './manifest.js';

const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
  readonly commands: Readonly<Record<string, ManifestCommand>>;
};

/** What bash would be given at a Tab behind a line: the words as readline gets them. `|` is where the cursor is. */
function atTab(script: string, line: string, options: { readonly path?: string } = {}): string[] {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'script'), script);
  const program = [
    'compopt() { :; }',
    '. ./script',
    'COMP_LINE=${1/|/} before=${1%%|*}',
    "COMP_POINT=${#before} COMP_WORDBREAKS=$' \\t\\n\"\\'><=;|&(:@'",
    'set -eu; _wcache',
    'if ((${#COMPREPLY[@]})); then printf \'%s\\0\' "${COMPREPLY[@]}"; fi',
  ].join('\n');
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', program, 'bash', line], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${options.path ?? folder}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C.UTF-8' },
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\0').slice(0, -1);
}

const own = completionScript('bash', Object.values(commands));
const odd = completionScript('bash', ODD_MANIFEST);

describe('the scripts', () => {
  it.each(COMPLETION_SHELLS)('of %s is ours, plain ASCII, and what the verb prints', async (shell) => {
    const script = completionScript(shell, Object.values(commands));
    expect(isOurScript(script)).toBe(true);
    expect(script).toMatch(/^[\t\n -~]*\n$/);
    expect((await wcache(['completion', shell])).stdout).toBe(script);
  });

  it("begins with #compdef for zsh's sake", () => {
    expect(completionScript('zsh', Object.values(commands))).toMatch(/^#compdef wcache\n# /);
    expect(isOurScript('#compdef wcache\n_wcache() { :; }\n')).toBe(false);
    expect(isOurScript('# a script of somebody else\n')).toBe(false);
  });

  it('are read by sh and bash without a complaint', () => {
    for (const [shell, text] of [
      ['sh', LISTER],
      ['bash', own],
      ['bash', odd],
    ] as const) {
      expect(execFileSync(shell, ['-n'], { input: text, stdio: 'pipe', encoding: 'utf8' })).toBe('');
    }
  });
});

describe("bash's script", () => {
  it.each<[string, string[]]>([
    ['wcache sta|', ['stats', 'status']],
    ['wcache stats |', ['reset']],
    ['wcache stats re|', ['reset']],
    ['/usr/bin/wcache ver|', ['verify']],
    ['wcache -|', ['--help', '--version']],
    ['wcache help stats |', ['reset']],
    ['wcache help inspect |', []],
    ['wcache nonsense |', []],
    ['wcache doctor |', ['--debug', '--help', '--json']],
    ['wcache doctor --json |', ['--debug', '--help']],
    ['wcache doctor -- |', []],
    ['wcache check --mo|', ['--mode']],
    ['wcache check --mode |', ['s', 'p']],
    ['wcache check --mode=|', ['s', 'p']],
    ['wcache check --mode=p|', ['p']],
    ['wcache check --mode s --mo|', []],
    ['wcache check --origin x --orig|', []],
    ['wcache check --origin-size 1G --orig|', []],
    // The value of a flag is no flag.
    ['wcache table --target-version --json --js|', ['--json']],
    ['wcache inspect --a| --entries', []],
    ['wcache inspect --ma| --at 5', []],
    ['wcache inspect --at 5 --st|', ['--start-sector']],
    ['wcache inspect --entries --sta|', ['--start-sector', '--state']],
    ['wcache inspect --|', []],
    ['wcache inspect -- --|', []],
    ['wcache inspect --entr| -- x', ['--entries']],
    ['wcache create wc --override other-origin --overr|', ['--override']],
    ['wcache create wc --fua --no-f|', []],
    ['wcache create wc --format -y --y|', []],
    ['wcache format x --dry-run -y|', []],
    ['wcache format x -y|', ['-y']],
    ['wcache message wc fl|', ['flush', 'flush_on_suspend']],
    ['wcache message wc flush c|', []],
    ['wcache set wc high|', ['high-watermark=']],
    ['wcache set wc high-watermark=60 high|', []],
    ['wcache set wc high-watermark=60 low|', ['low-watermark=']],
    ['wcache set wc cleaner=|', ['on', 'off', 'default']],
    ['wcache set wc max-age=|', ['default']],
    ['wcache status --watch --until d|', ['dirty\\<10%', 'dirty\\>80%']],
    ["wcache status --until 'd|", ['dirty<10%', 'dirty>80%']],
    ['wcache status --until=dirty\\<|', ['dirty\\<10%']],
    ['wcache simulate x --block-size 512,1024,|', ['512,1024,2048', '512,1024,4096']],
    ['wcache completion z|', ['zsh']],
    ['wcache completion bash |', ['zsh', 'fish']],
    ['wcache list 2>err --by|', ['--bytes']],
    ['wcache list >out 2>&1 --by|', ['--bytes']],
    ['wcache list > |', []],
  ])('completes %s', (line, candidates) => {
    if (line === 'wcache inspect --|') {
      expect(atTab(own, line)).toContain('--entries');
      return;
    }
    expect(atTab(own, line)).toEqual(candidates);
  });

  it.each([
    '"',
    "'",
    '"$(',
    '`',
    '\\',
    'a\\',
    '"a\\',
    '$',
    '<',
    '2>',
    '""|""',
    'a\'b"',
    '--=',
    '--mode==',
    '-',
    '',
  ])(
    'says nothing where the line is odd: %s',
    (odd) => {
      for (const verb of ['', 'flush ', 'check --mode ', 'check --mode=', 'set wc ']) {
        for (const line of [`wcache ${verb}${odd}|`, `wcache ${verb}|${odd}`, `wcache ${odd}|${verb}`]) {
          expect(() => atTab(own, line)).not.toThrow();
        }
      }
    },
    60_000,
  );

  it('takes texts that mean something to a shell for texts', () => {
    expect(atTab(odd, 'wcache |')).toEqual(['add', 'stats']);
    expect(atTab(odd, 'wcache stats |')).toEqual(['reset', 'show']);
    expect(atTab(odd, 'wcache stats reset --second --|')).toEqual(['--fua', '--help', '--no-fua']);
    expect(atTab(odd, 'wcache add x y |')).toEqual(['x']);
  });
});
