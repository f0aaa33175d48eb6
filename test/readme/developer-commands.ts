import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from './pages.js';

/** What commands for developers may name. */
export interface Tree {
  readonly root: string;
  readonly scripts: ReadonlySet<string>;
  /** Of vitest. */
  readonly projects: ReadonlySet<string>;
}

interface DeveloperCommand {
  readonly text: string;
  readonly line: number;
}

/** npm's own words that need nothing of the project. */
const NPM_VERBS = new Set(['ci', 'install', 'uninstall', 'pack', 'root']);
const ROOMS = /^(?:src|commands|test|bin|bench|man|dist)\//;
/** As tsconfig.build.json has it: where a compiled program comes from. */
const SOURCES = ['.js', '.ts', '.tsx'];

/** The commands of a page that are npm's, npx's or Node's: in blocks of code and between backticks. */
export function developerCommands({ markdown }: Page): DeveloperCommand[] {
  const inBlocks = markdown.fences
    .filter(({ info }) => /^(?:sh|console)\b/.test(info))
    .flatMap(({ lines, line }) => lines.map((text, index) => ({ text, line: line + index })));
  return [...inBlocks, ...markdown.indented, ...markdown.spans].flatMap(({ text, line }) =>
    // What is behind two blanks, or a sharp, is a remark.
    text
      .replace(/^[$#] /, '')
      .replace(/\s+#.*| {2,}.*/, '')
      .split(/ (?:&&|\|) /)
      .filter((part) => /^(?:[A-Z_]+=\S* )*(?:npm|npx|node) ./.test(part))
      .map((part) => ({ text: part.replace(/^(?:[A-Z_]+=\S* )*/, ''), line })),
  );
}

/** What a command names that isn't there; null where everything is. */
export function complaintAbout(command: string, tree: Tree): string | null {
  const words = command.split(' ');
  const [program, first = '', second = ''] = words;
  if (program === 'npm') {
    const script = first === 'run' ? second : first;
    if (!tree.scripts.has(script) && (first === 'run' || !NPM_VERBS.has(first))) {
      return `npm knows no ${script}`;
    }
  }
  if (program === 'npx' && !existsSync(join(tree.root, 'node_modules/.bin', first))) {
    return `there is no ${first}`;
  }
  const project = words[words.indexOf('--project') + 1];
  if (words.includes('--project') && !tree.projects.has(project ?? '')) {
    return `vitest knows no project ${project ?? ''}`;
  }
  const missing = words.find((word) => ROOMS.test(word) && !isThere(word, tree.root));
  return missing === undefined ? null : `there is no ${missing}`;
}

/** What is compiled is there where its source is. */
function isThere(path: string, root: string): boolean {
  const compiled = /^dist\/(.*)\.js$/.exec(path)?.[1];
  if (compiled === undefined) return existsSync(join(root, path));
  return SOURCES.some((ending) => existsSync(join(root, `${compiled}${ending}`)));
}
