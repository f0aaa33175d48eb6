import { z } from 'zod';
import type { Finding } from '../procedure/finding.js';

export const severitySchema = z
  .enum(['error', 'warning', 'info'])
  .describe('error: needs attention now. warning: may cost data or time one day. info: good to know.');

/** Something that was noticed, with the fields that all documents give it. */
export function findingSchema<Codes extends readonly string[]>(codes: Codes) {
  return z.strictObject({
    code: z.enum(codes).describe('What was noticed: a word for programs, which does not change.'),
    severity: severitySchema,
    subject: z
      .string()
      .describe("What it is about: a mapping's name, the path of a file, `kernel` or `machine`."),
    message: z.string().describe('What was noticed, in words.'),
    evidence: z.string().nullable().describe('How it is known; null where that is plain to see.'),
    advice: z.string().nullable().describe('What to do; null where there is nothing to do.'),
  });
}

/** A finding as it is shown, whatever its codes are. */
export type FindingDocument = Finding;
