import { describe, expect, it } from 'vitest';
import {
  removeDocument,
  removeDocumentSchema,
  removeEventDocument,
  removeEventDocumentSchema,
  removeLastLine,
  removeUndoDocumentSchema,
  toJson,
} from '../../src/documents/index.js';
import { drain, GOOD_RUN, read } from '../ui/removal-run.js';
import { badCertificate, PLAN, result } from '../ui/removal-sketch.js';

/** Through JSON, as a script would get it. */
function parsed(document: unknown): unknown {
  return JSON.parse(toJson(document));
}

describe('the remove document', () => {
  it('has what was done, what was proved, and how long it took', () => {
    const document = removeDocumentSchema.parse(parsed(removeDocument(PLAN, result())));
    expect(document).toMatchObject({
      name: 'wc',
      done: true,
      ending: 'linear',
      resumed: false,
      origin: '/dev/ubda',
      cache: '/dev/ubdb',
      dirty_blocks_before: 702,
      total_blocks: 8160,
      certificate: { ok: true, blocks: { proved: 702 } },
      backup_path: null,
      elapsed_ms: 2346,
      drain_ms: 1100,
      stall_ms: 143,
      verify_ms: 601,
    });
    expect(document.steps[9]).toEqual({
      step: 'resume',
      number: 10,
      title: 'resume onto the origin: I/O goes on',
      command: 'dmsetup resume -- wc',
    });
  });

  it('of a dry run has the steps and nothing that was done', () => {
    const document = removeDocumentSchema.parse(parsed(removeDocument(PLAN, null)));
    expect(document).toMatchObject({
      done: false,
      ending: null,
      certificate: null,
      elapsed_ms: 0,
      stall_ms: 0,
    });
    expect(document.steps).toHaveLength(PLAN.steps.length);
  });

  it('has the notes of what was done rather than those from before', () => {
    const plan = { ...PLAN, notes: [{ code: 'early', message: 'a' }] };
    const done = result({ notes: [{ code: 'late', message: 'b' }] });
    expect(removeDocument(plan, null).notes).toEqual([{ code: 'early', message: 'a' }]);
    expect(removeDocument(plan, done).notes).toEqual([{ code: 'late', message: 'b' }]);
  });

  it('knows the devices of a removal that was finished from its certificate', () => {
    const plan = { ...PLAN, origin: null, cache: null, before: null };
    expect(removeDocumentSchema.parse(parsed(removeDocument(plan, result())))).toMatchObject({
      origin: '/dev/ubda',
      cache: '/dev/ubdb',
      dirty_blocks_before: null,
    });
  });
});

describe('the event lines', () => {
  it('are valid, each of them', () => {
    for (const [, event] of GOOD_RUN) {
      expect(removeEventDocumentSchema.parse(parsed(removeEventDocument(event))).event).toBe(event.type);
    }
  });

  it('have whole numbers of milliseconds, and no more precision than there is', () => {
    const line = removeEventDocument(
      drain({ elapsedMs: 12.7, remainingMs: 3.2, stalledMs: 0.4, blocksPerSecond: 1.26 }),
    );
    expect(removeEventDocumentSchema.parse(parsed(line))).toEqual({
      event: 'drain',
      step: 'drain',
      number: 3,
      dirty_blocks: 3000,
      writeback_blocks: 64,
      total_blocks: 8160,
      dirty_blocks_at_start: 8000,
      elapsed_ms: 13,
      blocks_per_second: 1.3,
      remaining_ms: 3,
      stalled_ms: 0,
    });
    const unknown = removeEventDocument(drain({ blocksPerSecond: null, remainingMs: null }));
    expect(unknown).toMatchObject({ blocks_per_second: null, remaining_ms: null });
    expect(removeEventDocument(read('compare', 1, 2))).toMatchObject({ done_blocks: 1, total_blocks: 2 });
  });

  it('end with the result, what was undone, or an error, in one line', () => {
    const lines = [
      removeLastLine(removeDocument(PLAN, result({ certificate: badCertificate() }))),
      removeLastLine(removeUndoDocumentSchema.parse({ name: 'wc', undone: true, message: 'wc runs on.' })),
      removeLastLine({ error: { code: 'x', message: 'y', hint: null, exit_status: 1 } }),
    ];
    expect(lines.map((line) => removeEventDocumentSchema.parse(JSON.parse(line)).event)).toEqual([
      'result',
      'undone',
      'error',
    ]);
    for (const line of lines) expect(line).not.toContain('\n');
  });
});
