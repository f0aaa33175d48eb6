import { describe, expect, it } from 'vitest';
import { mentionsInMarkdown, mentionsInPage } from './mentions.js';
import { simpleCommands } from './shell.js';
import { faultOf } from './usage.js';

describe('what is run in a piece of shell', () => {
  it.each<[string, string[][]]>([
    ['a b|c && d; e & f', [['a', 'b'], ['c'], ['d'], ['e'], ['f']]],
    ['x \'a; b\' "c | $(d)" e\\ f', [['x', 'a; b', 'c | $(d)', 'e f']]],
    ['n=$(x --y) z >/dev/null 2>&1', [['x', '--y'], ['z']]],
    ['sudo A=1 x \\\n  --y # why\nif x; then z; fi', [['x', '--y'], ['x'], ['z'], ['fi']]],
  ])('%j', (script, commands) => {
    expect(simpleCommands(script)).toEqual(commands);
  });
});

describe('mentions of wcache', () => {
  it('are found in a page', () => {
    const page = [
      '.EX',
      'table=$(wcache table wc \\-\\-line) && echo wcache',
      'ExecStart=/usr/bin/wcache metrics \\-\\-listen 1',
      '.EE',
      '.B wcache stats reset',
      '.RB ( "wcache doctor"',
      'and \\fBwcache list\\fR.',
    ].join('\n');
    expect(mentionsInPage(page).map((words) => words.join(' '))).toEqual([
      'table wc --line',
      'metrics --listen 1',
      'stats reset',
      'doctor',
      'list',
    ]);
  });

  it('are found in markdown', () => {
    const text =
      '`wcache a`\n```console\n# wcache b \\\n  --x\nwcache is up\n$ wcache c\n```\n\n```sh\nwcache d\n```\n';
    expect(mentionsInMarkdown(text).map((words) => words.join(' '))).toEqual(['b --x', 'c', 'd', 'a']);
  });
});

describe('a mention', () => {
  it.each([
    'check /dev/pmem0 --mode p',
    'check /dev/pmem0 --mode=MODE',
    'stats reset wc',
    'status a b c --watch',
    'VERB --help',
    '--version',
    'create wc --origin /dev/sdb --cache /dev/sdc --no-fua -y',
    'remove wc --verify',
  ])('that is right: wcache %s', (words) => {
    expect(faultOf(words.split(' '))).toBeNull();
  });

  it.each([
    ['chek x', 'there is no verb chek'],
    ['check x --modus p', 'wcache check has no --modus'],
    ['check x --mode q', '--mode does not take q'],
    ['check x y', 'wcache check takes 1 words, and here are 2'],
    ['check x --no-json', 'wcache check has no --no-json'],
  ])('that is wrong: wcache %s', (words, fault) => {
    expect(faultOf(words.split(' '))).toBe(fault);
  });
});
