import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../lab/project.js';
import { classify, type Block } from './blocks.js';
import { readMarkdown } from './markdown.js';

export const README = join(projectDirectory, 'README.md');

/** The blocks of README.md, or of another file like it. */
export function readmeBlocks(file = README): Block[] {
  return readMarkdown(readFileSync(file, 'utf8')).fences.map(classify);
}
