import { z } from 'zod';

/** `wcache help --json`. */
export const helpDocumentSchema = z.strictObject({
  verbs: z.array(z.strictObject({ verb: z.string(), summary: z.string() })),
});
