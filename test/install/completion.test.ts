import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN } from '../cli/wcache.js';
import { closeTerminal, tmuxHere, ShellOnTerminal, type ShellName, type ShellStart } from './terminal.js';
import { filesBelow, isRoot, openFolder, say } from './users.js';

const SHELLS: readonly ShellName[] = ['bash', 'zsh', 'fish'];
const AS_NOBODY = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

/** Names of mappings as the kernel has them, each with its own beginning, and what wcache must be given. */
const NAMES: readonly (readonly [kernel: string, typed: string])[] = [
  ['plain', 'plain'],
  ['a\\x20b', 'a b'],
  ['c\\x24\\x28touch\\x20pwned\\x29', 'c$(touch pwned)'],
  ['d\\x60touch\\x20pwned\\x60', 'd`touch pwned`'],
  ['e\\x27\\x22f', `e'"f`],
  ['g\\x3btouch\\x20pwned', 'g;touch pwned'],
  ['h@x:y=z', 'h@x:y=z'],
  ['i\\xc3\\xa4\\xe2\\x82\\xac', 'i\xe4\u20ac'],
  ['l\\x5cm', 'l\\m'],
  ['n\\x2a\\x3f\\x5bq\\x5d', 'n*?[q]'],
  ['o\\x21p\\x23\\x7e\\x7bq\\x2cr\\x7d', 'o!p#~{q,r}'],
  ['q\\x24HOME', 'q$HOME'],
  ['raw $(touch pwned) `touch pwned`', 'raw $(touch pwned) `touch pwned`'],
  // These would be other names, or none, if they were typed as they are meant: so they stay in the kernel's form.
  ['j\\x0ak', 'j\\x0ak'],
  ['k\\xffl', 'k\\xffl'],
  ['m\\x5cx41', 'm\\x5cx41'],
  ['s\\xc2\\x9bm', 's\\xc2\\x9bm'],
];

/** A folder with programs that stand in for wcache, which tells what it was given, and for dmsetup, sudo and doas. */
function programs(dmsetup: string): string {
  const folder = openFolder();
  const files: Record<string, string> = {
    wcache: `printf '%s\\n' "$#" "$@" > '${folder}/given'`,
    dmsetup,
    sudo: 'exec "$@"',
    doas: 'exec "$@"',
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  return folder;
}

const DMSETUP = `cat <<'END'\n${NAMES.map(([kernel]) => `${kernel}\t(254, 0)`).join('\n')}\nEND`;

/** The words that the stand-in for wcache was given last. */
function given(folder: string): string[] {
  const [count = '', ...words] = readFileSync(join(folder, 'given'), 'utf8').slice(0, -1).split('\n');
  expect(words).toHaveLength(Number(count));
  return words;
}

/** In a home without that folder, fish reads all manual pages in the background, and outlives the test. */
function keepFromManualPages(home: string): void {
  let folder = home;
  for (const part of ['.local', 'share', 'fish', 'generated_completions']) {
    folder = join(folder, part);
    if (existsSync(folder)) continue;
    mkdirSync(folder);
    chmodSync(folder, 0o777);
  }
}

async function open(start: ShellStart): Promise<ShellOnTerminal> {
  const tmux = tmuxHere(join(openFolder(), 'tmux'));
  // Before it opens: where the shell does not come up, tmux has started already.
  onTestFinished(() => closeTerminal(tmux));
  if (start.shell === 'fish') keepFromManualPages(start.home);
  return ShellOnTerminal.open(tmux, start);
}

function install(home: string, words: readonly string[] = ['--install']) {
  return say([process.execPath, BIN, 'completion', ...words], { asNobody: true, env: { HOME: home } });
}

describe('installed by a user into an empty home', () => {
  it('is there by one command, says where, and is up to date after another', () => {
    const home = openFolder();
    const { status, stdout, stderr } = install(home);
    expect(status).toBe(0);
    expect(filesBelow(home)).toEqual([
      '.config/fish/completions/wcache.fish',
      '.local/share/bash-completion/completions/wcache',
      '.local/share/zsh/site-functions/_wcache',
      '.zshrc',
    ]);
    expect(stdout).toBe(
      [
        `bash: written ${home}/.local/share/bash-completion/completions/wcache`,
        `zsh:  written ${home}/.local/share/zsh/site-functions/_wcache`,
        `zsh:  lines added to ${home}/.zshrc`,
        `fish: written ${home}/.config/fish/completions/wcache.fish`,
        '',
      ].join('\n'),
    );
    expect(stderr).toContain(`These lines for ${home}/.zshrc make it:`);
    expect(stderr).toContain('    fpath=(');
    const again = install(home);
    expect([again.status, again.stderr]).toEqual([0, '']);
    expect(again.stdout.match(/up to date|has the lines already/g)).toHaveLength(4);
  });

  it('goes as it came, and takes nothing else along', () => {
    const home = openFolder();
    writeFileSync(join(home, '.zshrc'), "PS1='mine: '\nalias ll='ls -l'", { mode: 0o600 });
    chmodSync(join(home, '.zshrc'), 0o606);
    const before = readFileSync(join(home, '.zshrc'), 'utf8');
    expect(install(home).status).toBe(0);
    expect(readFileSync(join(home, '.zshrc'), 'utf8')).toContain(`${before}\n# >>> wcache`);
    const { status, stdout } = install(home, ['--uninstall']);
    expect([status, stdout.match(/removed/g)?.length]).toEqual([0, 4]);
    expect(filesBelow(home)).toEqual(['.zshrc']);
    expect(readFileSync(join(home, '.zshrc'), 'utf8')).toBe(before);
    expect(statSync(join(home, '.zshrc')).mode & 0o777).toBe(0o606);
    expect(install(home, ['--uninstall']).stdout.match(/not there/g)).toHaveLength(3);
  });

  it('leaves .zshrc alone where that makes zsh look there already', () => {
    const home = openFolder();
    const text = 'fpath=(~/.local/share/zsh/site-functions $fpath)\nautoload -Uz compinit && compinit\n';
    writeFileSync(join(home, '.zshrc'), text);
    expect(install(home).stdout).not.toContain('.zshrc');
    expect(readFileSync(join(home, '.zshrc'), 'utf8')).toBe(text);
  });

  it('follows where zsh is told to have its settings, and a link to them', () => {
    const home = openFolder();
    const elsewhere = openFolder();
    writeFileSync(join(home, '.zshenv'), `ZDOTDIR='${elsewhere}'\n`);
    writeFileSync(join(elsewhere, 'settings'), '# mine\n');
    chmodSync(join(elsewhere, 'settings'), 0o666);
    symlinkSync('settings', join(elsewhere, '.zshrc'));
    expect(install(home, ['zsh', '--install']).status).toBe(0);
    expect(readFileSync(join(elsewhere, 'settings'), 'utf8')).toMatch(/^# mine\n# >>> wcache completion/);
    expect(existsSync(join(home, '.zshrc'))).toBe(false);
    expect(install(home, ['--uninstall']).status).toBe(0);
    expect(readFileSync(join(elsewhere, 'settings'), 'utf8')).toBe('# mine\n');
  });

  describe.each(SHELLS)('%s', (shell) => {
    it('completes verbs, flags, values and files, also behind sudo and doas', async () => {
      const home = openFolder();
      expect(install(home).status).toBe(0);
      writeFileSync(join(home, 'cache image.img'), '');
      const folder = programs('exit 1');
      const terminal = await open({ shell, home, path: [folder], before: AS_NOBODY });
      expect(await terminal.completed('wcache insp')).toBe('wcache inspect ');
      expect(await terminal.completed('wcache stats ')).toBe('wcache stats reset ');
      expect(await terminal.completed('wcache inspect --entr')).toBe('wcache inspect --entries ');
      expect(await terminal.completed('wcache inspect --format=c')).toBe('wcache inspect --format=csv ');
      expect(await terminal.completed('wcache inspect --format c')).toBe('wcache inspect --format csv ');
      expect(await terminal.completed('wcache inspect --entries --at')).toBe('wcache inspect --entries --at');
      expect(await terminal.completed('wcache inspect --byte --entries')).toBe(
        'wcache inspect --byte --entries ',
      );
      expect(await terminal.completed('wcache message wc clean')).toBe('wcache message wc cleaner ');
      expect(await terminal.completed('wcache set wc max')).toBe('wcache set wc max-age=');
      expect(await terminal.completed('wcache help insp')).toBe('wcache help inspect ');
      expect(await terminal.completed('wcache inspect cache')).toBe('wcache inspect cache\\ image.img ');
      expect(await terminal.completed('wcache metrics --output=cache')).toBe(
        'wcache metrics --output=cache\\ image.img ',
      );
      writeFileSync(join(home, 'other.img'), '');
      expect(await terminal.completed('wcache create x --origin oth')).toBe('wcache create x --origin oth');
      // What is typed is no pattern.
      if (shell === 'fish') {
        expect(await terminal.completed("wcache set plain '(=")).toBe("wcache set plain '(=");
      }
      expect(await terminal.completed('sudo wcache insp')).toBe('sudo wcache inspect ');
      // The package bash-completion has nothing for doas.
      if (shell !== 'bash') expect(await terminal.completed('doas wcache insp')).toBe('doas wcache inspect ');
    });
  });
});

describe.runIf(isRoot)('installed by root', () => {
  /** Starts a program where nothing of the host is changed: what root's install writes to is a copy. */
  function apart(setUp: readonly string[] = []): string[] {
    const copy = openFolder();
    const lines = [
      'set -e',
      ...['/usr/local/share', '/etc/fish'].flatMap((path, index) => [
        `mkdir ${copy}/${String(index)}`,
        `cp -a ${path}/. ${copy}/${String(index)}`,
        `mount --bind ${copy}/${String(index)} ${path}`,
      ]),
      'mount -t tmpfs -o mode=755 tmpfs /var/lib',
      ...setUp,
      `umask 077; ${process.execPath} ${BIN} completion --install; umask 022`,
      'exec "$@"',
    ];
    return ['unshare', '--mount', 'sh', '-c', lines.join('\n'), 'sh'];
  }

  it('is for everybody to read, and goes again', () => {
    const { stdout, stderr, status } = say([
      ...apart(),
      'sh',
      '-c',
      `find /usr/local/share /etc/fish -name '*wcache*' -printf '%m %p\\n' | sort; ${process.execPath} ${BIN} completion --uninstall >&2; find /usr/local/share /etc/fish -name '*wcache*'`,
    ]);
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(3)).toEqual([
      '644 /etc/fish/completions/wcache.fish',
      '644 /usr/local/share/bash-completion/completions/wcache',
      '644 /usr/local/share/zsh/site-functions/_wcache',
      '',
    ]);
    expect(stderr.match(/removed/g)).toHaveLength(3);
    expect(existsSync('/etc/fish/completions/wcache.fish')).toBe(false);
  });

  /** A home in which zsh begins its completion, as its users have it. */
  function homeOfRoot(): string {
    const home = openFolder();
    writeFileSync(join(home, '.zshrc'), 'autoload -Uz compinit && compinit\n');
    return home;
  }

  describe.each(SHELLS)('%s', (shell) => {
    it('gives wcache each name as it is, whatever is in it, and runs nothing of it', async () => {
      const folder = programs(DMSETUP);
      const home = homeOfRoot();
      const terminal = await open({ shell, home, path: [folder], before: apart() });
      for (const [, typed] of NAMES) {
        for (const quote of ['', "'", '"']) {
          await terminal.runCompleted(`wcache flush ${quote}${typed.slice(0, 1)}`);
          expect({ quote, given: given(folder) }).toEqual({ quote, given: ['flush', typed] });
        }
      }
      await terminal.runCompleted('wcache status plain h@x:');
      expect(given(folder)).toEqual(['status', 'plain', 'h@x:y=z']);
      await terminal.runCompleted('wcache status /dev/mapper/a');
      expect(given(folder)).toEqual(['status', '/dev/mapper/a\\x20b']);
      await terminal.runCompleted('sudo wcache flush c');
      expect(given(folder)).toEqual(['flush', 'c$(touch pwned)']);
      expect([...readdirSync(home), ...readdirSync(folder)].filter((name) => name.includes('pwned'))).toEqual(
        [],
      );
    });

    it('shows what there is on 80 columns, and verbs with what they do', async () => {
      const terminal = await open({ shell, home: homeOfRoot(), path: [programs(DMSETUP)], before: apart() });
      const verbs = await terminal.listed('wcache ', /verify/);
      if (shell === 'bash') expect(verbs).toMatch(/^check +\w+/m);
      else expect(verbs).toMatch(/^status +(?:-- |\()Tell how a writecache is doing/m);
      expect(verbs.split('\n').every((line) => line.length <= 80)).toBe(true);
      const names = await terminal.listed('wcache flush ', /plain/);
      expect(names).toMatch(/a(?:\\)? b/);
      const flags = await terminal.listed('wcache remove x --undo --', /--quiet/);
      expect(flags).toContain('--json');
      expect(flags).not.toMatch(/--(?:keep|verify|undo .*--undo)/);
    });

    it('is not held up by a dmsetup that hangs, and then takes what /sys says', async () => {
      const disks = openFolder();
      const setUp = [
        `mount --bind ${disks} /sys/block`,
        'mkdir -p /sys/block/dm-0/dm /sys/block/dm-0/slaves/a /sys/block/dm-0/slaves/b /sys/block/dm-1/dm /sys/block/dm-1/slaves/a',
        "echo 'two\\x20disks' > /sys/block/dm-0/dm/name",
        'echo two-linear > /sys/block/dm-1/dm/name',
      ];
      const folder = programs("trap '' TERM; sleep 30");
      const terminal = await open({ shell, home: homeOfRoot(), path: [folder], before: apart(setUp) });
      await terminal.completed('wcache insp');
      const began = performance.now();
      await terminal.runCompleted('wcache flush two');
      expect(performance.now() - began).toBeLessThan(15_000);
      expect(given(folder)).toEqual(['flush', 'two disks']);
    });

    it('knows mappings whose removal was interrupted, for remove alone', async () => {
      const journal = JSON.stringify({ format: 1, name: 'zz\\x20away', uuid: '' }, null, 2);
      const setUp = [
        'mkdir -p /var/lib/wcache/removals',
        `cat > /var/lib/wcache/removals/gone.journal <<'END'\n${journal}\nEND`,
      ];
      const folder = programs(DMSETUP);
      const terminal = await open({ shell, home: homeOfRoot(), path: [folder], before: apart(setUp) });
      await terminal.runCompleted('wcache remove --undo zz');
      expect(given(folder)).toEqual(['remove', '--undo', 'zz away']);
      expect(await terminal.completed('wcache flush zz')).toBe('wcache flush zz');
    });

    it('says nothing in a shell whose settings are odd', async () => {
      const odd = {
        bash: 'set -euf -o noclobber; IFS=a; shopt -s failglob nocasematch; alias printf=false read=false',
        zsh: 'setopt nounset errexit noglob shwordsplit ksharrays globsubst noclobber; IFS=a; alias printf=false read=false',
        fish: 'set -gx CDPATH /; set -g fish_features qmark-noglob; function cd; end',
      };
      const folder = programs(DMSETUP);
      const home = homeOfRoot();
      // The package bash-completion itself fails in such a shell.
      const rcFile = join(home, 'rc');
      writeFileSync(rcFile, '. /usr/local/share/bash-completion/completions/wcache\n');
      const terminal = await open({ shell, home, path: [folder], before: apart(), rcFile });
      expect(await terminal.run(odd[shell])).not.toMatch(/error|not found|unknown/i);
      expect(await terminal.completed('wcache flush pl')).toBe('wcache flush plain ');
      expect(await terminal.completed('wcache insp')).toBe('wcache inspect ');
      expect(await terminal.completed('wcache nonsense --x')).toBe('wcache nonsense --x');
    });
  });
});

describe('bash without the package bash-completion', () => {
  it('completes what the script is read into', async () => {
    const home = openFolder();
    const rcFile = join(home, 'rc');
    writeFileSync(rcFile, `source <('${process.execPath}' '${BIN}' completion bash)\n`);
    const terminal = await open({
      shell: 'bash',
      home,
      path: [programs('exit 1')],
      before: AS_NOBODY,
      rcFile,
    });
    expect(await terminal.completed('wcache insp')).toBe('wcache inspect ');
    expect(await terminal.completed('wcache inspect --format=c')).toBe('wcache inspect --format=csv ');
  });
});
