import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isOurScript, type CompletionShell } from '../../completion/index.js';
import { BusyError } from '../../errors.js';
import { fileError } from './file-error.js';
import type { ZshSettings } from './ask-zsh.js';
import { scriptPlace, zshSettingsFolder, type Owner } from './places.js';
import { hasZshLines, withoutZshLines, withZshLines } from './zsh-lines.js';

/** A file, and what is to be done to it. */
export interface PlannedFile {
  readonly shell: CompletionShell;
  readonly path: string;
  /** A script of ours, or some lines of ours in somebody's file. */
  readonly what: 'script' | 'lines';
  /** What is to be in it, a character for each byte; null for no file. */
  readonly content: string | null;
  readonly change: 'written' | 'removed' | 'none';
}

export interface CompletionRequest {
  readonly owner: Owner;
  /** The script of each shell. */
  readonly scripts: ReadonlyMap<CompletionShell, string>;
  /** What zsh told; null where it was not asked or did not answer. */
  readonly zsh: ZshSettings | null;
}

/**
 * What installing completion comes to. Nothing is changed yet.
 *
 * @throws {@link BusyError} `foreign-file`; as {@link scriptPlace} and {@link fileError} do.
 */
export function planInstall({ owner, scripts, zsh }: CompletionRequest): PlannedFile[] {
  return [...scripts].flatMap(([shell, script]) => {
    const path = scriptPlace(shell, owner);
    const present = scriptAt(path);
    if (present === FOREIGN) throw foreignFile(path);
    const file = planned({ shell, path, what: 'script' }, present, bytesOf(script));
    if (shell !== 'zsh' || owner.isRoot) return [file];
    const settings = settingsFile(owner, zsh);
    const text = readText(settings);
    const folder = dirname(path);
    const finds = zsh?.completes === true && zsh.functionFolders.includes(folder);
    if (finds && (text === null || !hasZshLines(text))) return [file];
    return [
      file,
      planned({ shell, path: settings, what: 'lines' }, text, withZshLines(text, bytesOf(folder))),
    ];
  });
}

/**
 * What taking it away comes to; throws as {@link planInstall} does.
 *
 * @param passOver is told each file in a script's place that is not from wcache; without it such a file is an error.
 */
export function planUninstall(
  { owner, scripts, zsh }: CompletionRequest,
  passOver: (path: string) => void = (path) => {
    throw foreignFile(path);
  },
): PlannedFile[] {
  return [...scripts.keys()].flatMap((shell) => {
    const path = scriptPlace(shell, owner);
    const present = scriptAt(path);
    const files: PlannedFile[] = [];
    if (present === FOREIGN) passOver(path);
    else files.push(planned({ shell, path, what: 'script' }, present, null));
    if (shell !== 'zsh' || owner.isRoot) return files;
    const settings = settingsFile(owner, zsh);
    const text = readText(settings);
    if (text === null || !hasZshLines(text)) return files;
    const lines = {
      shell,
      path: settings,
      what: 'lines',
      content: withoutZshLines(text),
      change: 'removed',
    } as const;
    return [...files, lines];
  });
}

function planned(
  file: Pick<PlannedFile, 'shell' | 'path' | 'what'>,
  present: string | null,
  content: string | null,
): PlannedFile {
  const change = present === content ? 'none' : content === null ? 'removed' : 'written';
  return { ...file, content, change };
}

/** .zshrc, or what it leads to: a link to a file elsewhere stays one. */
function settingsFile(owner: Owner, zsh: ZshSettings | null): string {
  const path = join(zsh?.folder ?? zshSettingsFolder(owner), '.zshrc');
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Stands for a file that is not from wcache. */
const FOREIGN = Symbol('foreign');

/** Our script at a place, null where nothing is. */
function scriptAt(path: string): string | null | typeof FOREIGN {
  const found = guarded(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return null;
  const text = found.isFile() ? readText(path) : null;
  return text !== null && isOurScript(text) ? text : FOREIGN;
}

function foreignFile(path: string): BusyError {
  return new BusyError(`${path} is there already, and it is not from wcache.`, {
    code: 'foreign-file',
    hint: 'Nothing was changed. Move it away, or put the script elsewhere: wcache completion SHELL > FILE',
  });
}

/** A file's content, a character for each byte: what somebody wrote there may be in any encoding, and stays as it is. */
function readText(path: string): string | null {
  return guarded(path, () => {
    try {
      return readFileSync(path, 'latin1');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  });
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function guarded<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw fileError(path, error, 'read');
  }
}
