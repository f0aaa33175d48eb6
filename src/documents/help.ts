import { z } from 'zod';

/** `wcache help --json`. */
export const helpDocumentSchema = z
  .strictObject({
    verbs: z
      .array(
        z.strictObject({
          verb: z.string().describe('The word or words after `wcache`.'),
          summary: z.string().describe('What the verb does, in one line.'),
        }),
      )
      .describe('All verbs, or the one that was asked for.'),
  })
  .describe('The verbs that wcache has.');
