import { existsSync } from 'node:fs';

/** Where the package bash-completion puts what loads completion when it is needed, in the usual systems. */
const LOADERS = [
  '/usr/share/bash-completion/bash_completion',
  '/usr/local/share/bash-completion/bash_completion',
  '/etc/bash_completion',
];

/** Whether bash can look for completion by itself here: it needs the package bash-completion for that. */
export function bashFindsCompletion(): boolean {
  return LOADERS.some((path) => existsSync(path));
}
