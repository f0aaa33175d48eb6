import { describe, expect, it } from 'vitest';
import { newestDate, type Facts } from '../../bin/man/facts.js';
import { makePage } from '../../bin/man/page.js';
import { folded, joined, literal, literalLine, pageLine, sentences } from '../../bin/man/roff.js';
import { parseSource } from '../../bin/man/source.js';
import { verbsOf, type Flag } from '../../bin/man/verb.js';

const FLAGS: readonly Flag[] = [
  { name: 'json', type: 'boolean', helpGroup: 'GLOBAL', description: 'Print JSON.' },
  { name: 'size', type: 'option', helpValue: 'SIZE', description: 'SIZE of it.', exclusive: ['like'] },
  {
    name: 'like',
    type: 'option',
    helpValue: '[HOST:]FILE',
    char: 'l',
    required: true,
    description: 'As it.',
  },
  { name: 'mode', type: 'option', options: ['s', 'p'], default: 's', description: 'Which.' },
  { name: 'fast', type: 'boolean', allowNo: true, dependsOn: ['mode'], description: 'Fast.' },
  {
    name: 'why',
    type: 'option',
    options: ['a-long-word', 'another-long-word', 'and-one-more'],
    multiple: true,
  },
  { name: 'jobs', type: 'option', helpValue: 'N', helpGroup: 'TABLE', description: 'How many.' },
  { name: 'secret', type: 'boolean', hidden: true },
];

const FACTS: Facts = {
  version: '1.2.3',
  date: '2026-11-23',
  verbs: verbsOf({
    commands: {
      'fix:it': {
        id: 'fix:it',
        summary: "Fix what isn't right",
        strict: false,
        flags: Object.fromEntries(FLAGS.map((flag) => [flag.name, flag])),
        args: {
          device: { name: 'device', required: true, description: 'The DEVICE.' },
          more: { name: 'more' },
        },
      },
      hidden: { id: 'hidden', summary: 'Not shown', hidden: true, flags: {}, args: {} },
    },
  }),
  printedDocuments: { 'fix:it': [{ schema: 'change' }, { schema: 'watch', flag: 'fast', lines: true }] },
  hazardsOf: () => [],
  parseTargetVersion: () => ({ major: 1, minor: 6, patch: 0 }),
  metrics: { x_total: { type: 'counter', help: 'What `x` did.', labels: ['name', 'kind'] } },
  readFile: () => ".SH it's\n\tback\\slash\n'quoted'\n\n",
};

function page(source: string, name = 'wcache-fix-it.8'): string[] {
  return makePage(name, source, FACTS).split('\n').slice(1, -1);
}

describe('text becomes roff', () => {
  it('escapes what roff or a typesetter would take for something else', () => {
    expect(literal("a-b\\c'd`e^f~g")).toBe('a\\-b\\ec\\(aqd\\(gae\\(haf\\(tig');
    expect(literalLine('.SH')).toBe('\\&.SH');
    expect(literalLine("'x'")).toBe('\\(aqx\\(aq');
    expect(sentences(".rc is read. It isn't 10-fold ~ 2^63 \\o/.")).toEqual([
      '\\&.rc is read.',
      "It isn't 10-fold \\(ti 2\\(ha63 \\eo/.",
    ]);
  });

  it('sets flags, code, pages and variables off', () => {
    expect(
      sentences('With `wcache x` or --no-y, see dm-z(8); - is DEVICE, not I/O.', new Set(['DEVICE'])),
    ).toEqual([
      'With \\fBwcache x\\fR or \\fB\\-\\-no\\-y\\fR, see \\fBdm\\-z\\fR(8); \\- is \\fIDEVICE\\fR,',
      'not I/O.',
    ]);
  });

  it('folds lines, and never before what would be a request or at an escaped blank', () => {
    const line = `${'word '.repeat(15)}.x ${'y'.repeat(30)}\\ ${'z'.repeat(60)}`;
    expect(folded(line)).toEqual([`${'word '.repeat(15)}.x`, `${'y'.repeat(30)}\\ ${'z'.repeat(60)}`]);
    expect(folded('short')).toEqual(['short']);
  });

  it('names pages', () => {
    expect(pageLine('wcache-check(8)', ',')).toBe('.BR wcache\\-check (8),');
    expect(() => pageLine('wcache-check')).toThrow('"wcache-check" is no page');
    expect(joined(['a', 'b', 'c'], 'or')).toBe('a, b or c');
  });
});

describe('a source', () => {
  it.each([
    ['.\\" @nonsense', ':1: @nonsense is no directive'],
    ['.\\" @constructor', ':1: @constructor is no directive'],
    ['x\n.\\" @flag json', ':2: the block "@flag json" is not closed with @end'],
    ['.\\" @end', ':1: @end closes no block'],
    ['.\\" @flag json\n.\\" @head', ':2: @head inside of the block @flag of line 1'],
    ['.\\" @flag\n.\\" @end', ':1: @flag takes one word'],
    ['.\\" @flag json\n.\\" @end\n.\\" @flag json\n.\\" @end', ':4: there are two blocks "@flag json"'],
    ['.\\" @options\n.\\" @flag nope\n.\\" @end', ':2: @flag nope: there is no such flag or argument'],
    ['.\\" @options\n.\\" @flag secret\n.\\" @end', ':2: @flag secret: there is no such flag or argument'],
    ['.\\" @flag json\n.\\" @end', ':1: @flag without @options'],
    ['.\\" @exit-status 0\n.\\" @exit 99\n.\\" @end', ':2: @exit 99: there is no such exit status'],
    ['.\\" @exit-status 0 99', ':1: there is no exit status 99'],
    ['.\\" @exit 0\n.\\" @end', ':1: @exit without @exit-status'],
    ['.\\" @synopsis without json', ':1: no form of the synopsis has json'],
    ['.\\" @synopsis only nope', ':1: wcache fix it has no "nope"'],
    ['.\\" @synopsis json', ':1: @synopsis takes "without" or "only"'],
    ['.\\" @see-also here', ':1: "here" is no page'],
    ['.\\" @metrics y_total', ':1: there is no metric y_total'],
    ['.\\" @verbs hidden', ':1: there is no verb hidden'],
    ['.EX\nx', 'an .EX, .TS or .nf has no end'],
  ])('%j: %s', (source, message) => {
    expect(() => page(source)).toThrow(`man/source/wcache-fix-it.8${message.startsWith(':') ? message : ''}`);
    expect(() => page(source)).toThrow(message.replace(/^:\d+: /, ''));
  });

  it('that is the page of no verb has nothing of one', () => {
    expect(() => page('.\\" @options', 'wcache-else.7')).toThrow('wcache-else.7 is the page of no verb');
    expect(() => page('.\\" @head', 'wcache-else.7')).toThrow('wcache-else.7 is the page of no verb');
  });

  it('is taken apart', () => {
    const { items, flags, exits } = parseSource(
      'f',
      'a\n.\\" @flag x\nb\n.\\" @end\n.\\" @exit 3\nc\n.\\" @end\nd',
    );
    expect(items.map((item) => item.kind === 'text' && item.text)).toEqual(['a', 'd']);
    expect([flags.get('x')?.lines, exits.get('3')?.lines]).toEqual([['b'], ['c']]);
  });
});

describe('a page', () => {
  it('has a head', () => {
    expect(page('.\\" @head')).toEqual([
      '.nr HY 0',
      '.TH WCACHE\\-FIX\\-IT 8 2026-11-23 "wcache 1.2.3" "System Manager\'s Manual"',
      '.ad l',
      '.SH NAME',
      "wcache\\-fix\\-it \\- fix what isn't right",
    ]);
    expect(page('.\\" @head LVM and it', 'x.7').at(-1)).toBe('x \\- LVM and it');
  });

  it('loses comments and empty lines, folds text, and leaves examples alone', () => {
    const long = `${'word '.repeat(20)}end`;
    const text = page(`.\\" a comment\n\n${long}\n.RS\n.EX\n\n${long}\n.EE\n.RE`);
    expect(text).toEqual([...folded(long), '.RS 4', '.EX', '', long, '.EE', '.RE']);
  });

  it('says that it is made, and asks for tbl where it has a table', () => {
    expect(makePage('x.7', 'y', FACTS)).toBe(
      '.\\" Made from man/source/x.7 by "npm run man"; not to be edited.\ny\n',
    );
    expect(makePage('x.7', '.TS\nl.\na\n.TE', FACTS)).toMatch(/^'\\" t\n\.\\" Made/);
  });

  it('has a synopsis with all that can be given', () => {
    expect(page('.\\" @synopsis')).toEqual([
      '.SH SYNOPSIS',
      '.SY "wcache fix it"',
      '\\fIDEVICE\\fR',
      '[\\fIMORE\\fR...\\&]',
      '[\\fB\\-\\-like\\fR\\~[\\fIHOST\\fR:]\\fIFILE\\fR | \\fB\\-\\-size\\fR\\~\\fISIZE\\fR]',
      '[\\fB\\-\\-mode\\fR\\~\\fBs\\fR|\\fBp\\fR [\\fB\\-\\-\\fR[\\fBno\\-\\fR]\\fBfast\\fR]]',
      '[\\fB\\-\\-why\\fR\\~\\fIWHY\\fR]...\\&',
      '[\\fITABLE_OPTION\\fR...\\&]',
      '[\\fB\\-\\-json\\fR]',
      '.YS',
    ]);
  });

  it('may have several forms of it', () => {
    const forms = page('.\\" @synopsis without size MORE\n.\\" @synopsis only +DEVICE +size json');
    expect(forms.filter((line) => line.startsWith('.SH'))).toHaveLength(1);
    expect(forms.slice(forms.lastIndexOf('.SY "wcache fix it"'))).toEqual([
      '.SY "wcache fix it"',
      '\\fIDEVICE\\fR',
      '\\fB\\-\\-size\\fR\\~\\fISIZE\\fR',
      '[\\fB\\-\\-json\\fR]',
      '.YS',
    ]);
  });

  it('has each option with what the manifest says and the source adds', () => {
    const source = '.\\" @options\n.\\" @flag size\nMore.\n.\\" @end\n.\\" @flag DEVICE\nAny.\n.\\" @end';
    expect(page(source)).toEqual([
      ...['.SH OPTIONS', '.TP', '.I DEVICE', 'The \\fIDEVICE\\fR.', 'Any.'],
      ...['.TP', '.IR MORE ...'],
      ...['.TP', '.BI \\-\\-size " SIZE"', '\\fISIZE\\fR of it.', 'More.', 'Not with \\fB\\-\\-like\\fR.'],
      ...['.TP', '.BR \\-l ", " \\-\\-like " [\\fIHOST\\fR:]\\fIFILE\\fR"', 'As it.', 'Has to be given.'],
      'Not with \\fB\\-\\-size\\fR.',
      ...['.TP', '.BR "\\-\\-mode s" | p', 'Which.', 'The default is \\fBs\\fR.'],
      ...['.TP', '.BR \\-\\-fast ", " \\-\\-no\\-fast', 'Fast.', 'Needs \\fB\\-\\-mode\\fR.'],
      ...['.TP', '.BI \\-\\-why " WHY"'],
      '\\fIWHY\\fR is one of \\fBa\\-long\\-word\\fR, \\fBanother\\-long\\-word\\fR and',
      '\\fBand\\-one\\-more\\fR.',
      'May be given several times.',
      ...['.SS Table options', 'What each of them does in the target is in \\fBwcache\\-table\\fR(8).'],
      ...['.TP', '.BI \\-\\-jobs " N"', 'How many.'],
      ...['.SS Of every verb', '.TP', '.B \\-\\-json', 'Print JSON.'],
      ...['.TP', '.BR \\-h ", " \\-\\-help', 'Show the usage and the options, and do nothing else.'],
    ]);
  });

  it('has the exit statuses, in the order of their numbers, with its own words', () => {
    expect(page('.\\" @exit-status 130 1\n.\\" @exit 0\nTold.\n.\\" @end')).toEqual([
      ...['.SH "EXIT STATUS"', '.TP', '.B 0', 'Told.', '.TP', '.B 1', 'The operation failed.'],
      ...['.TP', '.B 130', 'Interrupted, with everything safe.'],
    ]);
  });

  it('tells which documents are printed', () => {
    const roff = page('.\\" @json').join('\n');
    expect(roff).toContain('.TP\n.B change\nwhere none of the flags below is given,');
    expect(roff).toContain('.TP\n.B watch\nwith \\fB\\-\\-fast\\fR, one on each line,');
  });

  it('lists verbs', () => {
    expect(page('.\\" @verbs', 'wcache.8')).toEqual([
      '.TP',
      '.BR wcache\\-fix\\-it (8)',
      "Fix what isn't right.",
    ]);
  });

  it('has pages to see, by section and name, and wcache(8) among them', () => {
    expect(page('.\\" @see-also zz(8) lvm(7) dmsetup(8)')).toEqual([
      ...['.SH "SEE ALSO"', '.BR lvm (7),', '.BR dmsetup (8),', '.BR wcache (8),', '.BR zz (8)'],
    ]);
    expect(page('.\\" @see-also dmsetup(8)', 'wcache.8')).toEqual(['.SH "SEE ALSO"', '.BR dmsetup (8)']);
  });

  it('explains metrics', () => {
    expect(page('.\\" @metrics x_total')).toEqual([
      ...['.TP', '.BR x_total " (counter) {kind}"', 'What \\fBx\\fR did.'],
    ]);
  });

  it('shows files as they are', () => {
    expect(page('.EX\n.\\" @file any\n.EE')).toEqual([
      ...['.EX', '\\&.SH it\\(aqs', '\tback\\eslash', '\\(aqquoted\\(aq', '.EE'],
    ]);
  });
});

it('takes the date of the newest release', () => {
  expect(newestDate('# C\n\n## 0.3.0 (unreleased)\n\n## 0.2.0 (2027-01-02)\n\n## 0.1.0 (2026-11-23)\n')).toBe(
    '2027-01-02',
  );
  expect(() => newestDate('# C\n\n## 0.1.0 (unreleased)\n')).toThrow('no release with a date');
});
