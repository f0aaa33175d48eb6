import { expect, it } from 'vitest';
import { anchorOf, readMarkdown } from './markdown.js';

it('takes a text apart, with the lines of what it finds', () => {
  const text = [
    '# The `wcache` page',
    '',
    'See [the page](man/wcache.8#options) and ![a picture](man/a.svg), `wcache list` and ``a `b` c``.',
    'Not `[this](link)`. <img src="other.svg" alt="x">',
    '',
    '    npm test   everything',
    '',
    '- a list',
    '    that goes on',
    '',
    '````text',
    '```',
    '[no](link) `no span`',
    '````',
  ].join('\n');
  expect(readMarkdown(text)).toEqual({
    headings: [{ text: 'The `wcache` page', line: 1 }],
    spans: [
      { text: 'wcache', line: 1 },
      { text: 'wcache list', line: 3 },
      { text: 'a `b` c', line: 3 },
      { text: '[this](link)', line: 4 },
    ],
    links: [
      { text: 'man/wcache.8#options', line: 3 },
      { text: 'man/a.svg', line: 3 },
      { text: 'other.svg', line: 4 },
    ],
    indented: [{ text: 'npm test   everything', line: 6 }],
    fences: [{ info: 'text', lines: ['```', '[no](link) `no span`'], line: 12 }],
  });
});

it('refuses a block that is never closed', () => {
  expect(() => readMarkdown('a\n```sh\nls\n')).toThrow('line 2');
});

it.each([
  ['What it promises', 'what-it-promises'],
  ['The `wcache` page, in full', 'the-wcache-page-in-full'],
])('knows the anchor of "%s"', (heading, anchor) => {
  expect(anchorOf(heading)).toBe(anchor);
});
