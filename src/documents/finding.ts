import { z } from 'zod';
import type { Finding } from '../procedure/finding.js';

export const severitySchema = z.enum(['error', 'warning', 'info']);

/** Something that was noticed, with the fields that all documents give it. */
export function findingSchema<Codes extends readonly string[]>(codes: Codes) {
  return z.strictObject({
    code: z.enum(codes),
    severity: severitySchema,
    /** A mapping's name, a file, `kernel` or `machine`. */
    subject: z.string(),
    message: z.string(),
    evidence: z.string().nullable(),
    advice: z.string().nullable(),
  });
}

/** A finding as it is shown, whatever its codes are. */
export type FindingDocument = Finding;
