import { describe, expect, it } from 'vitest';
import { checkRules, type Rule } from '../../../src/target/rules/index.js';
import { TraceBuilder } from './trace-builder.js';

type Build = (trace: TraceBuilder) => TraceBuilder;

function brokenBy(trace: TraceBuilder, subject = trace.subject): Rule[] {
  return checkRules(subject, trace.events).violations.map(({ rule }) => rule);
}

const started = (mode: 'p' | 's'): TraceBuilder => new TraceBuilder(mode);
/** Entry 1 holds sector 3, committed; its data are 201 everywhere. */
const withOne = (mode: 'p' | 's'): TraceBuilder => new TraceBuilder(mode, { 1: [3, 4] });

describe.each(['s', 'p'] as const)('the rules in mode %s', (mode) => {
  describe('R1 and R2: a commit', () => {
    it.each<[string, Build, Rule[]]>([
      ['in order', (t) => t.data(0, 1).entry(0, 7, 5).flush().superblock(6), []],
      ['without a flush', (t) => t.data(0, 1).entry(0, 7, 5).superblock(6), ['R2', 'R1']],
      [
        'with a flush between data and entry',
        (t) => t.data(0, 1).flush().entry(0, 7, 5).superblock(6),
        ['R2'],
      ],
      [
        'with a flush between entry and data',
        (t) => t.entry(0, 7, 5).flush().data(0, 1).superblock(6),
        ['R1'],
      ],
      ['without data', (t) => t.entry(0, 7, 5).flush().superblock(6), ['R1']],
      [
        'with an overwrite behind the flush',
        (t) => t.data(0, 1).entry(0, 7, 5).flush().data(0, 2).superblock(6),
        ['R1'],
      ],
      [
        'with the same data again behind the flush',
        (t) => t.data(0, 1).entry(0, 7, 5).flush().data(0, 1).superblock(6),
        [],
      ],
      [
        'with held data that are not done',
        (t) => t.data(0, 1, 1).entry(0, 7, 5).flush().superblock(6),
        ['R1'],
      ],
      [
        'with held data done behind the flush',
        (t) => t.data(0, 1, 1).entry(0, 7, 5).flush().done(1).superblock(6),
        ['R1'],
      ],
      [
        'with held data done before the flush',
        (t) => t.data(0, 1, 1).entry(0, 7, 5).done(1).flush().superblock(6),
        [],
      ],
      ['before its entry', (t) => t.data(0, 1).flush().superblock(6).entry(0, 7, 5), ['R2']],
    ])('%s', (_, build, rules) => {
      expect(brokenBy(build(started(mode)))).toEqual(rules);
    });

    it('of a block with data from before it was free', () => {
      const trace = withOne(mode).origin(3, 201).flush('origin').entry(1, 3, 'free').flush();
      expect(brokenBy(trace.entry(1, 8, 5).flush().superblock(6))).toEqual(['R1']);
    });
  });

  describe('R3: what is promised', () => {
    const write = { kind: 'write', startSector: 7, lengthSectors: 1, fua: false } as const;
    const asked: Build = (t) => t.request(1, write);
    const commit: Build = (t) => t.entry(0, 7, 5).flush().superblock(6);
    const flushed: Build = (t) => t.request(2, { kind: 'flush' });
    it.each<[string, Build, Rule[]]>([
      ['is committed', (t) => commit(flushed(asked(t).data(0, 1).acknowledge(1))).acknowledge(2), []],
      ['is not committed', (t) => flushed(asked(t).data(0, 1).acknowledge(1)).flush().acknowledge(2), ['R3']],
      ['was not acknowledged yet', (t) => flushed(asked(t).data(0, 1)).acknowledge(2).acknowledge(1), []],
      [
        'went around, and the origin is flushed',
        (t) => flushed(asked(t).origin(7, 1).acknowledge(1)).flush('origin').acknowledge(2),
        [],
      ],
      [
        'went around, and the origin is not flushed',
        (t) => flushed(asked(t).origin(7, 1).acknowledge(1)).flush().acknowledge(2),
        ['R3'],
      ],
      [
        'is no more asked for after a discard',
        (t) =>
          flushed(
            asked(t)
              .data(0, 1)
              .acknowledge(1)
              .request(3, { kind: 'discard', startSector: 7, lengthSectors: 1 })
              .acknowledge(3),
          ).acknowledge(2),
        [],
      ],
      [
        'has been overwritten since',
        (t) =>
          flushed(asked(t).data(0, 1).acknowledge(1).request(3, write).data(0, 2))
            .entry(0, 7, 5)
            .flush()
            .superblock(6)
            .acknowledge(2),
        [],
      ],
      [
        'of a FUA write, is committed',
        (t) => commit(t.request(1, { ...write, fua: true }).data(0, 1)).acknowledge(1),
        [],
      ],
      [
        'of a FUA write, is not committed',
        (t) =>
          t
            .request(1, { ...write, fua: true })
            .data(0, 1)
            .flush()
            .acknowledge(1),
        ['R3'],
      ],
    ])('%s', (_, build, rules) => {
      expect(brokenBy(build(started(mode)))).toEqual(rules);
    });

    it('is undecided in a trace that tells no requests, or not the origin', () => {
      const { subject, events } = started(mode).data(0, 1);
      expect(checkRules(subject, events).undecided).toEqual(['R3']);
      expect(checkRules({ ...subject, origin: null }, events).undecided).toEqual(['R3', 'R5', 'R9']);
      const asking = asked(started(mode));
      expect(checkRules(asking.subject, asking.events).undecided).toEqual([]);
    });
  });

  describe('R4: an older copy is freed', () => {
    const newer: Build = (t) => t.data(0, 1).entry(0, 3, 5).flush();
    it.each<[string, Build, Rule[]]>([
      ['after the commit of the newer', (t) => newer(t).superblock(6).entry(1, 3, 'free').flush(), []],
      ['before the superblock', (t) => newer(t).entry(1, 3, 'free').flush().superblock(6), ['R4']],
      [
        'before it, and it was written back',
        (t) => newer(t.origin(3, 201).flush('origin')).entry(1, 3, 'free').flush(),
        [],
      ],
      [
        'before it, and the sector is discarded',
        (t) =>
          newer(t)
            .request(9, { kind: 'discard', startSector: 3, lengthSectors: 1 })
            .entry(1, 3, 'free')
            .flush(),
        [],
      ],
      ['before it, and the sector was discarded', (t) => newer(t.discard(3)).entry(1, 3, 'free').flush(), []],
      [
        'before it, and another sector is discarded',
        (t) =>
          newer(t)
            .request(9, { kind: 'discard', startSector: 4, lengthSectors: 1 })
            .entry(1, 3, 'free')
            .flush(),
        ['R4'],
      ],
    ])('%s', (_, build, rules) => {
      expect(brokenBy(build(withOne(mode)))).toEqual(rules);
    });

    it('where a trace without the origin cannot tell', () => {
      const { subject, events } = newer(withOne(mode)).entry(1, 3, 'free').flush();
      const { violations, undecided } = checkRules({ ...subject, origin: null }, events);
      expect(violations).toEqual([]);
      expect(undecided).toEqual(['R3', 'R4', 'R5', 'R9']);
    });
  });

  describe('R5: a block is freed', () => {
    it.each<[string, Build, Rule[]]>([
      [
        'after the flush of the origin',
        (t) => t.origin(3, 201).flush('origin').entry(1, 3, 'free').flush(),
        [],
      ],
      [
        'before the flush of the origin',
        (t) => t.origin(3, 201).entry(1, 3, 'free').flush().flush('origin'),
        ['R5'],
      ],
      [
        'after a flush of the wrong device',
        (t) => t.origin(3, 201).flush().entry(1, 3, 'free').flush(),
        ['R5'],
      ],
      ['without a copy', (t) => t.entry(1, 3, 'free').flush(), ['R5']],
      [
        'after other data went to the origin',
        (t) => t.origin(3, 7).flush('origin').entry(1, 3, 'free').flush(),
        ['R5'],
      ],
      [
        'after a copy to the wrong sector',
        (t) => t.origin(4, 201).flush('origin').entry(1, 3, 'free').flush(),
        ['R5'],
      ],
      ['in a discard that the origin is told only then', (t) => t.entry(1, 3, 'free').flush().discard(3), []],
      ['in a discard of something else', (t) => t.entry(1, 3, 'free').flush().discard(4), ['R5']],
    ])('%s', (_, build, rules) => {
      expect(brokenBy(build(withOne(mode)))).toEqual(rules);
    });

    it('beyond the origin’s end', () => {
      const trace = new TraceBuilder(mode, { 1: [16, 4] }).entry(1, 16, 'free').flush();
      expect(brokenBy(trace)).toEqual([]);
      const inside = new TraceBuilder(mode, { 1: [15, 4] }).entry(1, 15, 'free').flush();
      expect(brokenBy(inside)).toEqual(['R5']);
    });
  });

  describe('R6: a freed block takes other data', () => {
    const copied: Build = (t) => t.origin(3, 201).flush('origin').entry(1, 3, 'free');
    it.each<[string, Build, Rule[]]>([
      ['when its free entry is durable', (t) => copied(t).flush().data(1, 9), []],
      ['before its free entry is durable', (t) => copied(t).data(1, 9), ['R6']],
      ['without having been freed', (t) => t.entry(1, 9, 5).data(1, 9).flush(), ['R6', 'R6']],
    ])('%s', (_, build, rules) => {
      expect(brokenBy(build(withOne(mode)))).toEqual(rules);
    });
  });

  it('lets committed blocks be overwritten in place in ssd mode only', () => {
    expect(brokenBy(withOne(mode).data(1, 9))).toEqual(mode === 's' ? [] : ['R6']);
  });

  it.each<[string, Build, Rule[]]>([
    ['grows by one, and by one', (t) => t.superblock(6).superblock(7), []],
    ['is written again', (t) => t.superblock(5), []],
    ['grows by two', (t) => t.superblock(7), ['R7']],
    ['falls', (t) => t.superblock(4), ['R7']],
  ])('R7: seq_count %s', (_, build, rules) => {
    expect(brokenBy(build(started(mode)))).toEqual(rules);
  });

  describe('R8: a format', () => {
    it.each<[string, Build, Rule[]]>([
      ['with the magic last', (t) => t.metadata().flush().superblock(0).metadata().flush(), []],
      ['without a flush before the magic', (t) => t.metadata().superblock(0).metadata().flush(), ['R8']],
      ['with the magic alone', (t) => t.superblock(0).metadata().flush(), ['R8']],
    ])('%s', (_, build, rules) => {
      const trace = started('s').superblock(0, false);
      trace.events.length = 0;
      expect(brokenBy(build(trace), { ...trace.blank, mode })).toEqual(rules);
    });
  });

  describe('R9: a newer copy is written back', () => {
    const both = (): TraceBuilder => new TraceBuilder(mode, { 1: [3, 3], 2: [3, 4] });
    it.each<[string, Build, Rule[]]>([
      ['when the older is free on the medium', (t) => t.entry(1, 3, 'free').flush().origin(3, 202), []],
      ['while the older is committed', (t) => t.origin(3, 202), ['R9']],
      ['while the older may still be committed', (t) => t.entry(1, 3, 'free').origin(3, 202).flush(), ['R9']],
      ['when it is the older that is written back', (t) => t.origin(3, 201), []],
    ])('%s', (_, build, rules) => {
      expect(brokenBy(build(both()))).toEqual(rules);
    });
  });

  it('names the entry, the event and what is wrong', () => {
    const { subject, events } = started(mode).data(0, 1).entry(0, 7, 5).superblock(6);
    expect(checkRules(subject, events).violations[0]).toEqual({
      rule: 'R2',
      eventIndex: 2,
      message: 'entry 0 (sector 7, seq_count 5) is committed and not durable.',
    });
  });
});
