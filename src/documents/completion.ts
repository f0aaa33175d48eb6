import { z } from 'zod';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `wcache completion --json`. */
export const completionDocumentSchema = z
  .strictObject({
    action: z.enum(['print', 'install', 'uninstall']).describe('What was asked for.'),
    done: z.boolean().describe('False with --dry-run: nothing was written or taken away.'),
    shells: z
      .array(
        z.strictObject({
          shell: z.enum(SHELLS).describe('For which shell.'),
          script: z.string().nullable().describe('The script itself where it is printed, else null.'),
          files: z
            .array(
              z.strictObject({
                path: z.string().describe('The file.'),
                what: z
                  .enum(['script', 'lines'])
                  .describe('Whether all of the file is from wcache, or some lines in it are.'),
                change: z
                  .enum(['written', 'removed', 'none'])
                  .describe(
                    'What was done to that, or would be with --dry-run; none where it was so already.',
                  ),
              }),
            )
            .describe('Its files; none where the script is printed, and none that is not from wcache.'),
        }),
      )
      .describe('The shells, in the order in which they were named.'),
  })
  .describe('What `wcache completion` printed, wrote or took away.');

export type CompletionDocument = z.infer<typeof completionDocumentSchema>;
