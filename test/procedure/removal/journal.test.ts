import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bootId,
  forgetJournal,
  isUnderWay,
  readJournal,
  readJournals,
  removalFiles,
  writeJournal,
  type Journal,
} from '../../../src/procedure/removal/journal.js';
import { knownRemovals, removalsOf } from '../../../src/procedure/removal/judge-removals.js';

const JOURNAL: Journal = {
  format: 1,
  name: 'wc',
  uuid: 'WCACHE-1',
  started: '2026-11-22T17:00:00.000Z',
  pid: process.pid,
  boot_id: bootId(),
  begun: { id: 'drain', number: 3 },
  done: { id: 'evidence', number: 2 },
  line: { start_sector: '0', length_sectors: '2048', parameters: 's 8:0 8:16 4096 0' },
  mode: 's',
  start_sector: '0',
  origin: { number: '8:0', path: '/dev/sda', ids: [] },
  cache: { number: '8:16', path: '/dev/sdb', ids: [] },
  verify: 'full',
  invalidate: false,
  ending: 'auto',
  certificate: null,
  stall_ms: null,
};

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wcache-journal-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the journal', () => {
  it('is read as it was written, by the name of its mapping', () => {
    writeJournal(JOURNAL, folder);
    expect(readJournal('wc', folder)).toEqual(JOURNAL);
    expect(readJournal('other', folder)).toBeNull();
    expect(readJournals(folder)).toEqual([JOURNAL]);
    forgetJournal('wc', folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('has a file of its own for every name, whatever is in it', () => {
    const names = ['a/b', 'a_b', 'a b', 'ä', 'x'.repeat(127), `${'x'.repeat(126)}y`];
    const paths = names.map((name) => removalFiles(name, folder).journal);
    expect(new Set(paths).size).toBe(names.length);
    for (const name of names) writeJournal({ ...JOURNAL, name }, folder);
    expect(names.map((name) => readJournal(name, folder)?.name)).toEqual(names);
  });

  it('that is torn or hostile counts as none', () => {
    const { journal } = removalFiles('wc', folder);
    for (const text of [
      '',
      '{',
      '{}',
      'null',
      JSON.stringify({ ...JOURNAL, begun: { id: 'nonsense', number: 1 } }),
    ]) {
      writeFileSync(journal, text);
      expect(readJournal('wc', folder)).toBeNull();
      expect(readJournals(folder)).toEqual([]);
    }
  });

  it('tells a removal under way from one whose process is gone', () => {
    expect(isUnderWay(JOURNAL)).toBe(true);
    expect(isUnderWay({ ...JOURNAL, boot_id: 'another start of the machine' })).toBe(false);
    // No process has this number: it is above the most that the kernel gives.
    expect(isUnderWay({ ...JOURNAL, pid: 2 ** 22 + 1 })).toBe(false);
  });

  it('is told of the mapping that it is about, and not of another of that name', () => {
    writeJournal({ ...JOURNAL, pid: 2 ** 22 + 1 }, folder);
    const removals = knownRemovals(folder);
    expect(removalsOf(removals, { name: 'wc', uuid: 'WCACHE-1' }).map(({ code }) => code)).toEqual([
      'cache-removal-interrupted',
    ]);
    expect(removalsOf(removals, { name: 'wc', uuid: 'WCACHE-2' })).toEqual([]);
    writeJournal(JOURNAL, folder);
    expect(knownRemovals(folder)[0]?.finding.code).toBe('cache-removal-under-way');
  });

  it('of an earlier start of the machine leads to where the cache is attached again', () => {
    const earlier = { ...JOURNAL, boot_id: 'another start of the machine' };
    writeJournal(earlier, folder);
    expect(knownRemovals(folder)[0]?.finding.advice).toContain('--attach');
    writeJournal({ ...earlier, begun: { id: 'record', number: 13 } }, folder);
    expect(knownRemovals(folder)[0]?.finding.advice).toBe('To finish it: wcache remove wc.');
  });
});
