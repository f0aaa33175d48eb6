import type { Block } from './blocks.js';
import { shellSteps } from './steps.js';

/** A command that installs, takes away or tries everything. */
export interface SetUpCommand {
  /** Without its remark. */
  readonly command: string;
  /** Of the README. */
  readonly line: number;
}

/** The commands of the blocks `sh set-up`, one by one: those that `&&` joins are two. */
export function setUpCommands(blocks: readonly Block[]): SetUpCommand[] {
  return blocks
    .filter(({ kind }) => kind === 'set-up')
    .flatMap(({ fence }) => {
      const lines = fence.lines.map((text, index) => ({ text, line: fence.line + index }));
      return shellSteps(lines, 'files').flatMap(({ text, line }) =>
        text
          .replace(/\s+# .*$/, '')
          .split(' && ')
          .map((command) => ({ command: command.trim(), line })),
      );
    });
}
