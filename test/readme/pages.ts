import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorOf, readMarkdown, type Markdown } from './markdown.js';

/** A page of the project, and what it is in. */
export interface Page {
  readonly name: string;
  readonly text: string;
  readonly markdown: Markdown;
}

/** A word that stands for another. */
const PLACEHOLDER = /\b(?:VERB|NAME)\b/;
const ROOMS = /^(?:src|commands|test|bin|bench|man|schemas)\/[\w./-]*$/;

/** The pages at the top of the project. */
export function topPages(root: string): Page[] {
  return readdirSync(root)
    .filter((name) => name.endsWith('.md'))
    .map((name) => {
      const text = readFileSync(join(root, name), 'utf8');
      return { name, text, markdown: readMarkdown(text) };
    });
}

/** Links to files and headings that aren't there. */
export function brokenLinks(page: Page, root: string): string[] {
  return page.markdown.links.flatMap(({ text, line }) => {
    if (/^(?:https?|mailto):/.test(text)) return [];
    const [path = '', anchor] = text.split('#');
    const target = path === '' ? page.name : normalize(join(dirname(page.name), path));
    const complaint = `${page.name}:${String(line)}: ${text}`;
    if (!existsSync(join(root, target))) return [`${complaint}: there is no ${target}`];
    if (anchor === undefined) return [];
    const { headings } = readMarkdown(readFileSync(join(root, target), 'utf8'));
    const anchors = headings.map((heading) => anchorOf(heading.text));
    return anchors.includes(anchor) ? [] : [`${complaint}: ${target} has no such heading`];
  });
}

/** Manual pages that are named and aren't there, such as `wcache-none(8)`. */
export function missingManualPages(page: Page, root: string): string[] {
  return page.text
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/\b(wcache(?:-[a-z]+)*)\(([1-9])\)/g)].flatMap(
        ([reference, name = '', section = '']) =>
          existsSync(join(root, 'man', `${name}.${section}`))
            ? []
            : [`${page.name}:${String(index + 1)}: there is no page ${reference}`],
      ),
    );
}

/** Files of the project that are named between backticks and aren't there. */
export function missingFiles(page: Page, root: string): string[] {
  return page.markdown.spans.flatMap(({ text, line }) =>
    ROOMS.test(text) && !PLACEHOLDER.test(text) && !existsSync(join(root, text))
      ? [`${page.name}:${String(line)}: there is no ${text}`]
      : [],
  );
}
