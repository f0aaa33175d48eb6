import type { Fence } from './markdown.js';

/** Where the commands of a block run: on a kernel of the lab, or in a scratch folder of the host. */
export type Place = 'lab' | 'files';

/** What a fenced block of the README is, by its info string. */
export type Block =
  /** Commands with what they print. */
  | { readonly kind: 'console'; readonly place: Place; readonly fence: Fence }
  /** Commands whose output isn't shown. */
  | { readonly kind: 'sh'; readonly place: Place; readonly fence: Fence }
  /** Commands that install something or take it away: other tests run them. */
  | { readonly kind: 'set-up'; readonly fence: Fence }
  /** A program that uses the package. */
  | { readonly kind: 'library'; readonly fence: Fence }
  /** Nothing that runs. */
  | { readonly kind: 'data'; readonly fence: Fence };

const DATA = new Set(['text', 'mermaid', 'json']);
const PLACES: ReadonlySet<string> = new Set<Place>(['lab', 'files']);

/** Tells what a block is. Throws where its info string says nothing that would have it tried. */
export function classify(fence: Fence): Block {
  const [language = '', where = '', ...rest] = fence.info.split(/\s+/);
  if (rest.length === 0) {
    if ((language === 'console' || language === 'sh') && PLACES.has(where)) {
      return { kind: language, place: where as Place, fence };
    }
    if (language === 'sh' && where === 'set-up') return { kind: 'set-up', fence };
    if (language === 'ts' && where === 'library') return { kind: 'library', fence };
    if (DATA.has(language) && where === '') return dataOf(fence);
  }
  throw new Error(
    `line ${String(fence.line - 1)}: a block "${fence.info}" is tried by nothing; ` +
      'there are console and sh with lab or files, sh set-up, ts library, and text, json, mermaid without commands',
  );
}

function dataOf(fence: Fence): Block {
  const command = fence.lines.findIndex((line) =>
    /^\s*(?:[$#] )?(?:wcache|npm|npx|node|dmsetup) /.test(line),
  );
  if (command < 0) return { kind: 'data', fence };
  throw new Error(
    `line ${String(fence.line + command)}: a command in a block "${fence.info}", which nothing tries`,
  );
}
