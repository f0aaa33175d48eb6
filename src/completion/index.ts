import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import { verbModels, type ManifestCommand } from './model.js';
import type { CompletionShell } from './shells.js';
import { zshScript } from './zsh.js';

export { COMPLETION_SHELLS, isOurScript, SCRIPT_MARK, type CompletionShell } from './shells.js';
export type { ManifestCommand } from './model.js';

/** The script with which a shell completes the verbs of a manifest. */
export function completionScript(shell: CompletionShell, commands: readonly ManifestCommand[]): string {
  const verbs = verbModels(commands);
  switch (shell) {
    case 'bash':
      return bashScript(verbs);
    case 'zsh':
      return zshScript(verbs);
    case 'fish':
      return fishScript(verbs);
  }
}
