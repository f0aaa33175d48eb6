import { isAbsolute, join } from 'node:path';
import { NotPossibleHereError } from '../../errors.js';
import type { CompletionShell } from '../../completion/index.js';

/** For whom completion is installed, and what tells where their files are. */
export interface Owner {
  /** Root installs for everybody. */
  readonly isRoot: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where each of the shells looks by itself for what everybody may use, in Debian and in most others. */
const FOR_ALL: Readonly<Record<CompletionShell, string>> = {
  bash: '/usr/local/share/bash-completion/completions/wcache',
  zsh: '/usr/local/share/zsh/site-functions/_wcache',
  // Its folder for vendors under /usr/local is not looked into unless XDG_DATA_DIRS says so.
  fish: '/etc/fish/completions/wcache.fish',
};

/**
 * Where the script of a shell is to be.
 *
 * @throws {@link NotPossibleHereError} `no-home`
 */
export function scriptPlace(shell: CompletionShell, owner: Owner): string {
  if (owner.isRoot) return FOR_ALL[shell];
  switch (shell) {
    case 'bash': {
      const own = absolute(owner, 'BASH_COMPLETION_USER_DIR') ?? join(dataFolder(owner), 'bash-completion');
      return join(own, 'completions/wcache');
    }
    case 'zsh':
      return join(dataFolder(owner), 'zsh/site-functions/_wcache');
    case 'fish':
      return join(
        absolute(owner, 'XDG_CONFIG_HOME') ?? inHome(owner, '.config'),
        'fish/completions/wcache.fish',
      );
  }
}

/** Where zsh's own settings are, as far as the environment tells. Throws as {@link scriptPlace} does. */
export function zshSettingsFolder(owner: Owner): string {
  return absolute(owner, 'ZDOTDIR') ?? inHome(owner, '');
}

function dataFolder(owner: Owner): string {
  return absolute(owner, 'XDG_DATA_HOME') ?? inHome(owner, '.local/share');
}

function inHome(owner: Owner, path: string): string {
  const home = absolute(owner, 'HOME');
  if (home !== null) return join(home, path);
  throw new NotPossibleHereError(
    'Your home is not known: HOME is not set to a path that begins with a slash.',
    {
      code: 'no-home',
      hint: 'Set HOME, or run this as root to install completion for everybody.',
    },
  );
}

/** A variable that names a folder; a relative one counts for nothing, as the XDG base directories have it. */
function absolute({ environment }: Owner, name: string): string | null {
  const value = environment[name] ?? '';
  return isAbsolute(value) ? value : null;
}
