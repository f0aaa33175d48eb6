import { z } from 'zod';

/** What `wcache completion` printed, wrote or took away. */
export const completionDocumentSchema = z.object({
  action: z.enum(['print', 'install', 'uninstall']),
  /** False with --dry-run. */
  done: z.boolean(),
  shells: z.array(
    z.object({
      shell: z.enum(['bash', 'zsh', 'fish']),
      /** The script itself, where it is printed. */
      script: z.string().nullable(),
      /** What is written or taken away for this shell. */
      files: z.array(z.object({ path: z.string(), change: z.enum(['written', 'removed', 'none']) })),
    }),
  ),
});

export type CompletionDocument = z.infer<typeof completionDocumentSchema>;
