/** The shells that wcache has completion for. */
export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const;
export type CompletionShell = (typeof COMPLETION_SHELLS)[number];

/** Stands in each script, so that a file that somebody else wrote is known from one of ours. */
export const SCRIPT_MARK = '# Completion of wcache, made by: wcache completion';

/** What zsh's own set-up wants to read first. */
export const ZSH_FIRST_LINE = '#compdef wcache';

/** Whether a file's text is a script of ours, of whatever version: it says so in its first line, or behind zsh's. */
export function isOurScript(text: string): boolean {
  const [first = '', second = ''] = text.split('\n', 2);
  return first.startsWith(SCRIPT_MARK) || (first === ZSH_FIRST_LINE && second.startsWith(SCRIPT_MARK));
}
