import { completionScript, type CompletionShell, type ManifestCommand } from '../completion/index.js';
import type { CompletionDocument } from '../documents/completion.js';
import { NotPossibleHereError } from '../errors.js';
import {
  applyPlan,
  askZsh,
  bashFindsCompletion,
  linesIn,
  planInstall,
  planUninstall,
  shellsHere,
  type Owner,
  type PlannedFile,
} from '../procedure/completion/index.js';

export interface CompletionWork {
  readonly action: 'install' | 'uninstall';
  /** Empty for all there are. */
  readonly shells: readonly CompletionShell[];
  readonly dryRun: boolean;
  readonly commands: readonly ManifestCommand[];
  readonly note: (text: string) => void;
}

/** Installs completion or takes it away, for everybody where root does it, else for who does it. */
export async function changeCompletion(work: CompletionWork): Promise<CompletionDocument> {
  const { action, dryRun, commands, note } = work;
  const owner: Owner = { isRoot: process.geteuid?.() === 0, environment: process.env };
  const here = shellsHere(process.env['PATH']);
  const shells = work.shells.length > 0 ? [...new Set(work.shells)] : shellsMeant(action, here);
  const scripts = new Map(shells.map((shell) => [shell, completionScript(shell, commands)]));
  const asksZsh = !owner.isRoot && shells.includes('zsh') && here.includes('zsh');
  const zsh = asksZsh ? await askZsh({ settings: action === 'install' }) : null;
  const request = { owner, scripts, zsh };
  const plan =
    action === 'install'
      ? planInstall(request)
      : planUninstall(request, work.shells.length === 0 ? passOver(note) : undefined);
  if (action === 'install') tellBefore(plan, note);
  if (!dryRun) applyPlan(plan);
  return {
    action,
    done: !dryRun,
    shells: shells.map((shell) => ({
      shell,
      script: null,
      files: plan
        .filter((file) => file.shell === shell)
        .map(({ path, what, change }) => ({ path, what, change })),
    })),
  };
}

/** What was installed for a shell that is gone since is taken away too. */
function shellsMeant(action: CompletionWork['action'], here: readonly CompletionShell[]): CompletionShell[] {
  if (action === 'uninstall') return ['bash', 'zsh', 'fish'];
  if (here.length > 0) return [...here];
  throw new NotPossibleHereError('None of the shells bash, zsh and fish is installed on this machine.', {
    code: 'no-shell',
    hint: 'Name the shells to install completion for them all the same.',
  });
}

/** Who names no shell wants gone what is from wcache; who names one has to know that this is not. */
function passOver(note: CompletionWork['note']): (path: string) => void {
  return (path) => {
    note(`note: ${path} is not from wcache, and stays.`);
  };
}

/** What goes into somebody's own file is shown before it does, and what else has to be known. */
function tellBefore(plan: readonly PlannedFile[], note: (text: string) => void): void {
  for (const { what, path, content, change } of plan) {
    if (what !== 'lines' || change !== 'written' || content === null) continue;
    note(`zsh does not look there by itself. These lines for ${path} make it:\n`);
    note(`${linesIn(content).replaceAll(/^/gm, '    ')}\n`);
  }
  if (plan.some(({ shell }) => shell === 'bash') && !bashFindsCompletion()) {
    note(
      'note: bash loads this by itself only with the package bash-completion, which is not installed. Without it, put this into ~/.bashrc: source <(wcache completion bash)',
    );
  }
}
