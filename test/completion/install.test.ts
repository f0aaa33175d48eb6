import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completionScript, type CompletionShell } from '../../src/completion/index.js';
import { completionDocumentSchema } from '../../src/documents/completion.js';
import { BusyError, NotPossibleHereError, OperationError } from '../../src/errors.js';
import {
  applyPlan,
  linesIn,
  planInstall,
  planUninstall,
  type CompletionRequest,
  type Owner,
} from '../../src/procedure/completion/index.js';
import { scriptPlace } from '../../src/procedure/completion/places.js';
import { scratchFolder, wcache } from '../cli/wcache.js';
import { ODD_MANIFEST } from './manifest.js';

const SHELLS: readonly CompletionShell[] = ['bash', 'zsh', 'fish'];
const scripts = new Map(SHELLS.map((shell) => [shell, completionScript(shell, ODD_MANIFEST)]));

function userOf(home: string, extra: Readonly<Record<string, string>> = {}): Owner {
  return { isRoot: false, environment: { HOME: home, ...extra } };
}

function requestOf(home: string): CompletionRequest {
  return { owner: userOf(home), scripts, zsh: null };
}

describe('the places of the scripts', () => {
  it('are those that are looked into for all, where root installs', () => {
    const root: Owner = { isRoot: true, environment: {} };
    expect(SHELLS.map((shell) => scriptPlace(shell, root))).toEqual([
      '/usr/local/share/bash-completion/completions/wcache',
      '/usr/local/share/zsh/site-functions/_wcache',
      '/etc/fish/completions/wcache.fish',
    ]);
  });

  it('are in the home of who installs', () => {
    expect(SHELLS.map((shell) => scriptPlace(shell, userOf('/home/x')))).toEqual([
      '/home/x/.local/share/bash-completion/completions/wcache',
      '/home/x/.local/share/zsh/site-functions/_wcache',
      '/home/x/.config/fish/completions/wcache.fish',
    ]);
  });

  it('are where the variables say, unless those are relative', () => {
    const owner = userOf('/home/x', { XDG_DATA_HOME: '/data', XDG_CONFIG_HOME: 'config' });
    expect(SHELLS.map((shell) => scriptPlace(shell, owner))).toEqual([
      '/data/bash-completion/completions/wcache',
      '/data/zsh/site-functions/_wcache',
      '/home/x/.config/fish/completions/wcache.fish',
    ]);
    const own = userOf('/home/x', { BASH_COMPLETION_USER_DIR: '/mine' });
    expect(scriptPlace('bash', own)).toBe('/mine/completions/wcache');
  });

  it('are not known without a home', () => {
    for (const home of ['', 'relative']) {
      expect(() => scriptPlace('fish', userOf(home))).toThrow(NotPossibleHereError);
    }
  });
});

describe('installing', () => {
  it('writes what is planned, and plans nothing then', () => {
    const home = scratchFolder();
    const plan = planInstall(requestOf(home));
    expect(plan.map(({ change }) => change)).toEqual(['written', 'written', 'written', 'written']);
    applyPlan(plan);
    for (const { path, content } of plan) expect(readFileSync(path, 'latin1')).toBe(content);
    expect(planInstall(requestOf(home)).map(({ change }) => change)).toEqual([
      'none',
      'none',
      'none',
      'none',
    ]);
    applyPlan(planUninstall(requestOf(home)));
    expect(planUninstall(requestOf(home)).map(({ change }) => change)).toEqual(['none', 'none', 'none']);
  });

  it('replaces the script of another version', () => {
    const home = scratchFolder();
    applyPlan(planInstall(requestOf(home)));
    const path = scriptPlace('bash', userOf(home));
    writeFileSync(path, `${readFileSync(path, 'utf8').split('\n')[0] ?? ''}\n# older\n`);
    const changed = planInstall(requestOf(home)).filter(({ change }) => change !== 'none');
    expect(changed.map((file) => file.path)).toEqual([path]);
  });

  it.each(['file', 'link', 'folder'])(
    'leaves a %s of somebody else alone, and everything else too',
    (kind) => {
      const home = scratchFolder();
      const path = scriptPlace('fish', userOf(home));
      mkdirSync(dirname(path), { recursive: true });
      if (kind === 'file') writeFileSync(path, 'complete -c wcache\n');
      else if (kind === 'link') symlinkSync('/dev/null', path);
      else mkdirSync(path);
      expect(() => planInstall(requestOf(home))).toThrow(BusyError);
      expect(() => planUninstall(requestOf(home))).toThrow(/not from wcache/);
      const passedOver: string[] = [];
      const plan = planUninstall(requestOf(home), (each) => passedOver.push(each));
      expect([passedOver, plan.map(({ shell }) => shell)]).toEqual([[path], ['bash', 'zsh']]);
    },
  );

  it('keeps each byte of a .zshrc in any encoding, and names a folder in UTF-8', () => {
    const home = join(scratchFolder(), 'h\u00e4user');
    mkdirSync(home);
    const path = join(home, '.zshrc');
    const bytes = Buffer.concat([
      Buffer.from("alias gr='"),
      Buffer.from([0xfc, 0xdf, 0xff, 0xc3]),
      Buffer.from("'\n# \u20ac\n"),
    ]);
    writeFileSync(path, bytes);
    const plan = planInstall(requestOf(home));
    applyPlan(plan);
    const added = readFileSync(path);
    expect(added.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(added.subarray(bytes.length).toString()).toContain(`fpath=('${home}/.local/share/zsh`);
    expect(linesIn(plan.find(({ what }) => what === 'lines')?.content ?? '')).toContain(`'${home}/`);
    expect(planInstall(requestOf(home)).every(({ change }) => change === 'none')).toBe(true);
    applyPlan(planUninstall(requestOf(home)));
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('touches no file beside .zshrc, whatever its name', () => {
    const home = scratchFolder();
    writeFileSync(join(home, '.zshrc'), '# mine\n');
    writeFileSync(join(home, '.zshrc.new'), '# a draft\n');
    writeFileSync(join(home, 'target'), '# a target\n');
    const link = join(home, `.zshrc.wcache-${String(process.pid)}`);
    symlinkSync('target', link);
    expect(() => {
      applyPlan(planInstall(requestOf(home)));
    }).toThrow(OperationError);
    expect([readlinkSync(link), readFileSync(join(home, 'target'), 'utf8')]).toEqual([
      'target',
      '# a target\n',
    ]);
    rmSync(link);
    applyPlan(planInstall(requestOf(home)));
    expect(readFileSync(join(home, '.zshrc'), 'utf8')).toContain('# mine\n# >>> wcache');
    expect(readFileSync(join(home, '.zshrc.new'), 'utf8')).toBe('# a draft\n');
    expect(readdirSync(home).sort()).toEqual(['.config', '.local', '.zshrc', '.zshrc.new', 'target']);
  });

  it('makes files that all can read, whatever the mask, and keeps the mode of .zshrc', () => {
    const home = scratchFolder();
    writeFileSync(join(home, '.zshrc'), '# mine\n');
    chmodSync(join(home, '.zshrc'), 0o600);
    const mask = process.umask(0o077);
    try {
      applyPlan(planInstall(requestOf(home)));
      expect(process.umask(mask)).toBe(0o077);
    } finally {
      process.umask(mask);
    }
    const script = scriptPlace('zsh', userOf(home));
    expect([script, dirname(script)].map((path) => statSync(path).mode & 0o777)).toEqual([0o644, 0o755]);
    expect(statSync(join(home, '.zshrc')).mode & 0o777).toBe(0o600);
  });

  it('says what the file system said', () => {
    const home = scratchFolder();
    writeFileSync(join(home, '.local'), 'a file where a folder should be');
    expect(() => {
      applyPlan(planInstall(requestOf(home)));
    }).toThrow(OperationError);
  });
});

describe('wcache completion --install', () => {
  const options = (home: string) => ({ asNobody: true, env: { HOME: home } }) as const;

  it('ends with 3 without a home, and in one that cannot be written to', async () => {
    const lost = await wcache(['completion', '--install', 'bash'], options(''));
    expect([lost.status, lost.stdout]).toEqual([3, '']);
    expect(lost.stderr).toMatch(/HOME is not set/);
    const home = scratchFolder();
    chmodSync(home, 0o555);
    const full = await wcache(['completion', '--install', 'bash', 'fish', '--json'], options(home));
    expect(full.status).toBe(3);
    expect(JSON.parse(full.stdout)).toMatchObject({ error: { code: 'no-permission' } });
  });

  it('ends with 5 where a file is not from wcache', async () => {
    const home = scratchFolder();
    chmodSync(home, 0o777);
    const path = scriptPlace('bash', userOf(home));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'complete wcache\n');
    const { status, stderr } = await wcache(['completion', '--install', 'fish', 'bash'], options(home));
    expect([status, readFileSync(path, 'utf8')]).toEqual([5, 'complete wcache\n']);
    expect(stderr).toContain(`${path} is there already`);
    expect(() => statSync(join(home, '.config'))).toThrow();
  });

  it('takes away the rest where no shell is named, and refuses where one is', async () => {
    const home = scratchFolder();
    chmodSync(home, 0o777);
    expect((await wcache(['completion', '--install', 'bash', 'fish'], options(home))).status).toBe(0);
    const [bash, fish] = [scriptPlace('bash', userOf(home)), scriptPlace('fish', userOf(home))];
    writeFileSync(bash, 'complete wcache\n');
    const named = await wcache(['completion', '--uninstall', 'fish', 'bash'], options(home));
    expect([named.status, statSync(fish).isFile()]).toEqual([5, true]);
    const { status, stdout, stderr } = await wcache(['completion', '--uninstall'], options(home));
    expect([status, readFileSync(bash, 'utf8')]).toEqual([0, 'complete wcache\n']);
    expect(stderr).toBe(`note: ${bash} is not from wcache, and stays.\n`);
    expect(stdout).toMatch(/^zsh: +not there: .*\nfish: removed .*\n$/);
    expect(() => statSync(fish)).toThrow();
  });

  it('shows with --dry-run what it would do, and does nothing', async () => {
    const home = scratchFolder();
    chmodSync(home, 0o777);
    const words = ['completion', 'fish', 'bash', '--install', '--dry-run', '--json'];
    const { status, stdout } = await wcache(words, options(home));
    expect(status).toBe(0);
    const document = completionDocumentSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({ action: 'install', done: false });
    expect(document.shells.map(({ shell, files }) => [shell, files[0]?.change])).toEqual([
      ['fish', 'written'],
      ['bash', 'written'],
    ]);
    expect(() => statSync(join(home, '.config'))).toThrow();
    expect((await wcache(words.slice(0, -1), options(home))).stdout).toContain('fish: would be written /');
  });

  it.each([
    [['completion']],
    [['completion', 'bash', 'zsh']],
    [['completion', 'tcsh']],
    [['completion', 'bash', '--dry-run']],
    [['completion', '--install', '--uninstall']],
  ])('refuses %s with 2', async (words) => {
    const { status, stdout } = await wcache(words);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('prints one script as a document too', async () => {
    const { stdout } = await wcache(['completion', 'fish', '--json']);
    const { shells } = completionDocumentSchema.parse(JSON.parse(stdout));
    expect(shells).toHaveLength(1);
    expect(shells[0]?.script).toContain('complete -c wcache');
  });
});
