import { describe, expect, it } from 'vitest';
import { removeDocument } from '../../src/documents/index.js';
import type { RemovalResult } from '../../src/procedure/removal/types.js';
import { removalPlanText } from '../../src/ui/removal-plan.js';
import { removalResultText } from '../../src/ui/removal-result.js';
import { badCertificate, certificate, PLAN, result } from './removal-sketch.js';

/** Every line but one with a path or a command fits a terminal, and none has a blank at its end. */
function fits(text: string): string {
  for (const line of text.split('\n')) {
    if (!line.includes('/var/lib/') && !line.includes('dmsetup ')) {
      expect(line.length, line).toBeLessThanOrEqual(80);
    }
    expect(line).toBe(line.trimEnd());
    expect(line).not.toMatch(/\p{Cc}/u);
  }
  return text;
}

function text(changes: Partial<RemovalResult> = {}): string {
  return fits(removalResultText(removeDocument(PLAN, result(changes))));
}

const flat = (lines: string): string => lines.replaceAll(/\s+/g, ' ');

describe('the result of a removal', () => {
  it('says what is there now, what was proved, how long I/O stood still, and what comes next', () => {
    expect(text().split('\n')).toEqual([
      'wc is /dev/ubda alone now: nothing is cached any more.',
      '',
      '  proved       702 of 702 blocks that were only in the cache are on the origin',
      '  metadata     all 8,160 entries free; byte for byte as the reference predicts',
      '  superblock   as predicted',
      '  stall        I/O stood still for 143 ms',
      '  time         2.3 s (1.1 s writing back, 601 ms reading and comparing)',
      '  certificate  /var/lib/wcache/removals/wc-0123456789ab-20261122T164100000Z.certificate.json',
      '',
      '/dev/ubdb is free for something else; it has a clean writecache on it still',
      '(`wcache format --zero` blanks that). When nobody uses the mapping any more,',
      '`dmsetup remove` takes it away, and nothing with it.',
    ]);
  });

  it('tells of a mapping that is gone, and of a superblock that was blanked', () => {
    const told = flat(text({ ending: 'deleted', backupPath: '/var/lib/wcache/x.superblock' }));
    expect(told).toMatch(/^wc is gone, and \/dev\/ubda has everything\./);
    expect(told).toContain(
      'invalidated the superblock is blank now; its copy is /var/lib/wcache/x.superblock',
    );
    expect(told).toMatch(/\/dev\/ubdb is free for something else\.$/);
  });

  it('tells newer copies, late ones and what is undecided apart, with the reason', () => {
    const blocks = {
      ...certificate().blocks,
      live: 702,
      examined: 702,
      proved: 600,
      proved_newer: 99,
      proved_late: 5,
      undecided: 3,
      lost: 0,
    };
    const undecided = [
      {
        code: 'written-later' as const,
        count: 3,
        message: '3 blocks were written after the evidence.',
        examples: [],
      },
    ];
    const told = flat(text({ certificate: certificate({ blocks, undecided }) }));
    expect(told).toContain(
      'proved 699 of 702 blocks that were only in the cache are on the origin; 99 of them in a newer copy; 5 more that were written in the meantime',
    );
    expect(told).toContain('undecided 3 blocks were written after the evidence.');
    expect(told).toContain('is free for something else');
  });

  it('does not call a sample or the metadata a proof of more', () => {
    const blocks = {
      ...certificate().blocks,
      live: 9000,
      examined: 500,
      proved: 500,
      proved_newer: 0,
      proved_late: 0,
      undecided: 8500,
      lost: 0,
    };
    expect(flat(text({ certificate: certificate({ level: 'sample', blocks }) }))).toContain(
      '500 of 500 blocks looked at, of the 9,000 that were only in the cache, are on the origin',
    );
    expect(flat(text({ certificate: certificate({ level: 'metadata' }) }))).toContain(
      'proved nothing of the blocks: only the metadata was judged',
    );
    expect(flat(text({ certificate: null, certificatePath: null }))).toContain(
      'proved nothing: it was not asked for (--verify none)',
    );
    expect(flat(text({ certificate: certificate({ evidence_taken: null }) }))).toContain(
      'that the cache has a copy of are on the origin',
    );
  });

  it('begins with a problem that was found, and says to keep the cache device', () => {
    const told = text({ certificate: badCertificate() });
    expect(told).toMatch(/^wc is \/dev\/ubda alone now, and a problem was found\.\n/);
    expect(told).toContain(
      [
        'problem block-lost',
        '  2 blocks are not on the origin as the cache has them, and nothing else was',
        '  written since.',
        '    origin sector 2048, entry 7 of the cache',
        '    origin sector 18014398509481976',
      ].join('\n'),
    );
    expect(flat(told)).toContain('Keep /dev/ubdb as it is: nothing was done to it since');
    expect(told).toMatch(/\n {4}wcache verify \/dev\/ubdb \/dev\/ubda$/);
    expect(told).not.toContain('free for something else');
  });

  it('says when the metadata is not what it must be', () => {
    const metadata = {
      entries: 8160,
      free: 8100,
      committed: 60,
      uncommitted: 0,
      compared: 'by-rule' as const,
      differing: 60,
    };
    const superblock = { before: null, after: null, as_predicted: false };
    const told = flat(text({ certificate: certificate({ metadata, superblock, ok: false }) }));
    expect(told).toContain('metadata 8,100 of 8,160 entries free; 60 not as predicted');
    expect(told).toContain('superblock not as predicted');
  });

  it('counts examples that it does not show', () => {
    const [problem] = badCertificate().problems;
    if (problem === undefined) throw new Error('there is one');
    const told = text({ certificate: certificate({ ok: false, problems: [{ ...problem, count: 1000 }] }) });
    expect(told).toContain('    and 998 more');
  });

  it('of a run that finished another one tells no stall that it does not know', () => {
    const times = { ...result().times, stallMs: 0 };
    expect(text({ resumed: true, times })).not.toContain('stood still');
    expect(text({ resumed: false, times })).toContain('I/O stood still for 0 ms');
    expect(text({ resumed: true })).toContain('I/O stood still for 143 ms');
  });

  it('has the notes', () => {
    expect(flat(text({ notes: [{ code: 'kept-in-use', message: 'wc is in use by now.' }] }))).toContain(
      'note (kept-in-use): wc is in use by now.',
    );
  });

  it('lets nothing through that a terminal would act on', () => {
    const odd = removeDocument({ ...PLAN, name: 'a\u001bb', origin: '/dev/\u001b[2J' }, result());
    expect(fits(removalResultText(odd))).toContain(String.raw`a\x1bb is /dev/\x1b[2J alone now`);
  });
});

describe('the runbook of a removal', () => {
  it('has every step in order, with its command', () => {
    const document = removeDocument(PLAN, null);
    const told = fits(removalPlanText(document));
    expect(told.split('\n').slice(0, 4)).toEqual([
      'Would remove wc (702 of 8,160 blocks are dirty), in these steps:',
      '   1  look: it is live, without error, and nothing waits',
      '   2  read what is only in the cache, and a digest of each block',
      '   3  write it back while I/O goes on',
    ]);
    const numbers = [...told.matchAll(/^ {2,3}(\d+) {2}\S/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(PLAN.steps.map((_, index) => index + 1));
    const commands = [...told.matchAll(/^ {8}(dmsetup .*)$/gm)].map(([, command]) => command);
    expect(commands).toEqual(PLAN.steps.flatMap(({ command }) => command ?? []));
  });

  it('of a removal that is finished has no dirty blocks to tell of', () => {
    const document = removeDocument({ ...PLAN, before: null, steps: PLAN.steps.slice(10) }, null);
    expect(removalPlanText(document)).toMatch(/^Would remove wc, in these steps:\n/);
  });
});
